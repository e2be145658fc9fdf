#include "app/cli/bench_zoom.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/run_options.h"
#include "core/zoom/staircase.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

constexpr int tileCells = LevelGrid::defaultTileCells;
constexpr int repeats = 7;
constexpr int photoEdge = 384;
constexpr double photoScale = 4.0;

double bestOf(const std::function<void()>& work) {
    double best = 1e9;
    for (int i = 0; i < repeats; ++i) {
        const double start = now();
        work();
        best = std::min(best, now() - start);
    }
    return best;
}

/// Floating point operations of 3x3 convolutions that shrink a tile's input step by step to its cells.
double operationsOfTile(const Architecture& shape) {
    return operationsOfInference(shape, tileCells);
}

double operationsOfConvolution(int width, int edge) {
    return 2.0 * 9.0 * width * width * (edge - 2.0) * (edge - 2.0);
}

double networkRate(const Network& network, Precision precision) {
    constexpr int edge = tileCells + 2 * Reach::limit;
    const PlacedImage photo{noisePhoto({edge, edge}), -Reach::limit, -Reach::limit};
    const double seconds = bestOf([&] { network.run(photo, rectOf({tileCells, tileCells}), precision, isInterrupted); });
    return operationsOfTile(network.architecture()) / seconds / 1e12;
}

double convolutionRate(const Network& network, Precision precision) {
    const int width = network.architecture().channels, edge = tileCells + Reach::ofTrunk(network.architecture());
    return operationsOfConvolution(width, edge) / secondsOfBareConvolution(width, edge, precision, 4 * repeats) / 1e12;
}

double upscaleRate(const std::shared_ptr<const Network>& network, Precision precision, double stepLimit) {
    const Image photo = noisePhoto({photoEdge, photoEdge});
    const Plan plan = planSchedule(photo.size(), photoScale, stepLimit);
    const double start = now();
    Staircase staircase(photo, network, plan, precision, TileCache::defaultBudget());
    staircase.region(plan.levels() - 1, rectOf(plan.result()), isInterrupted);
    return static_cast<double>(plan.result().area()) / (now() - start) / 1e6;
}

Json measure(const std::shared_ptr<const Network>& network, Precision precision, double stepLimit) {
    const double convolution = convolutionRate(*network, precision), rate = networkRate(*network, precision);
    const int threads = computeThreads();
    setComputeThreads(1);
    const double single = networkRate(*network, precision);
    setComputeThreads(threads);
    return {{"profile", numericProfile(precision)},
            {"convolution_tflops", convolution},
            {"network_tflops", rate},
            {"network_to_convolution", rate / convolution},
            {"threads", threads},
            {"threads_to_one", rate / single},
            {"upscale_megapixels_per_second", upscaleRate(network, precision, stepLimit)}};
}

void print(const Json& figures) {
    std::printf("%s\n", figures["profile"].get<std::string>().c_str());
    std::printf("  bare convolution      %8.3f TFLOP/s\n", figures["convolution_tflops"].get<double>());
    std::printf("  network               %8.3f TFLOP/s, %.2f of the bare convolution\n", figures["network_tflops"].get<double>(),
                figures["network_to_convolution"].get<double>());
    std::printf("  %d threads             %8.2f times one\n", figures["threads"].get<int>(), figures["threads_to_one"].get<double>());
    std::printf("  whole upscale x%g      %8.3f output megapixels a second\n", photoScale,
                figures["upscale_megapixels_per_second"].get<double>());
}

} // namespace

Action addBench(CLI::App& app) {
    struct Arguments {
        RunOptions run;
        bool json = false;
        bool isLong = false;
    };
    CLI::App* command = app.add_subcommand("bench", "Measure this machine: network against a bare convolution, whole upscale");
    auto arguments = std::make_shared<Arguments>();
    command->add_flag("--json", arguments->json, "Print the figures as JSON");
    command->add_flag("--long", arguments->isLong, "Measure results of 256 megapixels too");
    arguments->run.addTo(*command);
    return [arguments] {
        const std::shared_ptr<const Network> network = arguments->run.loadNetwork();
        Json report = Json::array({measure(network, Precision::float32, arguments->run.stepLimit)});
        if (hasFastBfloat16()) {
            report.push_back(measure(network, Precision::bfloat16, arguments->run.stepLimit));
            const double ratio = report[1]["network_tflops"].get<double>() / report[0]["network_tflops"].get<double>();
            report[1]["bfloat16_to_float32"] = ratio;
        }
        const Json zoom = measureZoom(network, arguments->run.resolvedPrecision(), arguments->isLong);
        report.push_back(zoom);
        if (arguments->json) {
            std::cout << report.dump(2) << std::endl;
            return;
        }
        for (std::size_t i = 0; i + 1 < report.size(); ++i) {
            print(report[i]);
        }
        if (report.size() > 2) {
            std::printf("bfloat16 is %.2f times float32\n", report[1]["bfloat16_to_float32"].get<double>());
        }
        printZoom(zoom);
    };
}

} // namespace casr::cli
