#include "core/metrics/consistency.h"

#include "core/image/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace casr {

namespace {

std::vector<Taps> shrinkingTaps(Axis axis, int first, int last) {
    std::vector<Taps> list;
    for (int cell = first; cell < last; ++cell) {
        list.push_back(tapsOf(cell, axis.to, axis.from, Kernel::bicubic));
    }
    return list;
}

void checkAlike(const Image& a, const Image& b) {
    if (a.size() != b.size() || a.channels() != b.channels()) {
        throw std::invalid_argument("Pictures of different size or channels cannot be compared");
    }
}

Rect pixelsOf(Axis columns, Axis rows, Rect cells) {
    return {columns.firstIn(cells.left), rows.firstIn(cells.top), std::min(columns.firstIn(cells.right), columns.to),
            std::min(rows.firstIn(cells.bottom), rows.to)};
}

/// Mean of the part `rect` of a one-channel picture.
double meanOf(const Image& plane, Rect rect) {
    double sum = 0;
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            sum += plane.at(x, y, 0);
        }
    }
    return sum / static_cast<double>(rect.size().area());
}

/// Sums of squares and their counts, cell by cell.
class CellMeans {
public:
    explicit CellMeans(Rect cells) : m_cells(cells), m_sums(static_cast<std::size_t>(cells.size().area())), m_counts(m_sums.size()) {}

    void add(int x, int y, double value) {
        const auto index = static_cast<std::size_t>(y - m_cells.top) * m_cells.width() + (x - m_cells.left);
        m_sums[index] += value;
        ++m_counts[index];
    }

    /// 0 where nothing was added.
    Image means() const {
        std::vector<float> values;
        for (std::size_t i = 0; i < m_sums.size(); ++i) {
            values.push_back(m_counts[i] == 0 ? 0.0f : static_cast<float>(m_sums[i] / m_counts[i]));
        }
        return Image(m_cells.size(), 1, std::move(values));
    }

private:
    Rect m_cells;
    std::vector<double> m_sums;
    std::vector<int> m_counts;
};

Image rootsOf(const Image& squares) {
    std::vector<float> values(squares.values().begin(), squares.values().end());
    std::transform(values.begin(), values.end(), values.begin(), [](float square) { return std::sqrt(square); });
    return Image(squares.size(), 1, std::move(values));
}

/// How much the pixel at (x, y) differs from the one before it along (dx, dy), mean of the channels.
double changeAt(const PlacedImage& image, int x, int y, int dx, int dy) {
    double sum = 0;
    for (int channel = 0; channel < image.image.channels(); ++channel) {
        sum += std::abs(static_cast<double>(image.pixel(x, y)[channel]) - image.pixel(x - dx, y - dy)[channel]);
    }
    return sum / image.image.channels();
}

/// The change at (x, y) beyond the mean of the changes before and after it.
double excessAt(const PlacedImage& image, int x, int y, int dx, int dy) {
    return changeAt(image, x, y, dx, dy) - (changeAt(image, x - dx, y - dy, dx, dy) + changeAt(image, x + dx, y + dy, dx, dy)) / 2;
}

} // namespace

Rect readForReduced(Axis columns, Axis rows, Rect cells) {
    return readBy(shrinkingTaps(columns, cells.left, cells.right), shrinkingTaps(rows, cells.top, cells.bottom), {columns.to, rows.to});
}

Image reducedRegion(const PlacedImage& child, Axis columns, Axis rows, Rect cells) {
    return weightedRegion(child, {columns.to, rows.to}, shrinkingTaps(columns, cells.left, cells.right),
                          shrinkingTaps(rows, cells.top, cells.bottom));
}

double Agreement::psnr() const {
    return meanSquare > 0 ? -10.0 * std::log10(meanSquare) : std::numeric_limits<double>::infinity();
}

Agreement agreementOf(const Image& reduced, const Image& original) {
    checkAlike(reduced, original);
    Agreement agreement;
    agreement.pixels = original.size().area();
    const auto channels = static_cast<std::size_t>(original.channels());
    for (std::size_t i = 0; i < original.values().size(); i += channels) {
        double worst = 0;
        for (std::size_t channel = i; channel < i + channels; ++channel) {
            const double difference = static_cast<double>(reduced.values()[channel]) - original.values()[channel];
            worst = std::max(worst, std::abs(difference));
            agreement.meanSquare += difference * difference / static_cast<double>(original.values().size());
        }
        agreement.reproduced += worst <= reproducedWithin ? 1 : 0;
    }
    return agreement;
}

Image meanDifference(const Image& reduced, const Image& original) {
    checkAlike(reduced, original);
    const int channels = original.channels();
    std::vector<float> values;
    for (std::size_t i = 0; i < original.values().size(); i += static_cast<std::size_t>(channels)) {
        double sum = 0;
        for (std::size_t channel = i; channel < i + static_cast<std::size_t>(channels); ++channel) {
            sum += static_cast<double>(reduced.values()[channel]) - original.values()[channel];
        }
        values.push_back(static_cast<float>(sum / channels));
    }
    return Image(original.size(), 1, std::move(values));
}

Image addedDetail(const PlacedImage& parent, const PlacedImage& child, Axis columns, Axis rows, Rect cells) {
    const Rect pixels = pixelsOf(columns, rows, cells);
    if (!contains(child.rect(), pixels)) {
        throw std::invalid_argument("addedDetail: the child does not cover its cells");
    }
    const Image plain = bicubicRegion(parent, columns, rows, pixels);
    CellMeans means(cells);
    for (int y = pixels.top; y < pixels.bottom; ++y) {
        for (int x = pixels.left; x < pixels.right; ++x) {
            for (int channel = 0; channel < plain.channels(); ++channel) {
                const double added = static_cast<double>(child.pixel(x, y)[channel]) - plain.at(x - pixels.left, y - pixels.top, channel);
                means.add(columns.cellOf(x), rows.cellOf(y), added * added);
            }
        }
    }
    return rootsOf(means.means());
}

Image seamJumps(const PlacedImage& child, Axis columns, Axis rows, Rect cells) {
    const Rect pixels = pixelsOf(columns, rows, cells),
               read{std::max(pixels.left - 2, 0), std::max(pixels.top - 2, 0), pixels.right, pixels.bottom};
    if (!contains(child.rect(), read)) {
        throw std::invalid_argument("seamJumps: the child does not cover its cells and what is before them");
    }
    CellMeans means(cells);
    for (int y = pixels.top; pixels.left >= 2 && pixels.width() >= 2 && y < pixels.bottom; ++y) {
        means.add(cells.left, rows.cellOf(y), excessAt(child, pixels.left, y, 1, 0));
    }
    for (int x = pixels.left; pixels.top >= 2 && pixels.height() >= 2 && x < pixels.right; ++x) {
        means.add(columns.cellOf(x), cells.top, excessAt(child, x, pixels.top, 0, 1));
    }
    return means.means();
}

Peak peakOf(const Image& plane, int side) {
    Peak peak{0, 0, -1};
    const int step = std::max(side / 2, 1);
    for (int top = 0; top == 0 || top + side <= plane.height(); top += step) {
        for (int left = 0; left == 0 || left + side <= plane.width(); left += step) {
            const Rect square = intersection(rectAt(left, top, {side, side}), rectOf(plane.size()));
            const double mean = meanOf(plane, square);
            if (mean > peak.mean) {
                peak = {(square.left + square.right) / 2.0, (square.top + square.bottom) / 2.0, mean};
            }
        }
    }
    return peak;
}

} // namespace casr
