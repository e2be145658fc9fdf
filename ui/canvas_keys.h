#pragma once

#include <QKeyEvent>
#include <QWidget>

namespace casr {

/// Gives the canvas the keys that it uses while they are held, wherever the focus is.
class CanvasKeys : public QObject {
    Q_OBJECT

public:
    CanvasKeys(QWidget& canvas, QObject* parent);

    /// A list would take these keys for a search.
    void watch(QWidget& list) { list.installEventFilter(this); }
    /// A key that nothing else has taken.
    void pass(QKeyEvent& event);

protected:
    bool eventFilter(QObject* list, QEvent* event) override;

private:
    QWidget& m_canvas;
    bool m_isPassing = false;
};

} // namespace casr
