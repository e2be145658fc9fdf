#include "ui/commands.h"

#include <QSettings>

namespace casr {

namespace {

constexpr const char* photoProperty = "needsPhoto";

QString shortcutKey(const QAction* action) {
    return "shortcuts/" + action->objectName();
}

} // namespace

QAction* Commands::adopt(QAction* action, const QString& name, const QString& tip, const QList<QKeySequence>& keys) {
    action->setObjectName(name);
    action->setStatusTip(tip);
    action->setShortcuts(keys);
    m_actions[name] = action;
    m_order.push_back(action);
    m_standard[action] = keys;
    return action;
}

QAction* Commands::add(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                       const std::function<void()>& call) {
    QAction* action = adopt(menu->addAction(text), name, tip, keys);
    connect(action, &QAction::triggered, this, call);
    return action;
}

QAction* Commands::addToggle(QMenu* menu, const QString& name, const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                             bool on, const std::function<void(bool)>& call) {
    QAction* action = adopt(menu->addAction(text), name, tip, keys);
    action->setCheckable(true);
    action->setChecked(on);
    connect(action, &QAction::toggled, this, call);
    return action;
}

void Commands::loadShortcuts() {
    const QSettings settings;
    for (QAction* action : m_order) {
        const QVariant kept = settings.value(shortcutKey(action));
        if (kept.isValid()) {
            action->setShortcuts(QKeySequence::listFromString(kept.toString(), QKeySequence::PortableText));
        }
    }
}

void Commands::setShortcuts(QAction* action, const QList<QKeySequence>& keys) {
    action->setShortcuts(keys);
    if (keys == standardOf(action)) {
        QSettings().remove(shortcutKey(action));
    } else {
        QSettings().setValue(shortcutKey(action), QKeySequence::listToString(keys, QKeySequence::PortableText));
    }
}

bool Commands::isKeyOfTheCanvas(const QKeySequence& keys) {
    return keys == QKeySequence(Qt::Key_Z) || keys == QKeySequence(Qt::Key_Backslash) || keys == QKeySequence(Qt::Key_Space);
}

QAction* Commands::needingPhoto(QAction* action) {
    action->setProperty(photoProperty, true);
    return action;
}

void Commands::setHasPhoto(bool has) {
    for (QAction* action : m_order) {
        if (action->property(photoProperty).toBool()) {
            action->setEnabled(has);
        }
    }
}

} // namespace casr
