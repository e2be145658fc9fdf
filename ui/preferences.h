#pragma once

#include "ui/display_image.h"

#include "core/network/network.h"
#include "core/schedule/plan.h"

#include <QString>

namespace casr {

enum class ScreenSource { system, file, srgb };

/// What the user settles once; kept in the settings of the program.
struct Preferences {
    bool isDark = true;
    int threads = 0;         ///< 0: as many as the machine has.
    int memoryMegabytes = 0; ///< For computed tiles; 0: as much as is sensible on this machine.
    Precision precision = Precision::automatic;
    double stepLimit = defaultStepLimit;
    ScreenSource screen = ScreenSource::system;
    QString screenFile;
    QString depthModel; ///< File of a TorchScript depth model; empty: the one that ships.
};

Preferences loadPreferences();
void savePreferences(const Preferences& preferences);

/// Bytes for computed tiles.
std::size_t cacheBytes(const Preferences& preferences);

/// The ICC profile that X11 says the screen has; null on other systems and when none is set. For the GUI thread.
ScreenProfile systemScreenProfile();

/// The screen's profile as chosen. Throws Error when the file cannot be read.
ScreenProfile screenProfileOf(const Preferences& preferences);

} // namespace casr
