#include "ui/zoom_settings.h"

#include "ui/numbers.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace casr {

namespace {

constexpr float leastShown = 0.005f; // below it reads 0 %

QString translated(const char* text) {
    return QCoreApplication::translate("ZoomSettings", text);
}

} // namespace

bool haveSameSteps(const ZoomSettings& a, const ZoomSettings& b) {
    ZoomSettings mixedAlike = a;
    mixedAlike.controls.plain = b.controls.plain;
    return mixedAlike == b;
}

bool differInDetailAlone(const ZoomSettings& a, const ZoomSettings& b) {
    ZoomSettings detailedAlike = a;
    detailedAlike.controls.detail = b.controls.detail;
    detailedAlike.controls.lastDetail = b.controls.lastDetail;
    return detailedAlike == b && a != b;
}

QString cleaningText(const StepControls& controls) {
    QStringList parts;
    if (controls.noise >= leastShown) {
        parts << translated("noise %1 %").arg(std::lround(controls.noise * 100));
    }
    if (controls.jpeg >= leastShown) {
        parts << translated("JPEG artifacts %1 %").arg(std::lround(controls.jpeg * 100));
    }
    if (controls.blur >= leastShown) {
        parts << translated("blur %1 %").arg(std::lround(controls.blur * 100));
    }
    return parts.join(", ");
}

QString settingsText(const ZoomSettings& settings) {
    QStringList parts{translated("\u00d7%1 by steps of \u00d7%2 at most").arg(factorText(settings.scale), factorText(settings.stepLimit))};
    if (!cleaningText(settings.controls).isEmpty()) {
        parts << translated("without %1").arg(cleaningText(settings.controls));
    }
    if (settings.controls.detail >= leastShown) {
        parts << translated("detail %1 %").arg(std::lround(settings.controls.detail * 100));
    }
    if (settings.controls.ensemble > 1) {
        parts << translated("%1 passes").arg(settings.controls.ensemble);
    }
    if (settings.controls.plain >= leastShown) {
        parts << translated("%1 % computed").arg(std::lround((1 - settings.controls.plain) * 100));
    }
    return parts.join(", ");
}

} // namespace casr
