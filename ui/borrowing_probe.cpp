#include "ui/borrowing_probe.h"

#include "ui/overlay_kind.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace casr {

namespace {

/// Cells of the memory asked for around the point: their texture, not one cell's chance.
constexpr int cellsAsked = 3;
constexpr std::size_t mostLoans = 5;
/// A place is a few pixels of the photo; in a small view it is drawn larger.
constexpr double smallestBox = 12;
const QColor askedColour(255, 255, 255);
const QColor loanColour(80, 220, 255);

/// The cells of the parent of `level` around a point of the photo.
Rect cellsAround(const Plan& plan, int level, Point source) {
    const Size parent = plan.sizeOf(level - 1);
    const double x = source.x * parent.width / plan.source.width, y = source.y * parent.height / plan.source.height;
    const int edge = cellsAsked * memoryCell;
    const int left = std::clamp(static_cast<int>(x) - edge / 2, 0, std::max(0, parent.width - edge));
    const int top = std::clamp(static_cast<int>(y) - edge / 2, 0, std::max(0, parent.height - edge));
    return intersection(rectAt(left, top, {edge, edge}), rectOf(parent));
}

QPointF deviceOf(const ViewTransform& view, Point source) {
    const Point device = view.toDevice(source);
    return {device.x, device.y};
}

QRectF boxOf(Rect place, const ViewTransform& view, double unit) {
    QRectF box(deviceOf(view, {double(place.left), double(place.top)}), deviceOf(view, {double(place.right), double(place.bottom)}));
    const double grow = std::max(0.0, (smallestBox * unit - box.width()) / 2);
    return box.adjusted(-grow, -grow, grow, grow);
}

void paintLoan(QPainter& painter, const BorrowingProbe::Loan& loan, QPointF asked, const QRectF& box, double unit) {
    const double width = (1 + 2 * loan.weight) * unit;
    for (const QPen& pen : {QPen(QColor(0, 0, 0, 160), width + 2 * unit), QPen(loanColour, width)}) {
        painter.setPen(pen);
        painter.drawLine(asked, box.center());
        painter.drawRect(box);
    }
}

} // namespace

std::vector<BorrowingProbe::Loan> loansOf(const Borrowing& borrowing, const std::vector<Rect>& places) {
    std::map<int, double> shares;
    for (std::size_t i = 0; i < borrowing.token.size(); ++i) {
        if (borrowing.token[i] >= 0) {
            shares[borrowing.token[i]] += static_cast<double>(borrowing.weight[i]) / static_cast<double>(borrowing.token.size());
        }
    }
    std::vector<BorrowingProbe::Loan> loans;
    for (const auto& [token, share] : shares) {
        loans.push_back({places[static_cast<std::size_t>(token)], share});
    }
    std::stable_sort(loans.begin(), loans.end(), [](const auto& a, const auto& b) { return a.weight > b.weight; });
    loans.resize(std::min(loans.size(), mostLoans));
    return loans;
}

BorrowingProbe::BorrowingProbe(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {
    connect(&m_job, &NewestJob::failed, &levels, &Levels::failed);
    connect(&levels, &Levels::replaced, this, &BorrowingProbe::forget);
}

void BorrowingProbe::forget() {
    m_job.drop();
    m_asked.reset();
    m_isAnswered = false;
    m_loans.clear();
    Q_EMIT changed();
}

void BorrowingProbe::setOn(bool on) {
    m_isOn = on;
    forget();
}

void BorrowingProbe::ask(int level, Point source) {
    forget();
    if (!m_levels.isReady()) {
        return;
    }
    m_asked = source;
    m_job.post([this, staircase = m_levels.staircase(), level, source](const StopCheck& stop) {
        const Borrowing borrowing = staircase->borrowing(level, cellsAround(staircase->plan(), level, source), stop);
        const std::vector<Loan> loans = loansOf(borrowing, staircase->placesRemembered(stop));
        return NewestJob::Show([this, loans] {
            m_loans = loans;
            m_isAnswered = true;
            Q_EMIT changed();
        });
    });
}

void BorrowingProbe::paint(QPainter& painter, const ViewTransform& view, double unit) const {
    if (!m_isOn || !m_asked) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setBrush(Qt::NoBrush);
    const QPointF asked = deviceOf(view, *m_asked);
    for (const Loan& loan : m_loans) {
        paintLoan(painter, loan, asked, boxOf(loan.place, view, unit), unit);
    }
    for (const QPen& pen : {QPen(QColor(0, 0, 0, 160), 4 * unit), QPen(askedColour, 2 * unit)}) {
        painter.setPen(pen);
        painter.drawEllipse(asked, 6 * unit, 6 * unit);
    }
    painter.restore();
}

QString BorrowingProbe::sentence() const {
    if (!m_asked) {
        return tr("Borrowed from: click a place");
    }
    if (!m_isAnswered) {
        return tr("Looking up what the memory gave here\u2026");
    }
    if (m_loans.empty()) {
        return tr("Nothing of the photo's memory was used here");
    }
    const Loan& first = m_loans.front();
    return tr("Most from %1, %2 of the photo (%3 % of the attention)")
        .arg(first.place.left)
        .arg(first.place.top)
        .arg(std::lround(first.weight * 100));
}

void BorrowingProbe::paintLegend(QPainter& painter, Size view, double unit) const {
    if (m_isOn) {
        paintNote(painter, sentence(), view, unit);
    }
}

} // namespace casr
