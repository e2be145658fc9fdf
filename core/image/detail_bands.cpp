#include "core/image/detail_bands.h"

#include "core/image/between.h"
#include "core/image/quad.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace casr {

namespace {

constexpr int channels = 3;
constexpr double deviationsRead = 3.0;
constexpr float leastSquare = 1e-12f;

int radiusOf(Axis axis, int band) {
    return static_cast<int>(deviationsRead * bandWidths[band] * axis.to / axis.from);
}

using Plane = std::vector<float>; // rows of one width

/// Sums of `count` values, each from `weights` on both sides of its place in `from`, neighbours being `step` values apart.
void smoothRow(const float* from, std::size_t step, const std::vector<float>& weights, std::size_t count, float* out) {
    fillRow(out, count, [&]<typename Value>(std::size_t at) {
        const float *before = from + at, *behind = before;
        Value sum = weights[0] * valueAt<Value>(before);
        for (std::size_t distance = 1; distance < weights.size(); ++distance) {
            before -= step;
            behind += step;
            sum += weights[distance] * (valueAt<Value>(before) + valueAt<Value>(behind));
        }
        return sum;
    });
}

/// The least, or the most, of three values `step` apart, `count` times; the first three begin at `from`.
void leastOf(const float* from, std::size_t step, std::size_t count, float* out) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = std::min(std::min(from[i], from[i + step]), from[i + 2 * step]);
    }
}

void mostOf(const float* from, std::size_t step, std::size_t count, float* out) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = std::max(std::max(from[i], from[i + step]), from[i + 2 * step]);
    }
}

/// The luma of row `y`, `reach` samples beyond `out` on both sides, the picture's border repeated.
void lumaOf(const PlacedImage& child, Axis columns, Rect out, int reach, int y, Plane& luma) {
    for (int i = 0; i < static_cast<int>(luma.size()); ++i) {
        const float* pixel = child.pixel(std::clamp(out.left - reach + i, 0, columns.to - 1), y);
        luma[static_cast<std::size_t>(i)] = 0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2];
    }
}

/// The luma of `out`, its two averages across and the extremes of three samples across, of all rows that are read; smoothDown() and
/// extremesDown() make them whole.
struct Surroundings {
    std::size_t width;
    int reach; ///< Rows above `out`.
    Plane luma;
    Plane across[detailBands];
    Plane darkest, lightest;

    Surroundings(const PlacedImage& child, Axis columns, Axis rows, Rect out)
        : width(static_cast<std::size_t>(out.width())), reach(radiusOf(rows, detailBands - 1)) {
        const int sides = radiusOf(columns, detailBands - 1);
        const std::vector<float> weights[] = {bandWeights(columns, 0), bandWeights(columns, 1)};
        const std::size_t lines = static_cast<std::size_t>(out.height()) + 2 * static_cast<std::size_t>(reach);
        Plane wide(width + 2 * static_cast<std::size_t>(sides));
        luma.resize(width * lines);
        across[0].resize(luma.size());
        across[1].resize(luma.size());
        darkest.resize(luma.size());
        lightest.resize(luma.size());
        for (std::size_t line = 0; line < lines; ++line) {
            lumaOf(child, columns, out, sides, std::clamp(out.top - reach + static_cast<int>(line), 0, rows.to - 1), wide);
            std::copy_n(wide.data() + sides, width, luma.data() + line * width);
            for (int band = 0; band < detailBands; ++band) {
                smoothRow(wide.data() + sides, 1, weights[band], width, across[band].data() + line * width);
            }
            leastOf(wide.data() + sides - 1, 1, width, darkest.data() + line * width);
            mostOf(wide.data() + sides - 1, 1, width, lightest.data() + line * width);
        }
    }

    /// Of the row `y` of `out`.
    const float* lumaRow(int y) const { return luma.data() + static_cast<std::size_t>(y + reach) * width; }
    void smoothDown(int band, const std::vector<float>& weights, int y, Plane& out) const {
        smoothRow(across[band].data() + static_cast<std::size_t>(y + reach) * width, width, weights, width, out.data());
    }
    void extremesDown(int y, Plane& low, Plane& high) const {
        const std::size_t above = static_cast<std::size_t>(y + reach - 1) * width;
        leastOf(darkest.data() + above, width, width, low.data());
        mostOf(lightest.data() + above, width, width, high.data());
    }
};

/// A row of the map between two rows of parent pixels; `row` holds one value more than is set.
void mixRows(const DetailMap& map, const Between& rows, Plane& row) {
    const std::size_t width = row.size() - 1;
    const auto lineOf = [&](int y) { return map.of.data() + static_cast<std::size_t>(y - map.cells.top) * width; };
    const float *above = lineOf(rows.first), *below = lineOf(rows.second);
    fillRow(row.data(), width,
            [&]<typename Value>(std::size_t i) { return mixed(valueAt<Value>(above + i), valueAt<Value>(below + i), rows.share); });
}

/// Drawn in so that it stays within twice the room.
float limited(float detail, float room) {
    return detail * (2.0f * room / std::sqrt(4.0f * room * room + detail * detail + leastSquare));
}

