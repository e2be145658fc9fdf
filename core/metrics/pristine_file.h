#pragma once

#include "core/metrics/naturalness.h"

#include <filesystem>
#include <string>

namespace casr {

/// The Gaussian that natural photos were found to have, as JSON: "format", "blocks", "mean", the upper triangle of "covariance" row by row,
/// and "sha256" of all that. Written beside and renamed. Throws Error for fewer blocks than enoughBlocks.
void writePristine(const std::filesystem::path& path, const SceneGaussian& pristine);

/// Reads such a file and checks format, counts, checksum, and that the covariance is one. Throws Error.
SceneGaussian readPristine(const std::filesystem::path& path);

} // namespace casr
