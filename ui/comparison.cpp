#include "ui/comparison.h"

#include "ui/numbers.h"
#include "ui/overlays.h"
#include "ui/viewing_plan.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

using Kind = ComparedPicture::Kind;

constexpr int middleGrey = 128;
/// The wipe's handle never leaves the view.
constexpr double wipeRim = 0.02;
constexpr double loupeRadius = 130;

int differenceCode(int first, int second, double gain, bool isSigned) {
    const double difference = (second - first) * gain;
    return std::clamp(static_cast<int>(std::lround(isSigned ? middleGrey + difference / 2 : std::abs(difference))), 0, 255);
}

} // namespace

QImage differenceOf(const QImage& first, const QImage& second, double gain, bool isSigned) {
    QImage result(first.size(), QImage::Format_RGB32);
    for (int y = 0; y < result.height(); ++y) {
        const auto* a = reinterpret_cast<const QRgb*>(first.constScanLine(y));
        const auto* b = reinterpret_cast<const QRgb*>(second.constScanLine(y));
        auto* to = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < result.width(); ++x) {
            to[x] = qRgb(differenceCode(qRed(a[x]), qRed(b[x]), gain, isSigned), differenceCode(qGreen(a[x]), qGreen(b[x]), gain, isSigned),
                         differenceCode(qBlue(a[x]), qBlue(b[x]), gain, isSigned));
        }
    }
    return result;
}

Comparison::Comparison(Levels& levels, QObject* parent)
    : QObject(parent), m_levels(levels), m_bicubic(Kernel::bicubic), m_lanczos(Kernel::lanczos3) {
    m_blinkTimer.setInterval(blinkMs);
    connect(&m_blinkTimer, &QTimer::timeout, this, [this] { setBlinking(!m_isBlinking); });
    const auto renew = [this] {
        m_isDifferenceStale = true;
        Q_EMIT changed();
    };
    connect(&m_bicubic, &PlainEnlargement::ready, this, renew);
    connect(&m_lanczos, &PlainEnlargement::ready, this, renew);
    connect(&levels, &Levels::tileArrived, this, [this] { m_isDifferenceStale = true; });
    connect(&levels, &Levels::replaced, this, &Comparison::takePhoto);
    connect(&levels, &Levels::recoloured, this, [this] { m_document = m_levels.document(); });
}

void Comparison::takePhoto() {
    m_isDifferenceStale = true;
    if (m_document != m_levels.document()) {
        m_document = m_levels.document();
        m_file.reset();
    }
    for (ComparedPicture& picture : m_others) {
        if (picture.kind == Kind::step) {
            picture.level = std::min(picture.level, m_levels.viewingPlan().levels() - 1);
        } else if (picture.kind == Kind::file && !m_file) {
            picture = {};
        }
    }
}

void Comparison::setMode(CompareMode mode) {
    m_mode = mode;
    m_isDifferenceStale = true;
    Q_EMIT relaid();
}

void Comparison::setOther(int index, ComparedPicture picture) {
    m_others[static_cast<std::size_t>(index)] = picture;
    m_isDifferenceStale = true;
    Q_EMIT changed();
}

std::optional<int> Comparison::otherOfPane(int pane) const {
    if (pane == 0) {
        return 0;
    }
    return pane == 1 ? std::nullopt : std::optional<int>(pane - 1);
}

void Comparison::setFile(std::shared_ptr<const Document> file, Area place) {
    m_file = std::move(file);
    m_filePlace = place;
    m_isDifferenceStale = true;
    Q_EMIT changed();
}

void Comparison::setGain(double gain) {
    m_gain = gain;
    m_isDifferenceStale = true;
    Q_EMIT changed();
}

void Comparison::setLabelsShown(bool on) {
    m_areLabelsShown = on;
    Q_EMIT changed();
}

void Comparison::setBlinking(bool on) {
    m_isBlinking = on;
    Q_EMIT changed();
}

void Comparison::setAutoBlinking(bool on) {
    on ? m_blinkTimer.start() : m_blinkTimer.stop();
    setBlinking(on);
}

void Comparison::setWipe(double share) {
    m_wipe = std::clamp(share, wipeRim, 1 - wipeRim);
    Q_EMIT changed();
}

void Comparison::setTurnedWipe(const TurnedWipe& wipe) {
    m_turnedWipe = wipe;
    Q_EMIT changed();
}

void Comparison::setLoupe(std::optional<Point> place) {
    m_loupe = place;
    if (m_mode == CompareMode::loupe) {
        Q_EMIT changed();
    }
}

