#pragma once

class QApplication;

namespace casr {

/// Neutral greys, so that the surroundings do not tint how a photo is seen.
void applyTheme(QApplication& application, bool dark);

} // namespace casr
