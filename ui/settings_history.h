#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/message_bar.h"

namespace casr {

/// What Undo and Redo bring back.
struct ChosenSettings {
    std::optional<Rect> region;
    ZoomSettings settings;

    bool operator==(const ChosenSettings&) const = default;
};

/// Undo and Redo of region, scale, step limit and controls of the opened photo.
class SettingsHistory : public QObject {
    Q_OBJECT

public:
    SettingsHistory(Levels& levels, Canvas& canvas, MessageBar& messages, QObject* parent);

    void addCommands(QMenu* menu, Commands& commands);

private:
    static constexpr std::size_t longest = 200;

    ChosenSettings current() const;
    void record();
    /// One move of the slider that mixes the result comes in many parts, and is undone as one.
    bool isMixingOn() const;
    /// Stays where it is when the settings cannot be chosen any more.
    void go(int delta);
    void enableCommands();

    Levels& m_levels;
    Canvas& m_canvas;
    MessageBar& m_messages;
    std::shared_ptr<const Document> m_document;
    std::vector<ChosenSettings> m_states;
    std::size_t m_now = 0;
    bool m_isGoing = false;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
};

} // namespace casr