std::vector<Rect> Comparison::panes(Size canvas) const {
    const int across = m_mode == CompareMode::sideBySide || m_mode == CompareMode::fourfold ? 2 : 1;
    const int down = m_mode == CompareMode::fourfold ? 2 : 1;
    const Size size{canvas.width / across, canvas.height / down};
    std::vector<Rect> list;
    for (int pane = 0; pane < across * down; ++pane) {
        list.push_back(rectAt(pane % across * (canvas.width - size.width), pane / across * (canvas.height - size.height), size));
    }
    return list;
}

int Comparison::highestOther() const {
    if (m_mode == CompareMode::none && !m_isBlinking) {
        return 0;
    }
    int highest = 0;
    for (int index = 0; index < (m_mode == CompareMode::fourfold ? others : 1); ++index) {
        highest = std::max(highest, other(index).kind == Kind::step ? other(index).level : 0);
    }
    return highest;
}

QString Comparison::labelOf(ComparedPicture picture) const {
    switch (picture.kind) {
    case Kind::nearest: return tr("Photo, its pixels as squares");
    case Kind::bicubic: return tr("Photo, bicubic");
    case Kind::lanczos: return tr("Photo, Lanczos");
    case Kind::file: return m_file ? m_file->name() : tr("No file chosen");
    default: break;
    }
    if (picture.level == 0) {
        return tr("Photo");
    }
    const QString step = tr("Step %1, \u00d7%2").arg(picture.level).arg(factorText(m_levels.viewingPlan().cumulativeOf(picture.level)));
    const float plain = m_levels.mixture().plainOf(picture.level);
    return plain > 0 ? tr("%1, %2 % computed").arg(step).arg(std::lround((1 - plain) * 100)) : step;
}

void Comparison::paintPicture(QPainter& painter, ComparedPicture picture, const Frame& frame) {
    const Plan& plan = m_levels.viewingPlan();
    if (picture.kind == Kind::step) {
        paintUpTo(painter, m_levels, std::min({picture.level, levelForScale(plan, frame.view.scale()), plan.levels() - 1}), frame.view,
                  frame.magnified);
        return;
    }
    paintLevel(painter, m_levels, 0, frame.view, picture.kind == Kind::nearest ? Magnified::pixels : Magnified::smooth);
    if (picture.kind == Kind::file && m_file) {
        casr::paintPicture(painter, m_file->pyramid, m_filePlace, frame.view, frame.magnified);
    } else if (frame.view.scale() > 1 && (picture.kind == Kind::bicubic || picture.kind == Kind::lanczos)) {
        (picture.kind == Kind::bicubic ? m_bicubic : m_lanczos).paint(painter, m_levels.document(), frame.view);
    }
}

void Comparison::paintLabelled(QPainter& painter, ComparedPicture picture, const Frame& frame, QRectF clip, Qt::Alignment side) {
    painter.save();
    painter.setClipRect(clip);
    paintPicture(painter, picture, frame);
    if (m_areLabelsShown) {
        paintLabel(painter, labelOf(picture), clip, side, frame.unit);
    }
    painter.restore();
}

void Comparison::paint(QPainter& painter, int pane, const Frame& frame) {
    const QRectF all(0, 0, frame.view.view().width, frame.view.view().height);
    if (m_mode == CompareMode::sideBySide || m_mode == CompareMode::fourfold) {
        const std::optional<int> index = otherOfPane(pane);
        const bool isOther = index.has_value() || m_isBlinking;
        paintLabelled(painter, isOther ? other(index.value_or(0)) : shownPicture(frame), frame, all, Qt::AlignLeft);
    } else if (m_isBlinking || (m_blinkTimer.isActive() && m_mode == CompareMode::none)) {
        paintLabelled(painter, m_isBlinking ? other(0) : shownPicture(frame), frame, all, Qt::AlignLeft);
    } else if (isStraightWipe()) {
        paintWipe(painter, frame);
    } else if (m_mode == CompareMode::wipeTurned) {
        paintTurnedWipe(painter, frame);
    } else if (m_mode == CompareMode::none) {
        paintUpTo(painter, m_levels, frame.shownLevel, frame.view, frame.magnified);
    } else if (m_mode == CompareMode::loupe) {
        paintLoupe(painter, frame);
    } else {
        paintDifference(painter, frame);
    }
}

/// The shown step, and the other picture in a circle around the cursor, at the same place and scale.
void Comparison::paintLoupe(QPainter& painter, const Frame& frame) {
    const QRectF all(0, 0, frame.view.view().width, frame.view.view().height);
    paintLabelled(painter, shownPicture(frame), frame, all, Qt::AlignLeft);
    if (!m_loupe) {
        return;
    }
    const double radius = loupeRadius * frame.unit;
    const QRectF box(m_loupe->x - radius, m_loupe->y - radius, 2 * radius, 2 * radius);
    QPainterPath circle;
    circle.addEllipse(box);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setClipPath(circle, Qt::IntersectClip);
    paintPicture(painter, other(0), frame);
    if (m_areLabelsShown) {
        paintLabel(painter, labelOf(other(0)), box.adjusted(0, 1.6 * radius, 0, 0), Qt::AlignHCenter, frame.unit);
    }
    painter.restore();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(Qt::white, 2 * frame.unit));
    painter.drawEllipse(box);
    painter.restore();
}

