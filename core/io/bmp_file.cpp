#include "core/io/bmp_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace casr {

namespace {

constexpr std::size_t fileHeaderBytes = 14;
constexpr std::size_t infoHeaderBytes = 40;
constexpr int maxSide = 1 << 20;

enum Compression : std::uint32_t { plain = 0, runs8 = 1, runs4 = 2, bitFields = 3, alphaBitFields = 6 };

using Colour = std::array<std::uint8_t, 4>; ///< Red, green, blue, alpha.

/// One channel inside a pixel of 16 or 32 bits.
struct Field {
    std::uint32_t mask = 0;

    std::uint8_t of(std::uint32_t pixel) const {
        if (mask == 0) {
            return 255;
        }
        const std::uint64_t largest = mask >> std::countr_zero(mask);
        const std::uint64_t value = (pixel & mask) >> std::countr_zero(mask);
        return static_cast<std::uint8_t>((value * 255 + largest / 2) / largest);
    }
};

/// Little-endian numbers; everything outside the bytes is 0.
std::uint32_t number(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t value = 0;
    for (int index = 0; index < count; ++index) {
        const std::size_t place = at + static_cast<std::size_t>(index);
        value |= place < bytes.size() ? std::uint32_t{static_cast<std::uint8_t>(bytes[place])} << 8 * index : 0;
    }
    return value;
}

/// Everything that the headers say.
struct Layout {
    Size size;
    bool topDown = false;
    int bits = 0;
    std::uint32_t compression = plain;
    std::size_t pixelsAt = 0;
    std::array<Field, 4> fields;
    std::vector<Colour> palette;

    bool isGrey() const {
        const auto grey = [](const Colour& colour) { return colour[0] == colour[1] && colour[1] == colour[2]; };
        return bits <= 8 && std::all_of(palette.begin(), palette.end(), grey);
    }
    int channels() const { return isGrey() ? 1 : fields[3].mask != 0 ? 4 : 3; }
    std::size_t rowBytes() const { return (static_cast<std::size_t>(size.width) * static_cast<std::size_t>(bits) + 31) / 32 * 4; }
    bool hasRuns() const { return compression == runs8 || compression == runs4; }
};

std::array<Field, 4> fieldsOf(std::string_view bytes, const Layout& layout, std::size_t headerBytes) {
    if (layout.compression == plain) {
        return layout.bits == 16 ? std::array<Field, 4>{{{0x7C00}, {0x03E0}, {0x001F}, {0}}}
                                 : std::array<Field, 4>{{{0xFF0000}, {0xFF00}, {0xFF}, {0}}};
    }
    const std::size_t at = fileHeaderBytes + infoHeaderBytes;
    const bool hasAlpha = headerBytes >= infoHeaderBytes + 16 || layout.compression == alphaBitFields;
    return {{{number(bytes, at, 4)}, {number(bytes, at + 4, 4)}, {number(bytes, at + 8, 4)}, {hasAlpha ? number(bytes, at + 12, 4) : 0}}};
}

std::vector<Colour> paletteOf(std::string_view bytes, const Layout& layout, std::size_t headerBytes) {
    if (layout.bits > 8) {
        return {};
    }
    const std::uint32_t all = 1u << layout.bits, said = number(bytes, 46, 4);
    std::vector<Colour> palette;
    for (std::uint32_t index = 0; index < (said == 0 ? all : std::min(said, all)); ++index) {
        const std::size_t at = fileHeaderBytes + headerBytes + 4 * std::size_t{index};
        palette.push_back({static_cast<std::uint8_t>(number(bytes, at + 2, 1)), static_cast<std::uint8_t>(number(bytes, at + 1, 1)),
                           static_cast<std::uint8_t>(number(bytes, at, 1)), 255});
    }
    return palette;
}

bool isKnown(const Layout& layout) {
    constexpr std::array<int, 6> depths{1, 4, 8, 16, 24, 32};
    const bool fits = std::find(depths.begin(), depths.end(), layout.bits) != depths.end();
    switch (layout.compression) {
    case plain: return fits;
    case runs8: return layout.bits == 8 && !layout.topDown;
    case runs4: return layout.bits == 4 && !layout.topDown;
    case bitFields:
    case alphaBitFields: return layout.bits == 16 || layout.bits == 32;
    default: return false;
    }
}

std::optional<Layout> layoutOf(std::string_view bytes) {
    const std::size_t headerBytes = number(bytes, 14, 4);
    if (bytes.substr(0, 2) != "BM" || bytes.size() < fileHeaderBytes + infoHeaderBytes || headerBytes < infoHeaderBytes ||
        headerBytes > 1024) {
        return std::nullopt;
    }
    Layout layout;
    const auto width = static_cast<std::int32_t>(number(bytes, 18, 4)), height = static_cast<std::int32_t>(number(bytes, 22, 4));
    layout.bits = static_cast<int>(number(bytes, 28, 2));
    layout.compression = number(bytes, 30, 4);
    layout.topDown = height < 0;
    if (width < 1 || width > maxSide || height == 0 || height < -maxSide || height > maxSide || !isKnown(layout)) {
        return std::nullopt;
    }
    layout.size = {width, std::abs(height)};
    layout.pixelsAt = number(bytes, 10, 4);
    layout.fields = fieldsOf(bytes, layout, headerBytes);
    layout.palette = paletteOf(bytes, layout, headerBytes);
    return layout;
}

/// The picture while it is filled.
class Canvas {
public:
    explicit Canvas(const Layout& layout)
        : m_layout(layout), m_channels(static_cast<std::size_t>(layout.channels())),
          m_samples(static_cast<std::size_t>(layout.size.area()) * m_channels) {}

