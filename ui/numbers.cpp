#include "ui/numbers.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("numbers", text);
}

} // namespace

std::optional<double> parsedNumber(const QString& text) {
    QString plain = text.trimmed();
    plain.replace(',', '.');
    bool isNumber = false;
    const double value = QLocale::c().toDouble(plain, &isNumber);
    return isNumber && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

QString durationText(double seconds) {
    if (seconds < 1) {
        return translated("under a second");
    }
    const qint64 all = std::llround(std::min(seconds, 1e9));
    if (all < 60) {
        return translated("%1 s").arg(all);
    }
    if (all < 3600) {
        return translated("%1 min %2 s").arg(all / 60).arg(all % 60);
    }
    return translated("%1 h %2 min").arg(all / 3600).arg(all / 60 % 60);
}

QString sizeText(int width, int height) {
    return QString("%1 \u00d7 %2").arg(width).arg(height);
}

QString factorText(double factor) {
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(factor, 'g', factor < 1 ? 2 : 4);
}

QString shareText(double share) {
    const double percent = share * 100;
    const bool needsTenths = percent >= 99 && percent < 100;
    return QLocale().toString(needsTenths ? std::floor(percent * 10) / 10 : std::floor(percent), 'f', needsTenths ? 1 : 0);
}

} // namespace casr
