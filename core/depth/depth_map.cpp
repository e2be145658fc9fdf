#include "core/depth/depth_map.h"

#include "core/base/error.h"
#include "core/depth/guided_filter.h"
#include "core/image/resample.h"
#include "core/network/architecture.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace casr {

namespace {

constexpr int largestCopy = 1024;
constexpr double lowPercentile = 0.02, highPercentile = 0.98;
constexpr int copyRadius = 12; ///< Pixels of the copy: somewhat more than one value of DepthNet covers there.
constexpr double copyNoise = 1e-3;
constexpr int parentRadius = guidedDepthReach / 2;
constexpr double parentNoise = 1e-3;

static_assert(guidedDepthReach <= Reach::superpixels, "superpixels and depth are read side by side by the trunk");

void pollStop(const StopCheck& stop) {
    if (stop && stop()) {
        throw Cancelled();
    }
}

/// Means over squares of `cell` pixels a side; those at the right and bottom may hold fewer.
Image averaged(const Image& image, int cell, const StopCheck& stop) {
    const Size size{(image.width() + cell - 1) / cell, (image.height() + cell - 1) / cell};
    const int channels = image.channels();
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    std::vector<double> sums;
    for (int y = 0; y < size.height; ++y) {
        pollStop(stop);
        const int bottom = std::min(image.height(), (y + 1) * cell);
        sums.assign(static_cast<std::size_t>(size.width * channels), 0.0);
        for (int row = y * cell; row < bottom; ++row) {
            const float* pixel = image.row(row);
            for (int x = 0; x < image.width(); ++x) {
                double* sum = sums.data() + static_cast<std::ptrdiff_t>(x / cell) * channels;
                for (int c = 0; c < channels; ++c) {
                    sum[c] += *pixel++;
                }
            }
        }
        for (int x = 0; x < size.width; ++x) {
            const double count = static_cast<double>(bottom - y * cell) * (std::min(image.width(), (x + 1) * cell) - x * cell);
            for (int c = 0; c < channels; ++c) {
                values.push_back(static_cast<float>(sums[static_cast<std::size_t>(x * channels + c)] / count));
            }
        }
    }
    return Image(size, channels, std::move(values));
}

/// The size at which a model sees a picture: its longer side has the given length.
Size seenSize(Size size, int longerSide) {
    const double factor = static_cast<double>(longerSide) / std::max(size.width, size.height);
    return {std::max(1, static_cast<int>(std::lround(factor * size.width))),
            std::max(1, static_cast<int>(std::lround(factor * size.height)))};
}

int roundedUp(int length, int granule) {
    return (length + granule - 1) / granule * granule;
}

/// Where a plane is read along one axis: its value at floor(position) and the next one.
struct Place {
    int first = 0;
    int second = 0;
    float share = 0; ///< Of the second.
};

/// `position` counts samples from the middle of the first one; beyond the ends the end's sample is repeated.
Place placeOf(double position, int length) {
    const double inside = std::clamp(position, 0.0, length - 1.0);
    const int first = static_cast<int>(inside);
    return {first, std::min(first + 1, length - 1), static_cast<float>(inside - first)};
}

/// The plane at every crossing of the places, bilinearly.
Image interpolated(const Image& plane, const std::vector<Place>& columns, const std::vector<Place>& rows) {
    std::vector<float> values;
    values.reserve(columns.size() * rows.size());
    for (const Place& row : rows) {
        const float *upper = plane.row(row.first), *lower = plane.row(row.second);
        for (const Place& column : columns) {
            const float above = upper[column.first] + column.share * (upper[column.second] - upper[column.first]);
            const float below = lower[column.first] + column.share * (lower[column.second] - lower[column.first]);
            values.push_back(above + row.share * (below - above));
        }
    }
    return Image({static_cast<int>(columns.size()), static_cast<int>(rows.size())}, 1, std::move(values));
}

/// Where the samples of a copy of `length` pixels, which the model saw as `seen` of the pixels that it took, lie in its `given` results.
std::vector<Place> placesInResult(int length, int seen, int taken, int given) {
    std::vector<Place> places;
    for (int i = 0; i < length; ++i) {
        const double pixel = (i + 0.5) * seen / length;
        places.push_back(placeOf(pixel * given / taken - 0.5, given));
    }
    return places;
}

/// The model's result at the size of the copy that it looked at.
Image estimated(const Image& copy, const DepthModel& model, const StopCheck& stop) {
    const Size seen = seenSize(copy.size(), model.longerSide());
    const Size taken{roundedUp(seen.width, model.granule()), roundedUp(seen.height, model.granule())};
    const Image result = model.run(cropped(resized(copy, seen), rectOf(taken)), stop);
    return interpolated(result, placesInResult(copy.width(), seen.width, taken.width, result.width()),
                        placesInResult(copy.height(), seen.height, taken.height, result.height()));
}

float percentile(std::vector<float>& values, double share) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

/// 0 .. 1 between the percentiles; all 0 where the plane is flat.
Image normalised(const Image& plane) {
    std::vector<float> values(plane.values().begin(), plane.values().end()), ordered = values;
    const float low = percentile(ordered, lowPercentile), high = percentile(ordered, highPercentile);
    for (float& value : values) {
        value = high > low ? std::clamp((value - low) / (high - low), 0.0f, 1.0f) : 0.0f;
    }
    return Image(plane.size(), 1, std::move(values));
}

/// Where the pixels first .. last - 1 of a level's axis lie in a map of `length` cells; outside the level its border pixel counts.
std::vector<Place> placesInMap(Axis axis, int cell, int length, int first, int last) {
    std::vector<Place> places;
    for (int i = first; i < last; ++i) {
        const double photo = (std::clamp(i, 0, axis.to - 1) + 0.5) * axis.from / axis.to;
        places.push_back(placeOf(photo / cell - 0.5, length));
    }
    return places;
}

} // namespace

DepthMap depthOf(const Image& photo, const DepthModel& model, const StopCheck& stop) {
    if (photo.isEmpty() || photo.channels() != 3) {
        throw std::invalid_argument("depthOf: the photo is empty or not RGB");
    }
    const int cell = (std::max(photo.width(), photo.height()) + largestCopy - 1) / largestCopy;
    const Image copy = averaged(photo, cell, stop);
    const Image coarse = normalised(estimated(copy, model, stop));
    pollStop(stop);
    return {guidedFiltered(copy, coarse, copyRadius, copyNoise), cell, photo.size()};
}

Image guidedDepth(const DepthMap& map, const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    const Rect read = expanded(out, guidedDepthReach);
    if (out.isEmpty() || !contains(parent.rect(), read) || parent.image.channels() < 3 || Size{columns.from, rows.from} != map.photo) {
        throw std::invalid_argument("guidedDepth: the parent does not cover what is read, or the map is of another photo");
    }
    const Image guide = selectChannels(coveringByBorder(parent, read).image, 0, 3);
    const Image plane = interpolated(map.inverse, placesInMap(columns, map.cell, map.inverse.width(), read.left, read.right),
                                     placesInMap(rows, map.cell, map.inverse.height(), read.top, read.bottom));
    const Image filtered = guidedFiltered(guide, plane, parentRadius, parentNoise);
    return cropped(filtered, rectAt(guidedDepthReach, guidedDepthReach, out.size()));
}

} // namespace casr