    /// `row` counts as the file does; places outside are ignored, numbers beyond the palette are black.
    void setIndex(int x, int row, std::uint32_t index) {
        set(x, row, index < m_layout.palette.size() ? m_layout.palette[index] : Colour{0, 0, 0, 255});
    }
    void set(int x, int row, const Colour& colour) {
        if (x >= 0 && x < m_layout.size.width && row >= 0 && row < m_layout.size.height) {
            const int y = m_layout.topDown ? row : m_layout.size.height - 1 - row;
            const std::size_t pixel =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(m_layout.size.width) + static_cast<std::size_t>(x);
            std::copy_n(colour.begin(), m_channels, m_samples.begin() + static_cast<std::ptrdiff_t>(pixel * m_channels));
        }
    }
    std::vector<std::uint8_t> taken() { return std::move(m_samples); }

private:
    const Layout& m_layout;
    std::size_t m_channels;
    std::vector<std::uint8_t> m_samples;
};

std::uint32_t indexAt(std::string_view row, int x, int bits) {
    const int at = x * bits;
    return number(row, static_cast<std::size_t>(at / 8), 1) >> (8 - bits - at % 8) & ((1u << bits) - 1);
}

Colour colourAt(std::string_view row, int x, const Layout& layout) {
    const int bytes = layout.bits / 8;
    const std::uint32_t pixel = number(row, static_cast<std::size_t>(x) * static_cast<std::size_t>(bytes), bytes);
    const std::array<Field, 4>& fields = layout.fields;
    return {fields[0].of(pixel), fields[1].of(pixel), fields[2].of(pixel), fields[3].of(pixel)};
}

bool fillPlain(std::string_view pixels, const Layout& layout, Canvas& canvas) {
    if (pixels.size() / layout.rowBytes() < static_cast<std::size_t>(layout.size.height)) {
        return false;
    }
    for (int row = 0; row < layout.size.height; ++row) {
        const std::string_view bytes = pixels.substr(static_cast<std::size_t>(row) * layout.rowBytes(), layout.rowBytes());
        for (int x = 0; x < layout.size.width; ++x) {
            layout.bits <= 8 ? canvas.setIndex(x, row, indexAt(bytes, x, layout.bits)) : canvas.set(x, row, colourAt(bytes, x, layout));
        }
    }
    return true;
}

/// Reads the commands of run-length coding one after another.
class RunReader {
public:
    RunReader(std::string_view pixels, const Layout& layout, Canvas& canvas) : m_pixels(pixels), m_layout(layout), m_canvas(canvas) {}

    /// False when the bytes end before the picture does.
    bool fill() {
        while (m_at + 2 <= m_pixels.size() && m_row < m_layout.size.height) {
            const std::uint32_t count = number(m_pixels, m_at, 1), value = number(m_pixels, m_at + 1, 1);
            m_at += 2;
            if (count > 0) {
                addRun(count, value);
            } else if (value == 1) {
                return true;
            } else {
                escape(value);
            }
        }
        return m_row >= m_layout.size.height;
    }

private:
    void addRun(std::uint32_t count, std::uint32_t value) {
        for (std::uint32_t index = 0; index < count; ++index) {
            m_canvas.setIndex(m_x++, m_row, m_layout.bits == 8 ? value : index % 2 == 0 ? value >> 4 : value & 15);
        }
    }
    void escape(std::uint32_t value) {
        if (value == 0) {
            m_x = 0;
            ++m_row;
        } else if (value == 2) {
            m_x = std::min(m_layout.size.width, m_x + static_cast<int>(number(m_pixels, m_at, 1)));
            m_row += static_cast<int>(number(m_pixels, m_at + 1, 1));
            m_at += 2;
        } else {
            addLiteral(value);
        }
    }
    /// Padded to an even number of bytes.
    void addLiteral(std::uint32_t count) {
        const std::string_view bytes = m_pixels.substr(std::min(m_at, m_pixels.size()));
        for (std::uint32_t index = 0; index < count; ++index) {
            m_canvas.setIndex(m_x++, m_row, indexAt(bytes, static_cast<int>(index), m_layout.bits));
        }
        m_at += (count * static_cast<std::uint32_t>(m_layout.bits) + 15) / 16 * 2;
    }

    std::string_view m_pixels;
    const Layout& m_layout;
    Canvas& m_canvas;
    std::size_t m_at = 0;
    int m_x = 0;
    int m_row = 0;
};

} // namespace

std::optional<BmpHeader> bmpHeader(std::string_view bytes) {
    const std::optional<Layout> layout = layoutOf(bytes);
    return layout ? std::optional(BmpHeader{layout->size, layout->channels()}) : std::nullopt;
}

std::optional<BmpPicture> decodedBmp(std::string_view bytes) {
    const std::optional<Layout> layout = layoutOf(bytes);
    if (!layout || layout->pixelsAt > bytes.size()) {
        return std::nullopt;
    }
    Canvas canvas(*layout);
    const std::string_view pixels = bytes.substr(layout->pixelsAt);
    const bool complete = layout->hasRuns() ? RunReader(pixels, *layout, canvas).fill() : fillPlain(pixels, *layout, canvas);
    return complete ? std::optional(BmpPicture{{layout->size, layout->channels()}, canvas.taken()}) : std::nullopt;
}

} // namespace casr
