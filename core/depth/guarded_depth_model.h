#pragma once

#include "core/depth/depth_model.h"

#include <cstdint>

namespace casr {

/// What the trial of a TorchScript model may use.
struct TrialLimits {
    double seconds = 120;         ///< Of the clock on the wall.
    std::int64_t memoryBytes = 0; ///< That it may write to; 0: as much as is free when it starts, at least 4 GiB.
};

/// The model in a file of the user's choice: DepthNet when its name ends in .safetensors, else a TorchScript module, which is tried on a
/// small picture in another process, casr-try-model, before it is run here. Bytes that passed are not tried again while this program
/// runs. Throws Error when the file cannot be read, is neither, the module does something else, or its trial crashed, took too long or
/// needed too much memory; Cancelled, within a tenth of a second while it is tried, when `stop` says so. Any thread may call it.
std::shared_ptr<const DepthModel> loadDepthModel(const std::filesystem::path& path, const StopCheck& stop = {},
                                                 const TrialLimits& limits = {});

/// Only the trial, by a program of the caller's choice.
void tryDepthModel(const std::filesystem::path& program, const DepthScript& script, const TrialLimits& limits, const StopCheck& stop);

/// A file as it is. Throws Error when it cannot be read.
DepthScript readDepthScript(const std::filesystem::path& path);

/// What casr-try-model does: runs the module that comes by file descriptor 3, and tells there what it found. The exit code.
int runModelTrial(int argumentCount, char** arguments);

} // namespace casr
