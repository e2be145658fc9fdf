#include "ui/canvas_keys.h"

#include "ui/commands.h"

#include <QCoreApplication>

namespace casr {

namespace {

bool isOfTheCanvas(const QKeyEvent& event) {
    // Released it is always the canvas's: it may have been pressed without the modifiers.
    return Commands::isKeyOfTheCanvas(event.type() == QEvent::KeyPress ? QKeySequence(event.keyCombination()) : QKeySequence(event.key()));
}

} // namespace

CanvasKeys::CanvasKeys(QWidget& canvas, QObject* parent) : QObject(parent), m_canvas(canvas) {}

void CanvasKeys::pass(QKeyEvent& event) {
    // A key that the canvas does not take comes back here, by way of its parent.
    if (!m_isPassing && !m_canvas.hasFocus()) {
        m_isPassing = true;
        QCoreApplication::sendEvent(&m_canvas, &event);
        m_isPassing = false;
    }
}

bool CanvasKeys::eventFilter(QObject*, QEvent* event) {
    if (event->type() != QEvent::KeyPress && event->type() != QEvent::KeyRelease) {
        return false;
    }
    auto& key = static_cast<QKeyEvent&>(*event);
    if (!isOfTheCanvas(key)) {
        return false;
    }
    pass(key);
    return true;
}

} // namespace casr