/// One row on its way.
struct DetailRow {
    const float* luma;  ///< The picture's.
    Plane fine, coarse; ///< The two averages of the picture's luma.
    Plane map;          ///< Of the row's parent pixels, and one value more.
    Plane detail, room;
    Plane darkest, lightest; ///< Of the 3x3 samples around.

    DetailRow(std::size_t width, std::size_t parents)
        : luma(nullptr), fine(width), coarse(width), map(parents * DetailMap::values + 1), detail(width), room(width), darkest(width),
          lightest(width) {}

    /// What the gains make of the bands, and the room; the map's first pixel is parent pixel `first`.
    void amplify(const std::vector<Between>& columns, int first) {
        const float* origin = map.data() - static_cast<std::ptrdiff_t>(first) * DetailMap::values;
        float *made = detail.data(), *most = room.data();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Between& column = columns[i];
            const Quad left = quadAt(origin + static_cast<std::ptrdiff_t>(column.first) * DetailMap::values);
            const Quad right = quadAt(origin + static_cast<std::ptrdiff_t>(column.second) * DetailMap::values);
            const Quad gains = mixed(left, right, column.share);
            made[i] = gains[0] * (luma[i] - fine[i]) + gains[1] * (fine[i] - coarse[i]);
            most[i] = gains[detailBands];
        }
    }
    void limit(float share) {
        for (std::size_t i = 0; i < detail.size(); ++i) {
            const float least = darkest[i] - overshoot - luma[i], most = lightest[i] + overshoot - luma[i];
            detail[i] = share * std::min(std::max(limited(detail[i], room[i]), least), most);
        }
    }
    /// Adds the detail to the pixels `from`.
    void addTo(const float* from, float* to) const {
        for (std::size_t i = 0; i + 1 < detail.size(); ++i, from += channels, to += channels) {
            storeQuad(quadAt(from) + detail[i], to);
        }
        storePixel(pixelAt(from) + detail.back(), to);
    }
};

void requireCovered(const PlacedImage& child, const DetailMap& map, Axis columns, Axis rows, Rect out, std::size_t values) {
    if (out.isEmpty() || child.image.channels() != channels || values != static_cast<std::size_t>(out.size().area()) * channels ||
        !contains(child.rect(), readByDetail(columns, rows, out)) || !contains(map.cells, mapReadByDetail(columns, rows, out)) ||
        map.of.size() != static_cast<std::size_t>(map.cells.size().area()) * DetailMap::values) {
        throw std::invalid_argument("addDetailInto: child or map do not cover what is read");
    }
}

std::vector<Between> betweenOf(Axis axis, int first, int last) {
    std::vector<Between> list;
    for (int index = first; index < last; ++index) {
        list.push_back(betweenOf(axis, index));
    }
    return list;
}

} // namespace

std::vector<float> bandWeights(Axis axis, int band) {
    const double width = bandWidths[band] * axis.to / axis.from;
    std::vector<double> weights;
    double sum = 0;
    for (int distance = 0; distance <= radiusOf(axis, band); ++distance) {
        weights.push_back(std::exp(-0.5 * distance * distance / (width * width)));
        sum += (distance > 0 ? 2.0 : 1.0) * weights.back();
    }
    std::vector<float> result(weights.size());
    std::transform(weights.begin(), weights.end(), result.begin(), [&](double weight) { return static_cast<float>(weight / sum); });
    return result;
}

Rect readByDetail(Axis columns, Axis rows, Rect out) {
    const int x = radiusOf(columns, detailBands - 1), y = radiusOf(rows, detailBands - 1);
    return intersection({out.left - x, out.top - y, out.right + x, out.bottom + y}, {0, 0, columns.to, rows.to});
}

Rect mapReadByDetail(Axis columns, Axis rows, Rect out) {
    return intersection(expanded(cellsOf(columns, rows, out), 1), {0, 0, columns.from, rows.from});
}

void addDetailInto(const PlacedImage& child, const DetailMap& map, float share, Axis columns, Axis rows, Rect out,
                   std::span<float> values) {
    requireCovered(child, map, columns, rows, out, values.size());
    const Surroundings surroundings(child, columns, rows, out);
    const std::vector<float> down[] = {bandWeights(rows, 0), bandWeights(rows, 1)};
    const std::vector<Between> across = betweenOf(columns, out.left, out.right);
    DetailRow row(surroundings.width, static_cast<std::size_t>(map.cells.width()));
    for (int y = 0; y < out.height(); ++y) {
        row.luma = surroundings.lumaRow(y);
        surroundings.smoothDown(0, down[0], y, row.fine);
        surroundings.smoothDown(1, down[1], y, row.coarse);
        surroundings.extremesDown(y, row.darkest, row.lightest);
        mixRows(map, betweenOf(rows, out.top + y), row.map);
        row.amplify(across, map.cells.left);
        row.limit(share);
        row.addTo(child.pixel(out.left, out.top + y), values.data() + static_cast<std::size_t>(y) * surroundings.width * channels);
    }
}

} // namespace casr
