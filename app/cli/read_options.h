#pragma once

#include "core/io/picture_file.h"

#include <CLI/CLI.hpp>

namespace casr::cli {

/// Adds the options that say how a picture is opened: --page, --tone and --allow-large.
void addReadOptions(CLI::App& command, ReadOptions& options);

/// Reads a picture in the decoder process; an interrupt cancels. Throws Error and Cancelled.
Picture readForRun(const std::string& path, const ReadOptions& options);

} // namespace casr::cli
