#pragma once

#include <QObject>
#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

namespace casr {

/// Something that may run for hours.
struct LongWork {
    std::function<std::optional<double>()> secondsSpent; ///< None while it does not run.
    std::function<void()> stop = {};                     ///< Empty for what the Stop command leaves alone.
    QString question = {};                               ///< Whether to stop it.
};

/// Stops what the window is doing, and asks first where much work would be lost.
class WorkStopper : public QObject {
    Q_OBJECT

public:
    explicit WorkStopper(QWidget* window);

    void add(const LongWork& work) { m_works.push_back(work); }
    /// Work of more seconds than that is much.
    void setMuchWork(double seconds) { m_muchWork = seconds; }

    /// Stops the first that runs, if the user agrees; false when none does.
    bool stopFirst();
    /// Whether the window may close, and all of it end.
    bool mayClose() const;

private:
    bool isMuch(const LongWork& work) const { return work.secondsSpent() > m_muchWork; } // none is less than any
    bool isAgreed(const QString& title, const QString& question) const;

    QWidget* m_window;
    std::vector<LongWork> m_works;
    double m_muchWork = 120;
};

} // namespace casr
