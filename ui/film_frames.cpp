#include "ui/film_frames.h"

#include "ui/level_pixels.h"
#include "ui/viewing_plan.h"

#include "core/base/error.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace casr {

namespace {

/// Pixels of a scale are computed in squares of this side, so that the fields of few tiles are needed at a time.
constexpr int blockSide = 512;
/// Rounding in a scale must not ask for the next one.
constexpr double tolerance = 1e-6;

Size sizeAt(const Plan& plan, int level, double scale) {
    const Size least = plan.sizeOf(level - 1), most = plan.sizeOf(level);
    return {std::clamp(static_cast<int>(std::lround(plan.source.width * scale)), least.width, most.width),
            std::clamp(static_cast<int>(std::lround(plan.source.height * scale)), least.height, most.height)};
}

void copyInto(const Image& block, Rect place, Rect whole, std::vector<float>& values) {
    const std::size_t channels = static_cast<std::size_t>(block.channels());
    for (int y = 0; y < block.height(); ++y) {
        const std::size_t row = static_cast<std::size_t>(place.top - whole.top + y) * whole.width() + (place.left - whole.left);
        std::copy_n(block.row(y), block.width() * channels, values.begin() + static_cast<std::ptrdiff_t>(row * channels));
    }
}

template <class Visit>
void visitBlocks(Rect area, const Visit& visit) {
    for (int top = area.top; top < area.bottom; top += blockSide) {
        for (int left = area.left; left < area.right; left += blockSide) {
            visit(intersection(rectAt(left, top, {blockSide, blockSide}), area));
        }
    }
}

Rect joined(Rect a, Rect b) {
    return a.isEmpty() ? b
                       : Rect{std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom)};
}

} // namespace

FilmScale filmScaleFor(const Plan& plan, double scale) {
    const int level = levelForScale(plan, scale);
    if (level == 0) {
        return {0, plan.source};
    }
    double larger = plan.cumulativeOf(level - 1);
    while (larger < scale * (1 - tolerance)) {
        larger *= std::numbers::sqrt2;
    }
    return {level, sizeAt(plan, level, std::min(larger, plan.cumulativeOf(level)))};
}

FilmFrames::FilmFrames(std::shared_ptr<const Document> document, std::shared_ptr<Staircase> staircase, FilmPath path, Mixture mixture)
    : m_document(std::move(document)), m_colours(m_document->picture.image.encoding(), m_document->picture.image.colourChannels(), nullptr),
      m_staircase(std::move(staircase)), m_path(path), m_mixture(mixture) {}

FilmFrames::Reading FilmFrames::readingOf(int index, Size whole) const {
    const FilmView view = m_path.viewAt(index);
    const Size photo = m_path.photo, frame = m_path.frame;
    const Point corner{view.centre.x - frame.width / 2.0 / view.scale, view.centre.y - frame.height / 2.0 / view.scale};
    // Pixels whose middles lie in the photo.
    const auto edge = [&](double place, double origin) {
        return static_cast<int>(std::ceil((place - origin) * view.scale - 0.5 - tolerance));
    };
    const Rect box =
        intersection({edge(0, corner.x), edge(0, corner.y), edge(photo.width, corner.x), edge(photo.height, corner.y)}, rectOf(frame));
    const double x = static_cast<double>(whole.width) / photo.width, y = static_cast<double>(whole.height) / photo.height;
    return {box, tapsFrom((corner.x + box.left / view.scale) * x, view.scale / x, box.width(), Kernel::bicubic),
            tapsFrom((corner.y + box.top / view.scale) * y, view.scale / y, box.height(), Kernel::bicubic)};
}

/// Everything that frames made from this scale read of it.
Rect FilmFrames::readAtScale(const FilmScale& scale) const {
    Rect all;
    for (int index = 0; index < m_path.frames; ++index) {
        if (scaleOf(index) == scale) {
            const Reading reading = readingOf(index, scale.whole);
            all = joined(all, readBy(reading.columns, reading.rows, scale.whole));
        }
    }
    return all;
}

PlacedImage FilmFrames::pixelsOf(const FilmScale& scale, const StopCheck& stop) const {
    const Image& photo = m_document->picture.image;
    if (scale.level == 0) {
        return {photo, 0, 0};
    }
    const Rect area = readAtScale(scale);
    std::vector<float> values(static_cast<std::size_t>(area.size().area()) * photo.channels());
    visitBlocks(area, [&](Rect block) {
        if (stop()) {
            throw Cancelled();
        }
        copyInto(viewPixels(*m_document, *m_staircase, scale.level, scale.whole, block, m_mixture.plainOf(scale.level), stop), block, area,
                 values);
    });
    return {Image(area.size(), photo.channels(), std::move(values), photo.encoding()), area.left, area.top};
}

QImage FilmFrames::frame(int index, const StopCheck& stop) {
    const FilmScale scale = scaleOf(index);
    if (m_scale != scale) {
        m_pixels = {};
        m_pixels = pixelsOf(scale, stop);
        m_scale = scale;
    }
    const Reading reading = readingOf(index, scale.whole);
    QImage frame(m_path.frame.width, m_path.frame.height, QImage::Format_RGB32);
    frame.fill(Qt::black);
    const Image shown = weightedRegion(m_pixels, scale.whole, reading.columns, reading.rows);
    QPainter(&frame).drawImage(reading.box.left, reading.box.top, m_colours.shown(shown));
    return frame;
}

} // namespace casr