void Comparison::paintWipe(QPainter& painter, const Frame& frame) {
    const double width = frame.view.view().width, height = frame.view.view().height;
    const bool isAcross = m_mode == CompareMode::wipeAcross;
    const double line = std::round((isAcross ? width : height) * m_wipe);
    const QRectF first = isAcross ? QRectF(0, 0, line, height) : QRectF(0, 0, width, line);
    const QRectF second = isAcross ? QRectF(line, 0, width - line, height) : QRectF(0, line, width, height - line);
    paintLabelled(painter, other(0), frame, first, Qt::AlignLeft);
    paintLabelled(painter, shownPicture(frame), frame, second, isAcross ? Qt::AlignRight : Qt::AlignLeft);
    const QPointF handle = isAcross ? QPointF(line, height / 2) : QPointF(width / 2, line);
    paintWipeLine(painter, handle, isAcross ? 0 : 90, isAcross ? height : width, frame.unit);
}

void Comparison::paintTurnedSide(QPainter& painter, TurnedWipe::Side side, ComparedPicture picture, const Frame& frame) {
    const QSizeF view(frame.view.view().width, frame.view.view().height);
    QPainterPath area;
    area.addPolygon(m_turnedWipe.area(side, view));
    painter.save();
    painter.setClipPath(area);
    paintPicture(painter, picture, frame);
    if (m_areLabelsShown) {
        const QString text = labelOf(picture);
        const QSizeF size = labelSize(painter, text, frame.unit);
        paintLabelIn(painter, text, m_turnedWipe.labelPlace(side, size, view, labelMargin * frame.unit), frame.unit);
    }
    painter.restore();
}

void Comparison::paintTurnedWipe(QPainter& painter, const Frame& frame) {
    const QSizeF view(frame.view.view().width, frame.view.view().height);
    paintTurnedSide(painter, TurnedWipe::Side::before, other(0), frame);
    paintTurnedSide(painter, TurnedWipe::Side::after, shownPicture(frame), frame);
    const QPointF handle = m_turnedWipe.handle(view);
    paintWipeLine(painter, handle, m_turnedWipe.degrees(), 2 * (view.width() + view.height()), frame.unit);
    paintTurnMarks(painter, handle, m_turnedWipe.degrees(), frame.unit);
}

QImage Comparison::rendered(ComparedPicture picture, const Frame& frame) {
    QImage image(frame.view.view().width, frame.view.view().height, QImage::Format_RGB32);
    image.fill(Qt::black);
    QPainter painter(&image);
    paintPicture(painter, picture, frame);
    return image;
}

void Comparison::askForDifference(const Frame& frame) {
    // One at a time: whatever changes meanwhile is asked for when this one is there.
    if (m_differenceJob.isBusy() || (!m_isDifferenceStale && m_differenceView == frame.view)) {
        return;
    }
    m_isDifferenceStale = false;
    m_differenceView = frame.view;
    const Point first = frame.view.toSource({0, 0});
    const Point last = frame.view.toSource({double(frame.view.view().width), double(frame.view.view().height)});
    const QImage a = rendered(other(0), frame), b = rendered(shownPicture(frame), frame);
    m_differenceJob.post([this, a, b, first, last, gain = m_gain, isSigned = m_mode == CompareMode::signedDifference](const StopCheck&) {
        const ViewPicture picture{differenceOf(a, b, gain, isSigned), {first.x, first.y, last.x, last.y}};
        return NewestJob::Show([this, picture] {
            m_difference = picture;
            Q_EMIT changed();
        });
    });
}

void Comparison::paintDifference(QPainter& painter, const Frame& frame) {
    askForDifference(frame);
    const QRectF all(0, 0, frame.view.view().width, frame.view.view().height);
    if (!m_difference.image.isNull()) {
        paintViewPicture(painter, m_difference, frame.view);
    }
    if (m_areLabelsShown) {
        const QString sign = m_mode == CompareMode::signedDifference ? tr("less, around grey") : tr("against");
        paintLabel(painter, tr("%1 %2 %3, \u00d7%4").arg(labelOf(shownPicture(frame)), sign, labelOf(other(0)), factorText(m_gain)), all,
                   Qt::AlignLeft, frame.unit);
    }
}

} // namespace casr
