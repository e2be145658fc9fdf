#include "app/cli/bench_zoom.h"

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/zoom/engine.h"
#include "core/zoom/staircase.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <future>
#include <thread>

namespace casr::cli {

namespace {

using Json = nlohmann::json;

constexpr Size viewSize{1920, 1080};
constexpr int repeats = 7;
constexpr int cancels = 120;
constexpr int bandHeight = 128;
constexpr int untiledCells = 1536;
/// Enough for the fields of a view: only the network's absence is to be measured.
constexpr std::size_t viewBytes = std::size_t{3} << 30;

void checkStop() {
    if (isInterrupted()) {
        throw Cancelled();
    }
}

Plan planOf(Size photo, double scale) {
    return planSchedule(photo, scale);
}

/// Of the photo's memory, before anything is asked for.
double secondsOfPreparation(Staircase& staircase) {
    const double start = now();
    staircase.prepare(isInterrupted);
    return now() - start;
}

/// Seconds for a megapixel of a result of `megapixels` at x4, pulled in bands as a file pulls it, of a photo whose memory is ready.
double secondsOfMegapixel(const std::shared_ptr<const Network>& network, Precision precision, int megapixels) {
    constexpr double scale = 4.0;
    const int edge = static_cast<int>(std::lround(std::sqrt(megapixels * 1048576.0) / scale));
    const Plan plan = planOf({edge, edge}, scale);
    Staircase staircase(noisePhoto({edge, edge}), network, plan, precision, TileCache::defaultBudget());
    staircase.prepare(isInterrupted);
    const double start = now();
    const Size size = plan.result();
    for (int top = 0; top < size.height; top += bandHeight) {
        staircase.region(1, intersection({0, top, size.width, top + bandHeight}, rectOf(size)), isInterrupted);
    }
    return (now() - start) / (static_cast<double>(size.area()) / 1e6);
}

Json megapixelFigures(const std::shared_ptr<const Network>& network, Precision precision, bool isLong) {
    Json figures = Json::array();
    for (const int megapixels : isLong ? std::vector{4, 16, 64, 256} : std::vector{4, 16, 64}) {
        figures.push_back({{"megapixels", megapixels}, {"seconds_of_megapixel", secondsOfMegapixel(network, precision, megapixels)}});
    }
    return figures;
}

/// Where a view inside the step to x2 lies in the photo's middle.
struct FieldView {
    Size photo{1280, 720};
    Size whole;
    Rect out;

