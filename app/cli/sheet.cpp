#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/read_options.h"
#include "app/cli/run_options.h"
#include "app/cli/sheet_places.h"
#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/io/picture_file.h"
#include "core/zoom/photo.h"
#include "core/zoom/staircase.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace casr::cli {

namespace {

constexpr int gap = 4;

struct Arguments {
    RunOptions run;
    ReadOptions read;
    std::string data;
    std::string places;
    std::string output;
    std::string scales = "4,8";
    float detail = 1;
    int edge = 320;
    int pictures = 12;
};

/// The mean step of luma between neighbours inside `part`.
double activityOf(const Image& photo, Rect part) {
    double sum = 0;
    for (int y = part.top; y < part.bottom; ++y) {
        for (int x = part.left + 1; x < part.right; ++x) {
            sum += std::abs(photo.at(x, y, 1) - photo.at(x - 1, y, 1));
        }
    }
    return sum;
}

/// The liveliest square of `edge` pixels among those on a grid of half their size.
Rect liveliestPart(const Image& photo, int edge) {
    Rect best = rectAt(0, 0, {edge, edge});
    double most = -1;
    for (int top = 0; top + edge <= photo.height(); top += std::max(1, edge / 2)) {
        for (int left = 0; left + edge <= photo.width(); left += std::max(1, edge / 2)) {
            const Rect part = rectAt(left, top, {edge, edge});
            const double activity = activityOf(photo, part);
            if (activity > most) {
                most = activity;
                best = part;
            }
        }
    }
    return best;
}

/// The square of `edge` pixels of the result around the pixel `middle` of the photo, moved inwards where it would stick out.
Rect partAround(std::pair<int, int> middle, const Plan& plan, int edge) {
    const Size photo = plan.source, result = plan.result();
    if (middle.first >= photo.width || middle.second >= photo.height) {
        throw Error("A place is outside its picture, which has " + std::to_string(photo.width) + " x " + std::to_string(photo.height) +
                    " pixels. Correct the list of places.");
    }
    const auto start = [&](int pixel, int from, int to) {
        const auto centre = static_cast<int>(std::lround((pixel + 0.5) * to / from));
        return std::clamp(centre - edge / 2, 0, to - edge);
    };
    return rectAt(start(middle.first, photo.width, result.width), start(middle.second, photo.height, result.height), {edge, edge});
}

/// Pictures of one size beside and below each other, with gaps.
class Sheet {
public:
    Sheet(int edge, int columns, int rows)
        : m_edge(edge), m_size{columns * (edge + gap) - gap, rows * (edge + gap) - gap},
          m_values(3 * static_cast<std::size_t>(m_size.area()), 1.0f) {}

    void put(int column, int row, const Image& picture) {
        const std::size_t left = static_cast<std::size_t>(column) * static_cast<std::size_t>(m_edge + gap);
        for (int y = 0; y < m_edge; ++y) {
            const std::size_t line = static_cast<std::size_t>(row * (m_edge + gap) + y) * static_cast<std::size_t>(m_size.width);
            std::memcpy(m_values.data() + 3 * (line + left), picture.row(y), 3 * sizeof(float) * static_cast<std::size_t>(m_edge));
        }
    }

    Image image() const { return Image(m_size, 3, m_values); }

private:
    int m_edge;
    Size m_size;
    std::vector<float> m_values;
};

class Maker {
public:
    explicit Maker(const Arguments& arguments)
        : m_arguments(arguments), m_scales(parseScales(arguments.scales)), m_network(arguments.run.loadNetwork()),
          m_precision(arguments.run.resolvedPrecision()),
          m_places(arguments.places.empty() ? placesIn(arguments.data) : placesListed(arguments.places, arguments.data)) {
        m_places.resize(std::min(m_places.size(), static_cast<std::size_t>(arguments.pictures)));
    }

