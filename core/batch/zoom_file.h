#pragma once

#include "core/base/stop.h"
#include "core/network/network.h"
#include "core/recipe/recipe.h"

#include <functional>
#include <memory>

namespace casr {

/// What does the work of a recipe.
struct ZoomMeans {
    std::shared_ptr<const Network> network;
    Precision precision = Precision::automatic; ///< Where the recipe names no numeric profile.
    std::size_t cacheBytes = 0;                 ///< For computed tiles.
    bool allowLarge = false;                    ///< Pictures beyond the limits of the header check.
};

/// The precision that the recipe's numeric profile was made with, resolved; `otherwise` when it names none. Throws Error where this CPU
/// cannot.
Precision precisionOf(const Recipe& recipe, Precision otherwise);

/// Makes one result by a recipe: reads `input` in another process, climbs the staircase, writes `output` with what was done in its
/// metadata. `progress` is told the share of the result that is written, 0 .. 1; it may be empty. Returns what was found when reading
/// and what could not be kept. Throws
/// Error (also when the recipe names other weights) or Cancelled; then nothing is left of the output. Any thread.
std::vector<std::string> zoomFile(const std::filesystem::path& input, const Recipe& recipe, const std::filesystem::path& output,
                                  const ZoomMeans& means, const std::function<void(double share)>& progress, const StopCheck& stop);

} // namespace casr
