#pragma once

#include "ui/levels.h"
#include "ui/newest_job.h"
#include "ui/view_transform.h"

#include <QPainter>

namespace casr {

/// "Borrowed from": for a point that was clicked, the places of the photo that the memory gave the step there. Lives in the GUI thread.
class BorrowingProbe : public QObject {
    Q_OBJECT

public:
    /// A place of the photo and its share of the attention there, 0 .. 1.
    struct Loan {
        Rect place;
        double weight = 0;
    };

    explicit BorrowingProbe(Levels& levels, QObject* parent = nullptr);

    bool isOn() const { return m_isOn; }
    void setOn(bool on);
    /// Asks for `source` at the step to `level` (1 at least); what was shown goes.
    void ask(int level, Point source);

    /// Strongest first; empty while the answer is under way, and where nothing was borrowed.
    const std::vector<Loan>& loans() const { return m_loans; }
    bool isAnswered() const { return m_isAnswered; }

    /// The asked point, the places and lines between, in any view of the photo. `unit`: device pixels of a logical one.
    void paint(QPainter& painter, const ViewTransform& view, double unit) const;
    /// What is shown, in words, at the bottom left of a view.
    void paintLegend(QPainter& painter, Size view, double unit) const;

Q_SIGNALS:
    void changed();

private:
    void forget();
    QString sentence() const;

    Levels& m_levels;
    bool m_isOn = false;
    std::optional<Point> m_asked;
    bool m_isAnswered = false;
    std::vector<Loan> m_loans;
    NewestJob m_job;
};

/// The loans of the cells of one answer: each place once with its mean share of all cells, strongest first.
std::vector<BorrowingProbe::Loan> loansOf(const Borrowing& borrowing, const std::vector<Rect>& places);

} // namespace casr
