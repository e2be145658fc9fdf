#include "core/image/resample.h"

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace casr {

namespace {

double lanczosKernel(double x) {
    x = std::abs(x);
    if (x >= 3.0) {
        return 0.0;
    }
    const double angle = std::numbers::pi * x;
    return x < 1e-9 ? 1.0 : 3.0 * std::sin(angle) * std::sin(angle / 3.0) / (angle * angle);
}

double kernelAt(Kernel kernel, double x) {
    return kernel == Kernel::bicubic ? cubicKernel(x) : lanczosKernel(x);
}

double radiusOf(Kernel kernel) {
    return kernel == Kernel::bicubic ? 2.0 : 3.0;
}

/// The 8-bit code nearest to `value`, halves up; NaN stays NaN. Cutting after the clamp is floor without a call for every value.
double roundedCode(double value) {
    const double code = static_cast<int>(std::min(std::max(0.0, value + 0.5), 255.0));
    return std::isnan(value) ? value : code;
}

template <typename Function>
Image mapped(const Image& image, Function function) {
    std::vector<float> values(image.values().size());
    std::transform(image.values().begin(), image.values().end(), values.begin(),
                   [function](float value) { return static_cast<float>(function(value)); });
    return Image(image.size(), image.channels(), std::move(values), image.encoding());
}

std::vector<Taps> axisTaps(int inLength, int outLength, Kernel kernel) {
    std::vector<Taps> taps;
    taps.reserve(static_cast<std::size_t>(outLength));
    for (int index = 0; index < outLength; ++index) {
        taps.push_back(tapsOf(index, inLength, outLength, kernel));
    }
    return taps;
}

/// One output row as the weighted sum of input rows, in double so that the 8-bit protocol rounds what MATLAB rounds.
void sumRows(const Image& image, const Taps& taps, std::vector<double>& sum) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t tap = 0; tap < taps.weights.size(); ++tap) {
        const float* row = image.row(std::clamp(taps.first + static_cast<int>(tap), 0, image.height() - 1));
        const double weight = taps.weights[tap];
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += weight * row[i];
        }
    }
}

template <typename Store>
Image resizedRows(const Image& image, int height, Kernel kernel, Store store) {
    const std::size_t stride = static_cast<std::size_t>(image.width()) * image.channels();
    std::vector<float> values(stride * static_cast<std::size_t>(height));
    std::vector<double> sum(stride);
    for (int y = 0; y < height; ++y) {
        sumRows(image, tapsOf(y, image.height(), height, kernel), sum);
        std::transform(sum.begin(), sum.end(), values.begin() + static_cast<std::ptrdiff_t>(stride * static_cast<std::size_t>(y)), store);
    }
    return Image({image.width(), height}, image.channels(), std::move(values), image.encoding());
}

/// Rows summed together: enough for the compiler's vectors, few enough for the cache.
constexpr int lanes = 8;
using Lanes = std::array<double, lanes>;

/// `lanes` rows side by side, [column][channel][lane], with the border pixels repeated as far as the taps read. A sum over the
/// taps of a column is then one run over whole vectors without a border case.
class RowBlock {
public:
    RowBlock(const Image& image, const std::vector<Taps>& columns)
        : m_image(image), m_left(std::max(0, -columns.front().first)),
          m_columns(std::max(m_left + image.width(), m_left + columns.back().first + static_cast<int>(columns.back().weights.size()))),
          m_values(static_cast<std::size_t>(m_columns) * image.channels()) {}

    /// Takes the rows from `top` on; the last row of the picture is repeated.
    void load(int top) {
        for (int lane = 0; lane < lanes; ++lane) {
            const float* row = m_image.row(std::min(top + lane, m_image.height() - 1));
            Lanes* out = m_values.data();
            for (int x = -m_left; x < m_columns - m_left; ++x) {
                const float* pixel = row + static_cast<std::size_t>(std::clamp(x, 0, m_image.width() - 1)) * m_image.channels();
                for (int channel = 0; channel < m_image.channels(); ++channel) {
                    (*out++)[static_cast<std::size_t>(lane)] = pixel[channel];
                }
            }
        }
    }

