#pragma once

#include "ui/main_window.h"

#include <QApplication>
#include <QElapsedTimer>

/// An application that knows how long its longest event took.
class TimedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override;

    struct Block {
        double milliseconds = 0;
        const char* receiver = ""; ///< The class that the event went to.
        int event = 0;             ///< QEvent::Type
    };

    /// The longest since the last call of forget.
    const Block& longestBlock() const { return m_longest; }
    void forget() { m_longest = {}; }

private:
    int m_depth = 0;
    Block m_longest;
};

/// Pans and zooms the window over its photo while the engine works, prints frame times and the longest block of the GUI thread, and ends
/// the application: with 0, or 1 when the photo or the network does not come.
class Benchmark : public QObject {
public:
    Benchmark(casr::MainWindow& window, TimedApplication& application);

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    void begin();
    void move();
    void report();

    casr::MainWindow& m_window;
    TimedApplication& m_application;
    QElapsedTimer m_waiting;
    bool m_hasBegun = false;
    int m_frame = 0;
    std::vector<double> m_frames; ///< Milliseconds.
};
