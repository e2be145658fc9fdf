#pragma once

#include <filesystem>

namespace casr {

/// The weights that the programs use unless told otherwise: $CASR_WEIGHTS when it is set, else the installed file beside the
/// program (../share/casr-zoom/models), else the one in the source tree. The path may not exist; Network::load says so.
std::filesystem::path shippedWeights();

/// The weights of DepthNet, likewise; $CASR_DEPTH_WEIGHTS comes first.
std::filesystem::path shippedDepthWeights();

/// What natural photos look like, for readPristine, likewise; $CASR_PRISTINE comes first.
std::filesystem::path shippedPristine();

} // namespace casr