    Lanes sum(const Taps& taps, int channel) const {
        Lanes sum{};
        const Lanes* in = m_values.data() + static_cast<std::size_t>(m_left + taps.first) * m_image.channels() + channel;
        for (const double weight : taps.weights) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                sum[lane] += weight * (*in)[lane];
            }
            in += m_image.channels();
        }
        return sum;
    }

private:
    const Image& m_image;
    int m_left;
    int m_columns;
    std::vector<Lanes> m_values;
};

template <typename Store>
Image resizedColumns(const Image& image, int width, Kernel kernel, Store store) {
    const std::vector<Taps> columns = axisTaps(image.width(), width, kernel);
    const std::size_t stride = columns.size() * static_cast<std::size_t>(image.channels());
    std::vector<float> values(stride * static_cast<std::size_t>(image.height()));
    RowBlock block(image, columns);
    for (int top = 0; top < image.height(); top += lanes) {
        block.load(top);
        const auto rows = static_cast<std::size_t>(std::min(lanes, image.height() - top));
        float* out = values.data() + stride * static_cast<std::size_t>(top);
        for (const Taps& column : columns) {
            for (int channel = 0; channel < image.channels(); ++channel, ++out) {
                const Lanes sum = block.sum(column, channel);
                for (std::size_t lane = 0; lane < rows; ++lane) {
                    out[lane * stride] = store(sum[lane]);
                }
            }
        }
    }
    return Image({width, image.height()}, image.channels(), std::move(values), image.encoding());
}

template <typename Store>
Image resizedWith(const Image& image, Size size, Kernel kernel, Store store) {
    if (image.isEmpty() || size.isEmpty()) {
        throw std::invalid_argument("resized: a picture needs at least one pixel");
    }
    return resizedColumns(resizedRows(image, size.height, kernel, store), size.width, kernel, store);
}

} // namespace

double cubicKernel(double x) {
    x = std::abs(x);
    if (x <= 1.0) {
        return (1.5 * x - 2.5) * x * x + 1.0;
    }
    return x < 2.0 ? ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0 : 0.0;
}

Taps tapsAt(double centre, double scale, Kernel kernel) {
    if (kernel == Kernel::nearest) {
        return {static_cast<int>(std::floor(centre + 0.5)), {1.0}};
    }
    const double stretch = std::min(scale, 1.0);
    const double radius = radiusOf(kernel) / stretch;
    const int first = static_cast<int>(std::floor(centre - radius)) + 1;
    const int last = static_cast<int>(std::ceil(centre + radius)) - 1;
    Taps taps{first, {}};
    double total = 0.0;
    for (int i = first; i <= last; ++i) {
        taps.weights.push_back(kernelAt(kernel, (centre - i) * stretch));
        total += taps.weights.back();
    }
    for (double& weight : taps.weights) {
        weight /= total;
    }
    return taps;
}

Taps tapsOf(int index, int inLength, int outLength, Kernel kernel) {
    const double scale = static_cast<double>(outLength) / inLength;
    Taps taps = tapsAt((index + 0.5) / scale - 0.5, scale, kernel);
    if (kernel == Kernel::nearest) {
        taps.first = std::clamp(taps.first, 0, inLength - 1);
    }
    return taps;
}

Image resized(const Image& image, Size size, Kernel kernel) {
    return resizedWith(image, size, kernel, [](double value) { return static_cast<float>(value); });
}

Image resizedTo8Bit(const Image& image, Size size) {
    // The sums run over whole codes: over n / 255 in float, a sum that ends in exactly one half would fall to either side.
    const Image codes = mapped(image, [](double value) { return roundedCode(value * 255.0); });
    const auto store = [](double code) { return static_cast<float>(roundedCode(code)); };
    return mapped(resizedWith(codes, size, Kernel::bicubic, store), [](double code) { return code / 255.0; });
}

Image roundedTo8Bit(const Image& image) {
    return mapped(image, [](double value) { return roundedCode(value * 255.0) / 255.0; });
}

} // namespace casr
