#include "ui/read_outs.h"

#include "ui/numbers.h"

#include <QLabel>
#include <QStatusBar>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double roundingTolerance = 1e-3;

QLabel* addLabel(QStatusBar& bar, const QString& name, const QString& tip) {
    auto* label = new QLabel(&bar);
    label->setObjectName(name);
    label->setToolTip(tip);
    label->setAccessibleName(tip);
    label->setContentsMargins(6, 0, 12, 0);
    bar.addWidget(label);
    return label;
}

QString valuesText(const std::vector<float>& values, int bits) {
    const double largest = bits > 8 ? 65535 : 255;
    QStringList texts;
    for (const float value : values) {
        texts << QString::number(std::lround(std::clamp(static_cast<double>(value), 0.0, 1.0) * largest));
    }
    return texts.join(' ');
}

/// Whole percents, but for very small ones.
QString percentText(double share) {
    return share < 0.1 ? factorText(share * 100) : QString::number(std::lround(share * 100));
}

std::optional<std::vector<float>> computedPixel(Levels& levels, int level, Point source) {
    const Plan& plan = levels.viewingPlan();
    const Size size = plan.sizeOf(level);
    const int x = std::clamp(static_cast<int>(source.x * size.width / plan.source.width), 0, size.width - 1);
    const int y = std::clamp(static_cast<int>(source.y * size.height / plan.source.height), 0, size.height - 1);
    const LevelGrid grid = levels.staircase()->gridOf(level);
    const Rect tile = grid.tilesMeeting({x, y, x + 1, y + 1});
    const std::optional<Image> image = levels.staircase()->cachedTile({level, tile.left, tile.top});
    if (!image) {
        return std::nullopt;
    }
    const Rect place = grid.pixelsOf(tile.left, tile.top);
    const Image computed = cropped(*image, rectAt(x - place.left, y - place.top, {1, 1}));
    const Image shown = pictureOf(levels.document()->photo, computed, size, rectAt(x, y, {1, 1}), levels.mixture().plainOf(level));
    return std::vector<float>(shown.values().begin(), shown.values().end());
}

} // namespace

PixelValue pixelAt(Levels& levels, int level, Point source) {
    for (int step = levels.isReady() ? level : 0; step > 0; --step) {
        if (std::optional<std::vector<float>> values = computedPixel(levels, step, source)) {
            return {step, std::move(*values)};
        }
    }
    const Image& image = levels.document()->picture.image;
    const float* pixel = image.row(static_cast<int>(source.y)) + static_cast<std::size_t>(source.x) * image.channels();
    return {0, std::vector<float>(pixel, pixel + image.channels())};
}

QString badgeOf(const ShownState& shown, bool canCompute) {
    if (shown.isOutdated) {
        return canCompute ? ReadOuts::tr("Computing step %1, as the earlier settings made it until then").arg(shown.level)
                          : ReadOuts::tr("As the earlier settings made it");
    }
    if (shown.screenShare > 1 + roundingTolerance) {
        return shown.level == 0 ? ReadOuts::tr("Interpolated from the photo")
                                : ReadOuts::tr("Interpolated beyond step %1").arg(shown.level);
    }
    if (shown.level == 0) {
        return ReadOuts::tr("Photo");
    }
    if (shown.isComplete && shown.plain > 0) {
        return shown.plain < 1 ? ReadOuts::tr("Step %1: %2 % computed, the rest interpolated from the photo")
                                     .arg(shown.level)
                                     .arg(std::lround((1 - shown.plain) * 100))
                               : ReadOuts::tr("Interpolated from the photo");
    }
    if (shown.isComplete) {
        return ReadOuts::tr("Computed, step %1").arg(shown.level);
    }
    return canCompute ? ReadOuts::tr("Computing step %1, interpolated until then").arg(shown.level) : ReadOuts::tr("Interpolated");
}

ReadOuts::ReadOuts(Levels& levels, Canvas& canvas, QStatusBar& bar) : QObject(&bar), m_levels(levels), m_canvas(canvas) {
    m_scale = addLabel(bar, "scaleReadOut", tr("Scale: screen pixels for each pixel of the photo, and for each pixel of the step shown"));
    m_badge = addLabel(bar, "badge", tr("Whether what is shown was computed or interpolated"));
    m_cursor = addLabel(bar, "cursorReadOut", tr("Under the cursor: place in the photo, step, values"));
    connect(&canvas, &Canvas::viewChanged, this, &ReadOuts::showState);
    connect(&levels, &Levels::preparingChanged, this, &ReadOuts::showState);
    connect(&levels, &Levels::remixed, this, &ReadOuts::showState);
    connect(&canvas, &Canvas::cursorMoved, this, &ReadOuts::showCursor);
}

void ReadOuts::showState() {
    if (!m_levels.document()) {
        return;
    }
    const ShownState shown = m_canvas.shown();
    m_scale->setText(tr("source \u00d7%1 / screen %2 %").arg(factorText(shown.sourceScale), percentText(shown.screenShare)));
    m_badge->setText(m_levels.isPreparing() ? tr("Preparing: learning the photo's textures\u2026") : badgeOf(shown, m_levels.isReady()));
    showCursor(m_source);
}

void ReadOuts::showCursor(std::optional<Point> source) {
    m_source = source;
    const Size size = m_levels.document() ? m_levels.document()->size() : Size{};
    if (!source || source->x < 0 || source->y < 0 || source->x >= size.width || source->y >= size.height) {
        m_source.reset();
        m_cursor->clear();
        return;
    }
    const PixelValue pixel = pixelAt(m_levels, m_canvas.shown().level, *source);
    const QString level = pixel.level == 0 ? tr("photo") : tr("step %1").arg(pixel.level);
    m_cursor->setText(tr("%1, %2 (%3): %4")
                          .arg(source->x, 0, 'f', 1)
                          .arg(source->y, 0, 'f', 1)
                          .arg(level, valuesText(pixel.values, m_levels.document()->picture.bitsPerSample)));
}

} // namespace casr
