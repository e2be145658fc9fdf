#pragma once

#include <QString>

#include <optional>

namespace casr {

/// A number typed with a decimal comma or a point, whatever the locale; spaces around it are allowed, group separators are not.
std::optional<double> parsedNumber(const QString& text);

/// "1 h 20 min", "3 min 5 s", "12 s"; "under a second" below one.
QString durationText(double seconds);

/// "800 x 600".
QString sizeText(int width, int height);

/// A factor in the locale of the user with four digits, below 1 with two: "8", "2.667", "0.26".
QString factorText(double factor);

/// Percents without their sign, rounded towards less, so that 100 means all: "97", "99.8".
QString shareText(double share);

} // namespace casr
