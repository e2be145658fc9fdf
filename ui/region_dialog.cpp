#include "ui/region_dialog.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QSpinBox>

#include <cmath>

namespace casr {

RegionDialog::RegionDialog(Size photo, Rect region, QWidget* parent) : QDialog(parent), m_photo(photo) {
    setWindowTitle(tr("Region by Numbers"));
    auto* form = new QFormLayout(this);
    m_left = addNumber("regionLeft", tr("&Left"), 0, photo.width - 1, region.left);
    m_top = addNumber("regionTop", tr("&Top"), 0, photo.height - 1, region.top);
    m_width = addNumber("regionWidth", tr("&Width"), 1, photo.width, region.width());
    m_height = addNumber("regionHeight", tr("&Height"), 1, photo.height, region.height());
    m_lock = new QCheckBox(tr("&Keep the shape"), this);
    m_lock->setObjectName("regionLock");
    form->addRow(QString(), m_lock);
    m_aspect = static_cast<double>(m_width->value()) / m_height->value();
    connect(m_lock, &QCheckBox::toggled, this, [this] { m_aspect = static_cast<double>(m_width->value()) / m_height->value(); });
    connect(m_width, &QSpinBox::valueChanged, this, [this] { keepAspect(*m_width, *m_height, 1 / m_aspect); });
    connect(m_height, &QSpinBox::valueChanged, this, [this] { keepAspect(*m_height, *m_width, m_aspect); });
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    form->addRow(buttons);
}

QSpinBox* RegionDialog::addNumber(const QString& name, const QString& label, int smallest, int largest, int value) {
    auto* number = new QSpinBox(this);
    number->setObjectName(name);
    number->setRange(smallest, largest);
    number->setValue(value);
    number->setSuffix(tr(" px"));
    static_cast<QFormLayout*>(layout())->addRow(label, number);
    return number;
}

void RegionDialog::keepAspect(QSpinBox& changed, QSpinBox& other, double ratio) {
    if (m_lock->isChecked()) {
        const QSignalBlocker blocker(other);
        other.setValue(static_cast<int>(std::lround(changed.value() * ratio)));
    }
}

Rect RegionDialog::region() const {
    return intersection(rectAt(m_left->value(), m_top->value(), {m_width->value(), m_height->value()}), rectOf(m_photo));
}

} // namespace casr
