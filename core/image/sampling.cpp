#include "core/image/sampling.h"

#include <algorithm>
#include <stdexcept>

namespace casr {

namespace {

struct Span {
    int first = 0;
    int last = 0; ///< One past the end.
};

Span spanOf(const std::vector<Taps>& list, int length) {
    Span span{length, 0};
    for (const Taps& taps : list) {
        const int end = taps.first + static_cast<int>(taps.weights.size());
        span.first = std::min(span.first, std::clamp(taps.first, 0, length - 1));
        span.last = std::max(span.last, std::clamp(end, 1, length));
    }
    return span;
}

/// Rows of `part` summed into one, over all columns of `read`.
void sumRows(const PlacedImage& part, Rect read, int height, const Taps& taps, std::vector<double>& sum) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t tap = 0; tap < taps.weights.size(); ++tap) {
        const float* row = part.pixel(read.left, std::clamp(taps.first + static_cast<int>(tap), 0, height - 1));
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += taps.weights[tap] * row[i];
        }
    }
}

void sumColumns(const std::vector<double>& sum, int left, int width, int channels, const Taps& taps, float* out) {
    for (int channel = 0; channel < channels; ++channel) {
        double value = 0;
        for (std::size_t tap = 0; tap < taps.weights.size(); ++tap) {
            const int x = std::clamp(taps.first + static_cast<int>(tap), 0, width - 1) - left;
            value += taps.weights[tap] * sum[static_cast<std::size_t>(x) * channels + channel];
        }
        out[channel] = static_cast<float>(value);
    }
}

} // namespace

Rect readBy(const std::vector<Taps>& columns, const std::vector<Taps>& rows, Size whole) {
    if (columns.empty() || rows.empty()) {
        return {};
    }
    const Span across = spanOf(columns, whole.width), down = spanOf(rows, whole.height);
    return {across.first, down.first, across.last, down.last};
}

Image weightedRegion(const PlacedImage& part, Size whole, const std::vector<Taps>& columns, const std::vector<Taps>& rows) {
    const Rect read = readBy(columns, rows, whole);
    if (read.isEmpty() || !contains(part.rect(), read)) {
        throw std::invalid_argument("weightedRegion: the picture does not cover what is read");
    }
    const int channels = part.image.channels();
    std::vector<double> sum(static_cast<std::size_t>(read.width()) * channels);
    std::vector<float> values(columns.size() * rows.size() * channels);
    float* out = values.data();
    for (const Taps& row : rows) {
        sumRows(part, read, whole.height, row, sum);
        for (const Taps& column : columns) {
            sumColumns(sum, read.left, whole.width, channels, column, out);
            out += channels;
        }
    }
    return Image({static_cast<int>(columns.size()), static_cast<int>(rows.size())}, channels, std::move(values), part.image.encoding());
}

std::vector<Taps> tapsFrom(double begin, double scale, int count, Kernel kernel) {
    std::vector<Taps> list;
    list.reserve(static_cast<std::size_t>(count));
    for (int index = 0; index < count; ++index) {
        list.push_back(tapsAt(begin + (index + 0.5) / scale - 0.5, scale, kernel));
    }
    return list;
}

} // namespace casr
