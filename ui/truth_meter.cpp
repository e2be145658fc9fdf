#include "ui/truth_meter.h"

#include "ui/numbers.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr int measureDelayMs = 400;
/// Pixels of the step on a side of the patch.
constexpr double largestSide = 1024;
/// Pixels of the photo that are looked into around the patch, at least.
constexpr int rim = 4;
constexpr int peakCells = 24;

bool isKnown(Staircase& staircase, int level, Rect rect) {
    const LevelGrid grid = staircase.gridOf(level);
    const Rect tiles = grid.tilesMeeting(rect);
    for (int row = tiles.top; row < tiles.bottom; ++row) {
        for (int column = tiles.left; column < tiles.right; ++column) {
            if (!staircase.cachedTile({level, column, row})) {
                return false;
            }
        }
    }
    return true;
}

PlacedImage pixelsOf(Staircase& staircase, const Image& photo, int level, Rect rect, const StopCheck& stop) {
    return level == 0 ? PlacedImage{cropped(photo, rect), rect.left, rect.top} : staircase.region(level, rect, stop);
}

Rect joined(Rect a, Rect b) {
    return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom)};
}

/// The middle of `area`, as much of it as a step of `scale` may have pixels.
Rect patchOf(Rect area, double scale) {
    const int side = std::max(static_cast<int>(largestSide / scale), 8);
    const int width = std::clamp(area.width() - 2 * rim, 1, side), height = std::clamp(area.height() - 2 * rim, 1, side);
    return rectAt((area.left + area.right - width) / 2, (area.top + area.bottom - height) / 2, {width, height});
}

Rect pixelRect(Area area) {
    return {static_cast<int>(std::floor(area.left)), static_cast<int>(std::floor(area.top)), static_cast<int>(std::ceil(area.right)),
            static_cast<int>(std::ceil(area.bottom))};
}

} // namespace

std::optional<StepTruth> truthOf(Staircase& staircase, const Image& photo, int level, Rect patch, const StopCheck& stop) {
    const Plan& plan = staircase.plan();
    const Size source = plan.source, size = plan.sizeOf(level), before = plan.sizeOf(level - 1);
    const Axis photoColumns{source.width, size.width}, photoRows{source.height, size.height};
    const Axis columns{before.width, size.width}, rows{before.height, size.height};
    const Rect cells = regionAt(plan, level - 1, patch);
    const Rect read = joined(readForReduced(photoColumns, photoRows, patch), readForReduced(columns, rows, cells));
    if (!isKnown(staircase, level, read)) {
        return std::nullopt;
    }
    const PlacedImage child = staircase.region(level, read, stop);
    const Rect reach = expanded(cells, bicubicReach);
    const PlacedImage parent = coveringByBorder(pixelsOf(staircase, photo, level - 1, intersection(reach, rectOf(before)), stop), reach);
    StepTruth truth;
    truth.patch = patch;
    truth.withPhoto = agreementOf(reducedRegion(child, photoColumns, photoRows, patch), cropped(photo, patch));
    truth.withParent =
        agreementOf(reducedRegion(child, columns, rows, cells), cropped(parent.image, translated(cells, -parent.left, -parent.top)));
    const Peak peak = peakOf(addedDetail(parent, child, columns, rows, cells), peakCells);
    truth.mostAdded = {(cells.left + peak.x) * source.width / before.width, (cells.top + peak.y) * source.height / before.height};
    truth.added = peak.mean;
    return truth;
}

TruthMeter::TruthMeter(Levels& levels, Canvas& canvas, QObject* parent) : QObject(parent), m_levels(levels), m_canvas(canvas) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(measureDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &TruthMeter::measure);
    const auto measureSoon = [this] {
        if (!m_timer.isActive()) {
            m_timer.start();
        }
    };
    connect(&levels, &Levels::tileArrived, this, measureSoon);
    connect(&canvas, &Canvas::viewChanged, this, measureSoon);
    connect(&canvas, &Canvas::regionChanged, this, measureSoon);
    connect(&levels, &Levels::replaced, this, [this, measureSoon] {
        m_job.drop();
        m_truths.clear();
        measureSoon();
    });
}

void TruthMeter::measure() {
    if (!m_levels.isReady()) {
        return;
    }
    const Rect area = m_canvas.region().value_or(pixelRect(m_canvas.view().visible()));
    const int last = std::max(m_levels.plan().levels() - 1, m_canvas.shown().level);
    m_job.post([this, area, last, staircase = m_levels.staircase(), document = m_levels.document()](const StopCheck& stop) {
        std::map<int, StepTruth> truths;
        for (int level = 1; level <= last && !stop(); ++level) {
            const Rect patch = patchOf(area, staircase->plan().cumulativeOf(level));
            if (const std::optional<StepTruth> truth = truthOf(*staircase, document->photo.rgb, level, patch, stop)) {
                truths[level] = *truth;
            }
        }
        return NewestJob::Show([this, truths] {
            m_truths = truths;
            Q_EMIT measured();
        });
    });
}

QString truthSentence(const std::map<int, StepTruth>& truths, int level, const Plan& plan, const QString& removed) {
    const auto found = truths.find(level);
    if (found == truths.end()) {
        return {};
    }
    const QString less = removed.isEmpty() ? QString() : TruthMeter::tr(" (%1 removed)").arg(removed);
    return TruthMeter::tr("\u00d7%1: %2 % of the photo%3 reproduced when shrunk back; most added detail <a href=\"here\">here</a>")
        .arg(factorText(plan.cumulativeOf(level)), shareText(found->second.withPhoto.share()), less);
}

} // namespace casr