    explicit FieldView(double scale)
        : whole{static_cast<int>(photo.width * scale), static_cast<int>(photo.height * scale)},
          out(rectAt((whole.width - viewSize.width) / 2, (whole.height - viewSize.height) / 2, viewSize)) {}
};

/// The best time of several.
double bestSeconds(const std::function<void(int run)>& work) {
    double best = 1e9;
    for (int run = 0; run < repeats; ++run) {
        const double start = now();
        work(run);
        best = std::min(best, now() - start);
    }
    return best;
}

/// Of a view whose fields are cached.
double secondsOfFieldView(const std::shared_ptr<const Network>& network, Precision precision, double scale) {
    const FieldView view(scale);
    Staircase staircase(noisePhoto(view.photo), network, planOf(view.photo, 2.0), precision, viewBytes);
    staircase.view(1, view.whole, view.out, isInterrupted);
    return bestSeconds([&](int) { staircase.view(1, view.whole, view.out); });
}

/// From another share of the detail to the whole view at x2, whose fields are cached.
double secondsOfDetailChange(const std::shared_ptr<const Network>& network, Precision precision) {
    const FieldView view(2.0);
    StepControls controls;
    controls.lastDetail = 0.5f;
    auto staircase = std::make_shared<Staircase>(noisePhoto(view.photo), network, planOf(view.photo, 2.0), precision, viewBytes, controls);
    staircase->view(1, view.whole, view.out, isInterrupted);
    return bestSeconds([&](int run) {
        staircase = staircase->withDetail(0, 0.6f + 0.05f * static_cast<float>(run));
        staircase->view(1, view.whole, view.out);
    });
}

struct ViewTimes {
    double preparation = 0;
    double firstTile = 0;
    double all = 0;
};

/// From the request for a view at x2 to its first and last tile, through the engine, of a photo whose memory is ready.
ViewTimes timesOfView(const std::shared_ptr<const Network>& network, Precision precision, int tileCells) {
    const Size photo{1600, 1200};
    Staircase staircase(noisePhoto(photo), network, planOf(photo, 2.0), precision, TileCache::defaultBudget(), StepControls(), tileCells);
    Engine engine([&](const TileKey& key, const StopCheck& stop) { return staircase.tile(key, stop); });
    const Rect view = rectAt(640, 660, viewSize);
    ViewTimes times;
    times.preparation = secondsOfPreparation(staircase);
    std::promise<void> ended;
    const double start = now();
    Listener listener;
    listener.tileDone = [&](const TileKey&, const Image&) { times.firstTile = times.firstTile > 0 ? times.firstTile : now() - start; };
    listener.ended = [&](Outcome, const std::string&) { ended.set_value(); };
    engine.request(Priority::visible, wantedTiles(staircase.gridOf(1), 1, view, 1600, 1200), listener);
    ended.get_future().wait();
    times.all = now() - start;
    checkStop();
    return times;
}

ViewTimes bestTimesOfView(const std::shared_ptr<const Network>& network, Precision precision, int tileCells, int times) {
    ViewTimes best{1e9, 1e9, 1e9};
    for (int i = 0; i < times; ++i) {
        const ViewTimes next = timesOfView(network, precision, tileCells);
        best = {std::min(best.preparation, next.preparation), std::min(best.firstTile, next.firstTile), std::min(best.all, next.all)};
    }
    return best;
}

/// Seconds from a cancel at a random moment of the first tiles to the request's end, sorted.
std::vector<double> cancelTimes(const std::shared_ptr<const Network>& network, Precision precision, double secondsOfTile) {
    const Size photo{1600, 1200};
    Staircase staircase(noisePhoto(photo), network, planOf(photo, 2.0), precision, 0);
    Engine engine([&](const TileKey& key, const StopCheck& stop) { return staircase.tile(key, stop); });
    secondsOfPreparation(staircase);
    HashRandom random(3);
    std::vector<double> times;
    for (int i = 0; i < cancels; ++i) {
        checkStop();
        std::promise<double> ended;
        Listener listener;
        listener.ended = [&](Outcome, const std::string&) { ended.set_value(now()); };
        const Engine::RequestId id =
            engine.request(Priority::visible, wantedTiles(staircase.gridOf(1), 1, rectOf({3200, 2400}), 1600, 1200), listener);
        std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(0.0, 2.0 * secondsOfTile)));
        const double start = now();
        engine.cancel(id);
        times.push_back(ended.get_future().get() - start);
    }
    std::sort(times.begin(), times.end());
    return times;
}

/// How much more arithmetic tiles cost than the network over a whole picture at once.
double overheadOfTiles(const Architecture& shape, int cells) {
    const double tiles = static_cast<double>(untiledCells) * untiledCells / (static_cast<double>(cells) * cells);
    return tiles * operationsOfInference(shape, cells) / operationsOfInference(shape, untiledCells) - 1.0;
}

double cellsPerSecond(const Network& network, Precision precision, int cells) {
    const int reach = Reach::limit, edge = cells + 2 * reach;
    const PlacedImage photo{noisePhoto({edge, edge}), -reach, -reach};
    double best = 1e9;
    for (int i = 0; i < repeats; ++i) {
        const double start = now();
        network.run(photo, rectOf({cells, cells}), precision, isInterrupted);
        best = std::min(best, now() - start);
    }
    return static_cast<double>(cells) * cells / best;
}

Json tileFigures(const std::shared_ptr<const Network>& network, Precision precision) {
    Json figures = Json::array();
    for (const int cells : {128, 192, 256}) {
        figures.push_back({{"cells", cells},
                           {"overhead", overheadOfTiles(network->architecture(), cells)},
                           {"cells_per_second", cellsPerSecond(*network, precision, cells)},
                           {"first_tile_milliseconds", 1000.0 * bestTimesOfView(network, precision, cells, 2).firstTile}});
    }
    return figures;
}

} // namespace