    void run() {
        const int columns = 3 * static_cast<int>(m_scales.size());
        Sheet sheet(m_arguments.edge, columns, static_cast<int>(m_places.size()));
        for (int row = 0; row < static_cast<int>(m_places.size()); ++row) {
            const Place& place = m_places[static_cast<std::size_t>(row)];
            const Image photo = photoOf(readForRun(place.picture, m_arguments.read).image).rgb;
            for (int i = 0; i < static_cast<int>(m_scales.size()); ++i) {
                putScale(photo, place, m_scales[static_cast<std::size_t>(i)], 3 * i, row, sheet);
                m_bar.show((row + (i + 1.0) / static_cast<double>(m_scales.size())) / static_cast<double>(m_places.size()), "pictures");
            }
        }
        writePicture(m_arguments.output, {sheet.image(), 8, {}});
    }

private:
    /// Three cells: the bicubic, the faithful zoom and the one with detail.
    void putScale(const Image& photo, const Place& place, double scale, int column, int row, Sheet& sheet) {
        const int edge = static_cast<int>(std::ceil(m_arguments.edge / scale));
        if (std::min(photo.width(), photo.height()) < edge) {
            throw Error("A picture is smaller than " + std::to_string(edge) + " pixels. Leave it out, or choose a smaller --edge.");
        }
        const Plan plan = planSchedule(photo.size(), scale, m_arguments.run.stepLimit);
        const Rect shown = place.middle ? partAround(*place.middle, plan, m_arguments.edge) : liveliestOf(photo, plan, edge);
        sheet.put(column, row, bicubicAt(photo, plan, shown));
        sheet.put(column + 1, row, zoomed(photo, plan, shown, 0));
        sheet.put(column + 2, row, zoomed(photo, plan, shown, m_arguments.detail));
    }

    Rect liveliestOf(const Image& photo, const Plan& plan, int edge) const {
        const Rect wide = regionAt(plan, plan.levels() - 1, liveliestPart(photo, edge));
        return rectAt(std::min(wide.left, plan.result().width - m_arguments.edge),
                      std::min(wide.top, plan.result().height - m_arguments.edge), {m_arguments.edge, m_arguments.edge});
    }

    static Image bicubicAt(const Image& photo, const Plan& plan, Rect shown) {
        const Axis columns{photo.width(), plan.result().width}, rows{photo.height(), plan.result().height};
        const PlacedImage around = coveringByBorder({photo, 0, 0}, expanded(cellsOf(columns, rows, shown), bicubicReach));
        return bicubicRegion(around, columns, rows, shown);
    }

    Image zoomed(const Image& photo, const Plan& plan, Rect shown, float detail) const {
        Staircase staircase(photo, m_network, plan, m_precision, TileCache::defaultBudget(), {0, 0, {}, detail, detail});
        return staircase.region(plan.levels() - 1, shown, isInterrupted).image;
    }

    const Arguments& m_arguments;
    std::vector<double> m_scales;
    std::shared_ptr<const Network> m_network;
    Precision m_precision;
    std::vector<Place> m_places;
    ProgressBar m_bar;
};

} // namespace

Action addSheet(CLI::App& app) {
    CLI::App* command =
        app.add_subcommand("sheet", "Show lively parts of photos side by side: bicubic, faithful, with detail, at every scale");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("data", arguments->data, "Folder of photos")->required();
    command->add_option("-o,--output", arguments->output, "The picture to write")->required();
    command->add_option(
        "--places", arguments->places,
        "File of what to show instead of the liveliest part of every photo: lines of subject, picture, x, y with tabs between");
    command->add_option("--scales", arguments->scales, "Factors with commas between")
        ->capture_default_str()
        ->check([](const std::string& text) { return parseScales(text), std::string(); });
    command->add_option("--detail", arguments->detail, "Share of detail in the third of each three")
        ->check(CLI::Range(0.0f, 1.0f))
        ->capture_default_str();
    command->add_option("--edge", arguments->edge, "Pixels a side of every cell")->check(CLI::Range(16, 2048))->capture_default_str();
    command->add_option("--pictures", arguments->pictures, "Only the first so many")->check(CLI::Range(1, 1000))->capture_default_str();
    addReadOptions(*command, arguments->read);
    arguments->run.addTo(*command);
    return [arguments] { Maker(*arguments).run(); };
}

} // namespace casr::cli
