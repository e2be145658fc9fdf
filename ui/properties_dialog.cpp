#include "ui/properties_dialog.h"

#include "ui/numbers.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>

namespace casr {

namespace {

constexpr double millimetresPerInch = 25.4;

QString colourText(const Image& image) {
    const QString colours = image.colourChannels() == 1 ? PropertiesDialog::tr("grey") : PropertiesDialog::tr("RGB");
    return image.encoding().hasAlpha ? PropertiesDialog::tr("%1 and alpha").arg(colours) : colours;
}

QString profileText(const ColourEncoding& encoding) {
    return encoding.iccProfile
               ? PropertiesDialog::tr("in the file (%1)").arg(QLocale().formattedDataSize(qint64(encoding.iccProfile->size())))
               : PropertiesDialog::tr("none, taken as sRGB");
}

QString densityText(double pixelsPerMillimetre) {
    return pixelsPerMillimetre > 0 ? PropertiesDialog::tr("%1 pixels an inch").arg(factorText(pixelsPerMillimetre * millimetresPerInch))
                                   : PropertiesDialog::tr("not said");
}

QString metadataText(const Metadata& metadata) {
    QStringList kinds;
    for (const auto& [name, bytes] :
         {std::pair("EXIF", &metadata.exif), std::pair("XMP", &metadata.xmp), std::pair("IPTC", &metadata.iptc)}) {
        if (!bytes->empty()) {
            kinds << name;
        }
    }
    return kinds.isEmpty() ? PropertiesDialog::tr("none") : kinds.join(", ");
}

} // namespace

PropertiesDialog::PropertiesDialog(const Levels& levels, Rect region, QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Properties"));
    const Document& document = *levels.document();
    const Picture& picture = document.picture;
    auto* form = new QFormLayout(this);
    const auto add = [&](const QString& name, const QString& text) {
        auto* label = new QLabel(text, this);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setAccessibleName(name);
        form->addRow(name, label);
    };
    add(tr("Name"), document.name());
    if (!document.path.isEmpty()) {
        add(tr("Folder"), QDir::toNativeSeparators(QFileInfo(document.path).absolutePath()));
        add(tr("File"), QLocale().formattedDataSize(QFileInfo(document.path).size()));
    }
    add(tr("Size"), tr("%1 pixels").arg(sizeText(document.size().width, document.size().height)));
    add(tr("Colours"), tr("%1, %2 bits").arg(colourText(picture.image)).arg(picture.bitsPerSample));
    add(tr("Profile"), profileText(picture.image.encoding()));
    add(tr("Density"), densityText(picture.metadata.pixelsPerMillimetre));
    add(tr("Metadata"), metadataText(picture.metadata));
    const Rect result = regionAt(levels.plan(), levels.plan().levels() - 1, region);
    add(tr("Result at \u00d7%1").arg(factorText(levels.plan().scale)), tr("%1 pixels").arg(sizeText(result.width(), result.height())));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

} // namespace casr
