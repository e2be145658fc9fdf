#pragma once

// The real window with a small photo and untrained weights, for tests that drive it by real events.

#include "ui/main_window.h"
#include "ui/work_stopper.h"

#include "core/io/picture_file.h"

#include <QAction>
#include <QApplication>
#include <QColorSpace>
#include <QDialogButtonBox>
#include <QFile>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QWheelEvent>

#include <cmath>

constexpr int patience = 120000; ///< Milliseconds; sanitizers on a busy machine need many.
constexpr casr::Size photoSize{157, 101};

/// Shades and a chequer of `square` pixels; of 8 they look like the blocks of JPEG.
inline casr::Image photograph(int square = 7) {
    std::vector<float> values;
    for (int y = 0; y < photoSize.height; ++y) {
        for (int x = 0; x < photoSize.width; ++x) {
            const float step = (x / square + y / square) % 2 == 0 ? 0.0f : 0.25f; // of all colours: noise differs between them
            for (const float shade : {static_cast<float>(x) / photoSize.width, static_cast<float>(y) / photoSize.height, 0.5f}) {
                values.push_back(0.75f * shade + step);
            }
        }
    }
    return casr::Image(photoSize, 3, std::move(values));
}

inline std::shared_ptr<const casr::Network> smallNetwork() {
    return casr::Network::untrained({16, 1, 16, 16, 8}, 7);
}

/// The profile of a screen whose red and green are exchanged.
inline QByteArray exchangedProfile() {
    return QColorSpace(QPointF(0.3127, 0.3290), QPointF(0.30, 0.60), QPointF(0.64, 0.33), QPointF(0.15, 0.06),
                       QColorSpace::TransferFunction::SRgb)
        .iccProfile();
}

/// Qt 6.4 has no wheel event in QTest.
inline void turnWheel(QWidget& widget, QPoint place, int units, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWheelEvent event(place, widget.mapToGlobal(QPointF(place)), QPoint(), QPoint(0, units), Qt::NoButton, modifiers, Qt::NoScrollPhase,
                      false);
    QApplication::sendEvent(&widget, &event);
}

/// Opens the window for every test of a class that calls these from its own slots.
class WindowTest : public QObject {
protected:
    static void startOnce() {
        casr::startPictureLibrary();
        QApplication::setOrganizationName("casr-zoom-test");
        QApplication::setApplicationName("casr-zoom-test");
        QSettings::setDefaultFormat(QSettings::IniFormat);
    }

    void openAll() {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder->filePath("settings"));
        QSettings().clear();
        qputenv("XDG_DATA_HOME", m_folder->path().toUtf8());
        m_photoPath = m_folder->filePath(QString::fromUtf8("ph\u00f6to.png"));
        casr::writePicture(m_photoPath.toStdU16String(), {photograph(), 8, {}});
        openWindow(smallNetwork);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().isReady(), patience);
    }

    void closeAll() {
        m_window.reset();
        m_folder.reset();
    }

    void openWindow(casr::MainWindow::NetworkLoader loader) {
        m_window = std::make_unique<casr::MainWindow>(std::move(loader));
        m_window->resize(900, 600);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        m_window->openPhoto(m_photoPath);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document() != nullptr, patience);
    }

    /// For windows that are opened from now on.
    void exchangeScreenColours() const {
        QFile file(m_folder->filePath("screen.icc"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(exchangedProfile());
        file.close();
        QSettings().setValue("screenSource", 1);
        QSettings().setValue("screenFile", file.fileName());
    }

    casr::Canvas& canvas() const { return m_window->canvas(); }
    QAction* command(const QString& name) const { return m_window->findChild<QAction*>(name); }
    template <class T>
    T* child(const QString& name) const {
        return m_window->findChild<T*>(name);
    }

    QPoint place(casr::Point source) const {
        const casr::Point device = canvas().view().toDevice(source);
        return {static_cast<int>(std::lround(device.x)), static_cast<int>(std::lround(device.y))};
    }

    void dragPlaces(QPoint first, QPoint last) const {
        QTest::mousePress(&canvas(), Qt::LeftButton, Qt::NoModifier, first);
        QTest::mouseMove(&canvas(), (first + last) / 2);
        QTest::mouseMove(&canvas(), last);
        QTest::mouseRelease(&canvas(), Qt::LeftButton, Qt::NoModifier, last);
    }

    void drag(casr::Point from, casr::Point to) const { dragPlaces(place(from), place(to)); }

    static void clickButton(QDialogButtonBox::StandardButton button) {
        auto* box = QApplication::activeModalWidget()->findChild<QDialogButtonBox*>();
        QTest::mouseClick(box->button(button), Qt::LeftButton);
    }

    /// What `work` asks, and is answered with `answer`; empty when it asks nothing.
    static QString questionOf(const std::function<void()>& work, QMessageBox::StandardButton answer) {
        QString question;
        QTimer timer;
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
            if (auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
                question = box->text();
                box->button(answer)->click();
            }
        });
        timer.start(0);
        work();
        return question;
    }
    void askBeforeAllWorkEnds() const { m_window->findChild<casr::WorkStopper*>()->setMuchWork(-1); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<casr::MainWindow> m_window;
    QString m_photoPath;
};
