#include "core/image/image.h"

#include <cstring>
#include <stdexcept>

namespace casr {

namespace {

std::size_t valueCount(Size size, int channels) {
    return static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels);
}

void copyClampedRow(const Image& image, int y, Rect rect, float* out) {
    const int channels = image.channels();
    const float* row = image.row(std::clamp(y, 0, image.height() - 1));
    const Rect inside = intersection(rect, rectOf(image.size()));
    for (int x = rect.left; x < rect.right; ++x) {
        if (x == inside.left && inside.right > x) {
            const auto run = static_cast<std::size_t>(inside.width()) * channels;
            out = std::copy_n(row + static_cast<std::size_t>(x) * channels, run, out);
            x = inside.right - 1;
            continue;
        }
        const int column = std::clamp(x, 0, image.width() - 1);
        out = std::copy_n(row + static_cast<std::size_t>(column) * channels, channels, out);
    }
}

} // namespace

bool ColourEncoding::operator==(const ColourEncoding& other) const {
    const bool sameProfile = iccProfile == other.iccProfile || (iccProfile && other.iccProfile && *iccProfile == *other.iccProfile);
    return sameProfile && hasAlpha == other.hasAlpha;
}

Image::Image(Size size, int channels, std::vector<float> values, ColourEncoding encoding)
    : m_size(size), m_channels(channels), m_encoding(std::move(encoding)) {
    if (size.width < 0 || size.height < 0 || channels < 1 || values.size() != valueCount(size, channels)) {
        throw std::invalid_argument("Image: the number of values does not fit size and channels");
    }
    const auto kept = std::make_shared<const std::vector<float>>(std::move(values));
    m_values = {kept, kept->data()};
}

Image Image::written(Size size, int channels, const std::function<void(std::span<float>)>& write, ColourEncoding encoding) {
    Image image({}, channels, {}, std::move(encoding));
    if (size.width < 0 || size.height < 0) {
        throw std::invalid_argument("Image: no size is negative");
    }
    const std::size_t count = valueCount(size, channels);
    const std::shared_ptr<float[]> values(new float[count]);
    write({values.get(), count});
    image.m_size = size;
    image.m_values = {values, values.get()};
    return image;
}

std::span<const float> Image::values() const {
    return m_values ? std::span(m_values.get(), valueCount(m_size, m_channels)) : std::span<const float>();
}

Image cropped(const Image& image, Rect rect) {
    if (rect == rectOf(image.size())) {
        return image;
    }
    if (image.isEmpty() || rect.width() < 0 || rect.height() < 0) {
        throw std::invalid_argument("cropped: an empty picture has no border to repeat, and a rectangle no negative sides");
    }
    const auto copy = [&](std::span<float> values) {
        const std::size_t stride = static_cast<std::size_t>(rect.width()) * image.channels();
        for (int y = rect.top; y < rect.bottom; ++y) {
            copyClampedRow(image, y, rect, values.data() + stride * static_cast<std::size_t>(y - rect.top));
        }
    };
    return Image::written(rect.size(), image.channels(), copy, image.encoding());
}

Image selectChannels(const Image& image, int first, int count, bool alpha) {
    if (first < 0 || count < 1 || first + count > image.channels()) {
        throw std::invalid_argument("selectChannels: no such channels");
    }
    std::vector<float> values(valueCount(image.size(), count));
    const float* in = image.values().data() + first;
    for (std::size_t pixel = 0; pixel < static_cast<std::size_t>(image.size().area()); ++pixel) {
        std::copy_n(in + pixel * image.channels(), count, values.data() + pixel * count);
    }
    return Image(image.size(), count, std::move(values), {image.encoding().iccProfile, alpha});
}

Image joinChannels(const Image& a, const Image& b, ColourEncoding encoding) {
    if (a.size() != b.size()) {
        throw std::invalid_argument("joinChannels: the sizes differ");
    }
    const int channels = a.channels() + b.channels();
    std::vector<float> values(valueCount(a.size(), channels));
    for (std::size_t pixel = 0; pixel < static_cast<std::size_t>(a.size().area()); ++pixel) {
        float* out = values.data() + pixel * channels;
        out = std::copy_n(a.values().data() + pixel * a.channels(), a.channels(), out);
        std::copy_n(b.values().data() + pixel * b.channels(), b.channels(), out);
    }
    return Image(a.size(), channels, std::move(values), std::move(encoding));
}

Image withEncoding(const Image& image, ColourEncoding encoding) {
    const std::span<const float> values = image.values();
    return Image(image.size(), image.channels(), {values.begin(), values.end()}, std::move(encoding));
}

bool sameBits(const Image& a, const Image& b) {
    return a.size() == b.size() && a.channels() == b.channels() &&
           std::memcmp(a.values().data(), b.values().data(), a.values().size_bytes()) == 0;
}

} // namespace casr
