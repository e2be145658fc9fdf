#include "core/image/bicubic_region.h"

#include "core/image/quad.h"
#include "core/image/resample.h"

#include <array>
#include <stdexcept>

namespace casr {

namespace {

struct Weights {
    int first = 0;
    std::array<float, 4> weight{};
};

Weights weightsAt(Axis axis, int index) {
    const double offset = axis.offsetOf(index);
    Weights taps;
    taps.first = axis.cellOf(index) - (offset < 0.0 ? 2 : 1);
    for (int i = 0; i < 4; ++i) {
        taps.weight[static_cast<std::size_t>(i)] = static_cast<float>(cubicKernel(axis.cellOf(index) + offset - (taps.first + i)));
    }
    return taps;
}

std::vector<Weights> weightsOf(Axis axis, int first, int last) {
    std::vector<Weights> list;
    for (int index = first; index < last; ++index) {
        list.push_back(weightsAt(axis, index));
    }
    return list;
}

/// Four parent rows summed into one, columns first .. last of the parent. `sum` holds one value more than is set.
void sumRows(const PlacedImage& parent, const Weights& row, int left, std::vector<float>& sum) {
    const float* rows[4];
    for (int i = 0; i < 4; ++i) {
        rows[i] = parent.pixel(left, row.first + i);
    }
    for (std::size_t i = 0; i + 1 < sum.size(); ++i) {
        sum[i] = (row.weight[0] * rows[0][i] + row.weight[1] * rows[1][i]) + (row.weight[2] * rows[2][i] + row.weight[3] * rows[3][i]);
    }
}

void sumColumns(const std::vector<float>& sum, int left, int channels, const std::vector<Weights>& columns, float* out) {
    const std::ptrdiff_t step = channels;
    for (const Weights& column : columns) {
        const float* first = sum.data() + static_cast<std::size_t>(column.first - left) * channels;
        for (int channel = 0; channel < channels; ++channel) {
            const float* value = first + channel;
            *out++ = (column.weight[0] * value[0] + column.weight[1] * value[step]) +
                     (column.weight[2] * value[2 * step] + column.weight[3] * value[3 * step]);
        }
    }
}

/// sumColumns() of RGB, the same bits.
void sumPixels(const std::vector<float>& sum, int left, const std::vector<Weights>& columns, float* out) {
    const auto pixelOf = [&](const Weights& column) {
        const float* first = sum.data() + static_cast<std::size_t>(column.first - left) * 3;
        return (column.weight[0] * quadAt(first) + column.weight[1] * quadAt(first + 3)) +
               (column.weight[2] * quadAt(first + 6) + column.weight[3] * quadAt(first + 9));
    };
    for (std::size_t i = 0; i + 1 < columns.size(); ++i, out += 3) {
        storeQuad(pixelOf(columns[i]), out);
    }
    storePixel(pixelOf(columns.back()), out);
}

} // namespace

PlacedImage coveringByBorder(const PlacedImage& image, Rect rect) {
    return {cropped(image.image, translated(rect, -image.left, -image.top)), rect.left, rect.top};
}

void bicubicRegionInto(const PlacedImage& parent, Axis columns, Axis rows, Rect out, std::span<float> values) {
    const Rect read = expanded(cellsOf(columns, rows, out), bicubicReach);
    const int channels = parent.image.channels();
    if (out.isEmpty() || !contains(parent.rect(), read) || values.size() != static_cast<std::size_t>(out.size().area()) * channels) {
        throw std::invalid_argument("bicubicRegion: the parent does not cover what is read");
    }
    const std::vector<Weights> across = weightsOf(columns, out.left, out.right);
    std::vector<float> sum(static_cast<std::size_t>(read.width()) * channels + 1);
    float* row = values.data();
    for (int y = out.top; y < out.bottom; ++y, row += static_cast<std::size_t>(out.width()) * channels) {
        sumRows(parent, weightsAt(rows, y), read.left, sum);
        channels == 3 ? sumPixels(sum, read.left, across, row) : sumColumns(sum, read.left, channels, across, row);
    }
}

Image bicubicRegion(const PlacedImage& parent, Axis columns, Axis rows, Rect out) {
    std::vector<float> values(static_cast<std::size_t>(std::max<std::int64_t>(out.size().area(), 0)) * parent.image.channels());
    bicubicRegionInto(parent, columns, rows, out, values);
    return Image(out.size(), parent.image.channels(), std::move(values), parent.image.encoding());
}

} // namespace casr
