#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QMenu>

#include <functional>
#include <map>
#include <vector>

namespace casr {

/// Every command of the window by its name: one action each, in a menu, with a tip and shortcuts that the user may change.
class Commands : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    QAction* add(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                 const std::function<void()>& call);
    /// A command that is on or off.
    QAction* addToggle(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys, bool on,
                       const std::function<void(bool)>& call);
    /// Takes in an action that exists already.
    QAction* adopt(QAction* action, const QString& name, const QString& tip, const QList<QKeySequence>& keys);

    /// Gives the commands the shortcuts that the user chose earlier.
    void loadShortcuts();
    /// Another choice for `action`, kept in the settings; the standard one is forgotten there.
    void setShortcuts(QAction* action, const QList<QKeySequence>& keys);
    QList<QKeySequence> standardOf(const QAction* action) const { return m_standard.at(action); }
    /// Keys that the canvas itself uses while they are held.
    static bool isKeyOfTheCanvas(const QKeySequence& keys);

    /// The command of that name; it must be there.
    QAction* at(const QString& name) const { return m_actions.at(name); }
    /// In the order in which they were added.
    const std::vector<QAction*>& all() const { return m_order; }

    /// Commands that do nothing without a photo are enabled with it.
    static QAction* needingPhoto(QAction* action);
    void setHasPhoto(bool has);

private:
    std::map<QString, QAction*> m_actions;
    std::vector<QAction*> m_order;
    std::map<const QAction*, QList<QKeySequence>> m_standard;
};

} // namespace casr
