#pragma once

class QApplication;
class QIcon;

namespace casr {

/// Neutral greys, so that the surroundings do not tint how a photo is seen.
void applyTheme(QApplication& application, bool dark);

/// The program's own sign, as resources/casr-zoom.svg draws it.
QIcon programIcon();

} // namespace casr