Image noisePhoto(Size size) {
    std::vector<float> values(static_cast<std::size_t>(size.area()) * 3);
    HashRandom random(7);
    for (float& value : values) {
        value = static_cast<float>(random.uniform());
    }
    return Image(size, 3, std::move(values));
}

double operationsOfInference(const Architecture& shape, int cells) {
    double edge = cells + 2 * Reach::ofTrunk(shape);
    double operations = 0;
    const auto convolve = [&](int from, int to) {
        edge -= 2;
        operations += 2.0 * 9.0 * from * to * edge * edge;
    };
    convolve(InputPlanes::count, shape.channels);
    for (int block = 0; block < shape.blocks; ++block) {
        convolve(shape.channels, shape.widthInBlocks());
        convolve(shape.widthInBlocks(), shape.channels);
    }
    convolve(shape.channels, shape.channels);
    return operations + 2.0 * shape.channels * 6 * shape.frequencies * cells * cells;
}

Json measureZoom(const std::shared_ptr<const Network>& network, Precision precision, bool isLong) {
    const ViewTimes view = bestTimesOfView(network, precision, LevelGrid::defaultTileCells, 3);
    const std::vector<double> times = cancelTimes(network, precision, view.firstTile);
    return {{"profile", numericProfile(precision)},
            {"field_view_milliseconds", 1000.0 * secondsOfFieldView(network, precision, 1.7)},
            {"field_view_x2_milliseconds", 1000.0 * secondsOfFieldView(network, precision, 2.0)},
            {"detail_change_milliseconds",
             network->architecture().detail > 0 ? Json(1000.0 * secondsOfDetailChange(network, precision)) : Json()},
            {"preparation_milliseconds", 1000.0 * view.preparation},
            {"first_tile_milliseconds", 1000.0 * view.firstTile},
            {"view_milliseconds", 1000.0 * view.all},
            {"cancel_milliseconds_99", 1000.0 * times[times.size() * 99 / 100]},
            {"cancels", times.size()},
            {"tiles", tileFigures(network, precision)},
            {"results", megapixelFigures(network, precision, isLong)}};
}

void printZoom(const Json& figures) {
    const auto number = [](const Json& from, const char* name) { return from[name].get<double>(); };
    std::printf("zoom, %s\n", figures["profile"].get<std::string>().c_str());
    std::printf("  view of %d x %d from cached fields  %8.1f ms at x1.7, %.1f ms at x2\n", viewSize.width, viewSize.height,
                number(figures, "field_view_milliseconds"), number(figures, "field_view_x2_milliseconds"));
    if (!figures["detail_change_milliseconds"].is_null()) {
        std::printf("  the same at x2 with another detail      %8.1f ms\n", number(figures, "detail_change_milliseconds"));
    }
    std::printf("  a photo's memory is ready after         %8.1f ms\n", number(figures, "preparation_milliseconds"));
    std::printf("  the same view computed at x2            %8.1f ms, its first tile after %.1f ms\n", number(figures, "view_milliseconds"),
                number(figures, "first_tile_milliseconds"));
    std::printf("  a cancel takes effect after             %8.1f ms (99 of 100)\n", number(figures, "cancel_milliseconds_99"));
    for (const Json& tile : figures["tiles"]) {
        std::printf("  tiles of %3d cells: %.0f %% more arithmetic, %.2f million cells a second, first tile after %.1f ms\n",
                    tile["cells"].get<int>(), 100.0 * number(tile, "overhead"), number(tile, "cells_per_second") / 1e6,
                    number(tile, "first_tile_milliseconds"));
    }
    for (const Json& result : figures["results"]) {
        std::printf("  result of %3d megapixels, memory ready: %.3f s a megapixel\n", result["megapixels"].get<int>(),
                    number(result, "seconds_of_megapixel"));
    }
}

} // namespace casr::cli
