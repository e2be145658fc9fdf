#include "app/cli/commands.h"
#include "app/cli/read_options.h"
#include "app/cli/strips.h"
#include "core/base/error.h"
#include "core/base/model_location.h"
#include "core/metrics/metrics.h"
#include "core/metrics/slic.h"
#include "core/network/network.h"
#include "core/zoom/photo.h"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace casr::cli {

namespace {

struct Arguments {
    std::vector<std::string> photos;
    std::string weights;
    float ruler = 5;
    ReadOptions read;
    int threads = 0;
};

/// The mean colours of the network's superpixels.
Image meansOf(const Network& network, const Image& photo) {
    return madeInStrips(photo, 3, Reach::ofSuperpixels(superpixelCell),
                        [&](const PlacedImage& parent, Rect strip) { return network.superpixelsOf(parent, strip, superpixelCell).mean; });
}

int cellsIn(Size size) {
    return ((size.width + superpixelCell - 1) / superpixelCell) * ((size.height + superpixelCell - 1) / superpixelCell);
}

void compare(const Arguments& arguments) {
    setComputeThreads(arguments.threads);
    const auto network = Network::load(arguments.weights.empty() ? shippedWeights() : std::filesystem::path(arguments.weights));
    if (network->architecture().superpixels == 0) {
        throw Error("These weights have no superpixels. Give some that have, or none for those that ship.");
    }
    double own = 0, other = 0;
    for (const std::string& path : arguments.photos) {
        const Image photo = photoOf(readForRun(path, arguments.read).image).rgb;
        if (std::min(photo.width(), photo.height()) < 2 * superpixelCell) {
            throw Error("'" + path + "' has no room for superpixels. Give photos of at least 8 x 8 pixels.");
        }
        const SuperpixelPicture slic = slicPicture(photo, superpixelCell, arguments.ruler);
        const double ofNetwork = psnr(meansOf(*network, photo), photo, 1.0), ofSlic = psnr(slic.mean, photo, 1.0);
        std::printf("%-32s network %7d cells %6.2f dB, SLIC %7d cells %6.2f dB\n", path.c_str(), cellsIn(photo.size()), ofNetwork,
                    slic.count, ofSlic);
        own += ofNetwork;
        other += ofSlic;
    }
    const auto count = static_cast<double>(arguments.photos.size());
    std::printf("mean: network %.2f dB, SLIC %.2f dB\n", own / count, other / count);
}

} // namespace

Action addSuperpixels(CLI::App& app) {
    CLI::App* command = app.add_subcommand("superpixels", "Say how well superpixels rebuild photos, beside SLIC with as many");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("PHOTO", arguments->photos)->required();
    command->add_option("--weights", arguments->weights, "Weights file; the shipped one when not given");
    command->add_option("--ruler", arguments->ruler, "How much places count in SLIC")->check(CLI::Range(0.1, 100.0))->capture_default_str();
    command->add_option("--threads", arguments->threads, "Compute threads; 0: all")->check(CLI::Range(0, 1024))->capture_default_str();
    addReadOptions(*command, arguments->read);
    return [arguments] { compare(*arguments); };
}

} // namespace casr::cli
