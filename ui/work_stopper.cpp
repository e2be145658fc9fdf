#include "ui/work_stopper.h"

#include <QMessageBox>

#include <algorithm>

namespace casr {

WorkStopper::WorkStopper(QWidget* window) : QObject(window), m_window(window) {}

bool WorkStopper::stopFirst() {
    const auto found =
        std::find_if(m_works.begin(), m_works.end(), [](const LongWork& work) { return work.stop && work.secondsSpent().has_value(); });
    if (found == m_works.end()) {
        return false;
    }
    if (!isMuch(*found) || isAgreed(tr("Stop"), found->question)) {
        found->stop();
    }
    return true;
}

bool WorkStopper::mayClose() const {
    const bool isMuchLost = std::any_of(m_works.begin(), m_works.end(), [this](const LongWork& work) { return isMuch(work); });
    return !isMuchLost ||
           isAgreed(tr("Close"), tr("Close the window? Work that has gone on for minutes is not done yet and would be stopped."));
}

bool WorkStopper::isAgreed(const QString& title, const QString& question) const {
    return QMessageBox::question(m_window, title, question) == QMessageBox::Yes;
}

} // namespace casr
