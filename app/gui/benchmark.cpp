#include "app/gui/benchmark.h"

#include <QTimerEvent>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace {

constexpr int width = 1920;
constexpr int height = 1080;
/// About a screen's rate: between two frames the loop delivers what the engine has computed.
constexpr int frameGapMs = 8;
constexpr int frames = 900;
/// Zooming in and out again; panning goes on all the time.
constexpr int framesOfOneZoom = 150;
constexpr qint64 patienceMs = 120000;

double percentile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

} // namespace

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
    Block block{0, receiver->metaObject()->className(), event->type()};
    QElapsedTimer timer;
    timer.start();
    ++m_depth;
    const bool result = QApplication::notify(receiver, event);
    block.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (--m_depth == 0 && block.milliseconds > m_longest.milliseconds) {
        m_longest = block;
    }
    return result;
}

Benchmark::Benchmark(casr::MainWindow& window, TimedApplication& application) : m_window(window), m_application(application) {
    window.resize(width, height);
    m_waiting.start();
    startTimer(frameGapMs, Qt::PreciseTimer);
}

void Benchmark::timerEvent(QTimerEvent*) {
    if (m_hasBegun) {
        move();
    } else if (m_window.levels().isReady()) {
        begin();
    } else if (m_waiting.elapsed() > patienceMs) {
        std::fputs("The photo or the network did not come; open the photo in the window to see why.\n", stderr);
        QApplication::exit(1);
    }
}

void Benchmark::begin() {
    m_hasBegun = true;
    m_window.canvas().setScreenShare(1);
    m_window.run().start(casr::rectOf(m_window.levels().document()->size()), 1, 1);
    m_application.forget();
}

void Benchmark::move() {
    casr::Canvas& canvas = m_window.canvas();
    QElapsedTimer timer;
    timer.start();
    const int phase = m_frame % (2 * framesOfOneZoom);
    canvas.zoomBySteps(phase < framesOfOneZoom ? 0.1 : -0.1);
    const double angle = m_frame / 40.0;
    const casr::Point centre = canvas.view().centre();
    canvas.centreOn({centre.x + std::cos(angle) * 12 / canvas.view().scale(), centre.y + std::sin(angle) * 12 / canvas.view().scale()});
    canvas.repaint();
    m_frames.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    if (++m_frame == frames) {
        report();
    }
}

void Benchmark::report() {
    std::printf("canvas                 %d x %d\n", m_window.canvas().width(), m_window.canvas().height());
    std::printf("frames                 %zu\n", m_frames.size());
    std::printf("frame, median          %.1f ms\n", percentile(m_frames, 0.5));
    std::printf("frame, 99th percentile %.1f ms\n", percentile(m_frames, 0.99));
    std::printf("frame, longest         %.1f ms\n", percentile(m_frames, 1));
    const TimedApplication::Block& block = m_application.longestBlock();
    std::printf("longest block          %.1f ms (event %d of %s)\n", block.milliseconds, block.event, block.receiver);
    m_window.run().stop();
    QApplication::exit(0);
}
