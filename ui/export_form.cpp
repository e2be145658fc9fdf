#include "ui/export_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QSpinBox>

namespace casr {

namespace {

enum MetadataChoice { everything, withoutPosition, nothing };

} // namespace

ExportForm::ExportForm(int photoBits, QWidget* dialog)
    : QObject(dialog), m_bits(new QComboBox(dialog)), m_quality(new QSpinBox(dialog)), m_lossless(new QCheckBox(tr("&Lossless"), dialog)),
      m_colours(new QComboBox(dialog)), m_metadata(new QComboBox(dialog)) {
    m_bits->setObjectName("exportBits");
    m_bits->addItem(tr("As the photo (%1 bits)").arg(photoBits), 0);
    m_bits->addItem(tr("8 bits"), 8);
    m_bits->addItem(tr("16 bits"), 16);
    m_quality->setObjectName("exportQuality");
    m_quality->setRange(1, 100);
    m_quality->setValue(WriteOptions{}.quality);
    m_lossless->setObjectName("exportLossless");
    m_colours->setObjectName("exportColours");
    m_colours->addItems({tr("Those of the photo"), tr("sRGB, for screens and the web"), tr("Display P3")}); // as OutputColours
    m_metadata->setObjectName("exportMetadata");
    m_metadata->addItems({tr("Everything"), tr("Without the place (GPS)"), tr("None of the photo's")}); // as MetadataChoice
    m_metadata->setToolTip(tr("What was done to the picture is written in any case"));
    for (const QComboBox* choice : {m_bits, m_colours}) {
        connect(choice, &QComboBox::currentIndexChanged, this, &ExportForm::pixelsChanged);
        connect(choice, &QComboBox::currentIndexChanged, this, &ExportForm::changed);
    }
    connect(m_metadata, &QComboBox::currentIndexChanged, this, &ExportForm::changed);
    connect(m_quality, &QSpinBox::valueChanged, this, &ExportForm::changed);
    connect(m_lossless, &QCheckBox::toggled, this, &ExportForm::changed);
}

void ExportForm::addTo(QFormLayout& form) {
    form.addRow(tr("&Depth"), m_bits);
    form.addRow(tr("&Quality"), m_quality);
    form.addRow(QString(), m_lossless);
    form.addRow(tr("&Colours"), m_colours);
    form.addRow(tr("&Metadata"), m_metadata);
}

void ExportForm::showFor(const QString& suffix) {
    const bool canBeEither = suffix == "webp" || suffix == "jxl";
    m_quality->setEnabled(canBeEither || suffix == "avif" || suffix == "jpg" || suffix == "jpeg");
    m_lossless->setEnabled(canBeEither);
    m_bits->setEnabled(holds16Bits("a." + suffix.toStdString()));
}

WriteOptions ExportForm::options() const {
    WriteOptions options;
    options.bitsPerSample = m_bits->currentData().toInt();
    options.quality = m_quality->value();
    options.lossless = m_lossless->isEnabled() && m_lossless->isChecked();
    options.keepPosition = m_metadata->currentIndex() == everything;
    options.keepMetadata = m_metadata->currentIndex() != nothing;
    return options;
}

OutputColours ExportForm::colours() const {
    return static_cast<OutputColours>(m_colours->currentIndex());
}

} // namespace casr
