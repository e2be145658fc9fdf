#include "ui/settings_history.h"

namespace casr {

SettingsHistory::SettingsHistory(Levels& levels, Canvas& canvas, MessageBar& messages, QObject* parent)
    : QObject(parent), m_levels(levels), m_canvas(canvas), m_messages(messages) {
    connect(&levels, &Levels::replaced, this, &SettingsHistory::record);
    connect(&levels, &Levels::remixed, this, &SettingsHistory::record);
    connect(&canvas, &Canvas::regionChanged, this, &SettingsHistory::record);
}

void SettingsHistory::addCommands(QMenu* menu, Commands& commands) {
    m_undo = commands.add(menu, "undoAction", tr("&Undo"), tr("Bring back the region, scale and cleaning of before"),
                          {QKeySequence("Ctrl+Z")}, [this] { go(-1); });
    m_redo = commands.add(menu, "redoAction", tr("&Redo"), tr("Bring back what was undone"),
                          {QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")}, [this] { go(1); });
    enableCommands();
}

ChosenSettings SettingsHistory::current() const {
    return {m_canvas.region(), m_levels.settings()};
}

void SettingsHistory::record() {
    if (m_isGoing || !m_levels.document() || m_canvas.isChoosingRegion()) {
        return;
    }
    // Another photo begins anew; only its colours may change underway.
    if (!m_document || m_document->path != m_levels.document()->path || m_document->size() != m_levels.document()->size()) {
        m_states.clear();
    }
    m_document = m_levels.document();
    if (!m_states.empty() && m_states[m_now] == current()) {
        return;
    }
    m_states.resize(m_states.empty() ? 0 : m_now + 1);
    if (isMixingOn()) {
        m_states.pop_back();
    }
    m_states.push_back(current());
    if (m_states.size() > longest) {
        m_states.erase(m_states.begin());
    }
    m_now = m_states.size() - 1;
    enableCommands();
}

bool SettingsHistory::isMixingOn() const {
    const auto areAlike = [](const ChosenSettings& a, const ChosenSettings& b) {
        return a.region == b.region && haveSameSteps(a.settings, b.settings);
    };
    const std::size_t count = m_states.size();
    return count >= 2 && areAlike(m_states[count - 2], m_states[count - 1]) && areAlike(m_states[count - 1], current());
}

void SettingsHistory::go(int delta) {
    const std::size_t next = static_cast<std::size_t>(static_cast<int>(m_now) + delta);
    const ChosenSettings wanted = m_states[next];
    m_isGoing = true;
    m_messages.showProblemOf([&] {
        if (wanted.settings != m_levels.settings()) {
            m_levels.choose(wanted.settings);
        }
        if (wanted.region != m_canvas.region()) {
            m_canvas.setRegion(wanted.region);
        }
        m_now = next;
    });
    m_isGoing = false;
    enableCommands();
}

void SettingsHistory::enableCommands() {
    if (m_undo) {
        m_undo->setEnabled(m_now > 0);
        m_redo->setEnabled(m_now + 1 < m_states.size());
    }
}

} // namespace casr
