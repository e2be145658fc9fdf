#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/read_options.h"
#include "app/cli/strips.h"
#include "core/base/error.h"
#include "core/base/model_location.h"
#include "core/depth/depth_map.h"
#include "core/depth/guarded_depth_model.h"
#include "core/io/picture_file.h"
#include "core/network/network.h"
#include "core/zoom/photo.h"

#include <memory>

namespace casr::cli {

namespace {

struct Arguments {
    std::string photo, output, model;
    ReadOptions read;
    int threads = 0;
};

/// The depth plane of the whole photo.
Image depthPicture(const Image& photo, const DepthMap& map) {
    const Axis columns{photo.width(), photo.width()}, rows{photo.height(), photo.height()};
    return madeInStrips(photo, 1, guidedDepthReach,
                        [&](const PlacedImage& parent, Rect strip) { return guidedDepth(map, parent, columns, rows, strip); });
}

void writeDepth(const Arguments& arguments) {
    if (!isWritableFormat(arguments.output) || !holds16Bits(arguments.output)) {
        throw Error("'" + arguments.output + "' cannot hold a depth picture of 16 bits. Choose a name ending in .png or .tif.");
    }
    setComputeThreads(arguments.threads);
    const Photo photo = photoOf(readForRun(arguments.photo, arguments.read).image);
    const auto model =
        loadDepthModel(arguments.model.empty() ? shippedDepthWeights() : std::filesystem::path(arguments.model), isInterrupted);
    const DepthMap map = depthOf(photo.rgb, *model, isInterrupted);
    writePicture(arguments.output, {depthPicture(photo.rgb, map), 16, {}});
}

} // namespace

Action addDepth(CLI::App& app) {
    CLI::App* command = app.add_subcommand("depth", "Write the depth of a photo as a grey picture: the brighter, the nearer");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("PHOTO", arguments->photo)->required();
    command->add_option("-o,--output", arguments->output, "Picture of 16 bits: .png, .tif, ...")->required();
    command->add_option("--depth-model", arguments->model,
                        "TorchScript depth model, or DepthNet's weights; the shipped ones when not given");
    command->add_option("--threads", arguments->threads, "Compute threads; 0: all")->check(CLI::Range(0, 1024))->capture_default_str();
    addReadOptions(*command, arguments->read);
    return [arguments] { writeDepth(*arguments); };
}

} // namespace casr::cli
