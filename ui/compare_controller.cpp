#include "ui/compare_controller.h"

#include "ui/numbers.h"

#include "core/base/error.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSaveFile>

#include <cmath>

namespace casr {

namespace {

using Kind = ComparedPicture::Kind;

constexpr double gains[] = {1, 2, 4, 8, 16};

double aspectOf(double width, double height) {
    return std::log(width / height);
}

/// Where a picture of `file` pixels most likely lies: over the region when its shape fits that better than the whole photo's.
Area placeOf(Size file, Size photo, std::optional<Rect> region) {
    const double shape = aspectOf(file.width, file.height);
    const Area whole{0, 0, double(photo.width), double(photo.height)};
    if (region && std::abs(aspectOf(region->width(), region->height()) - shape) < std::abs(aspectOf(photo.width, photo.height) - shape)) {
        return {double(region->left), double(region->top), double(region->right), double(region->bottom)};
    }
    return whole;
}

/// Throws Error.
void writeShown(const QImage& picture, const QString& path) {
    QSaveFile file(path);
    const QByteArray format = QFileInfo(path).suffix().toLatin1();
    if (!file.open(QIODevice::WriteOnly) || !picture.save(&file, format.isEmpty() ? "png" : format.constData()) || !file.commit()) {
        throw Error("'" + QDir::toNativeSeparators(path).toStdString() +
                    "' cannot be written. Choose another folder, and a name ending in .png or .jpg.");
    }
}

} // namespace

CompareController::CompareController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_comparison(canvas.comparison()), m_messages(messages), m_window(window),
      m_modes(new QActionGroup(this)) {
    connect(&canvas, &Canvas::paneMenuRequested, this, &CompareController::showPaneMenu);
    connect(&m_opener, &PhotoOpener::opened, this, &CompareController::takeFile);
    connect(&m_opener, &PhotoOpener::failed, &messages, &MessageBar::showError);
    connect(&m_recolouring, &NewestJob::failed, &messages, &MessageBar::showError);
    connect(&m_saver, &NewestJob::failed, &messages, &MessageBar::showError);
    connect(&m_copier, &NewestJob::failed, &messages, &MessageBar::showError);
}

void CompareController::addMenu(QMenu* view, Commands& commands) {
    QMenu* menu = view->addMenu(tr("&Compare"));
    menu->setObjectName("compareMenu");
    addModes(menu, commands);
    addOthers(menu, commands);
    addBlinks(menu, commands);
    addOutput(menu, commands);
}

void CompareController::addModes(QMenu* menu, Commands& commands) {
    Commands::needingPhoto(commands.add(menu, "compareAction", tr("&Compare"),
                                        tr("The next way to hold the shown step against another picture"), {QKeySequence("C")},
                                        [this] { cycle(); }));
    const struct {
        const char* name;
        QString text, tip;
    } modes[compareModes] = {
        {"compareNoneAction", tr("&Off"), tr("Show one picture")},
        {"wipeAcrossAction", tr("Wipe A&cross"), tr("Two pictures left and right of a movable line")},
        {"wipeDownAction", tr("Wipe &Down"), tr("Two pictures above and below a movable line")},
        {"wipeTurnedAction", tr("Wipe at an &Angle"),
         tr("Two pictures on either side of a line: its round handle moves it, the line beside the handle turns it (Shift: in steps)")},
        {"sideBySideAction", tr("&Side by Side"), tr("Two panes that show the same place")},
        {"fourfoldAction", tr("&Four Panes"), tr("Four panes that show the same place; a right click chooses what one shows")},
        {"differenceAction", tr("D&ifference"), tr("How far the two pictures are apart, made stronger")},
        {"signedDifferenceAction", tr("Si&gned Difference"), tr("The shown step less the other picture, around middle grey")},
        {"loupeAction", tr("L&oupe"), tr("The other picture in a circle at the cursor")}};
    for (int index = 0; index < compareModes; ++index) {
        QAction* action =
            commands.addToggle(menu, modes[index].name, modes[index].text, modes[index].tip, {}, index == 0, [this, index](bool on) {
                if (on) {
                    m_comparison.setMode(static_cast<CompareMode>(index));
                }
            });
        m_modes->addAction(Commands::needingPhoto(action));
    }
    menu->addSeparator();
}

void CompareController::addOthers(QMenu* menu, Commands& commands) {
    QMenu* with = menu->addMenu(tr("Compare &With"));
    with->setObjectName("compareWithMenu");
    connect(with, &QMenu::aboutToShow, this, [this, with] { fillOthers(*with, 0); });
    Commands::needingPhoto(commands.add(menu, "compareWithAction", tr("Compare with &This Step"),
                                        tr("Compare others with the step that is shown now"), {QKeySequence("Shift+C")}, [this] {
                                            m_comparison.setOther(0, {Kind::step, m_canvas.shown().level});
                                        }));
    Commands::needingPhoto(commands.add(menu, "compareWithFileAction", tr("Compare with a &File\u2026"),
                                        tr("Compare with another picture, laid over the photo or its region"), {},
                                        [this] { chooseFile(0); }));
    QMenu* gain = menu->addMenu(tr("Differences &Times"));
    gain->setObjectName("gainMenu");
    auto* group = new QActionGroup(this);
    for (const double factor : gains) {
        QAction* action = group->addAction(gain->addAction(factorText(factor)));
        action->setCheckable(true);
        action->setChecked(factor == m_comparison.gain());
        connect(action, &QAction::triggered, this, [this, factor] { m_comparison.setGain(factor); });
    }
    menu->addSeparator();
}

void CompareController::addBlinks(QMenu* menu, Commands& commands) {
    commands.addToggle(menu, "blinkAction", tr("&Blink (hold \\)"), tr("Show the other picture in place of the step"), {}, false,
                       [this](bool on) { m_comparison.setBlinking(on); });
    commands.addToggle(menu, "autoBlinkAction", tr("Blink by I&tself"), tr("Change between the two pictures every 400 ms"),
                       {QKeySequence("Shift+B")}, false, [this](bool on) { m_comparison.setAutoBlinking(on); });
}

void CompareController::addOutput(QMenu* menu, Commands& commands) {
    menu->addSeparator();
    commands.addToggle(menu, "labelsAction", tr("&Labels"), tr("Say in the comparison which picture is which"), {}, true,
                       [this](bool on) { m_comparison.setLabelsShown(on); });
    Commands::needingPhoto(commands.add(menu, "saveComparisonAction", tr("Sa&ve Comparison\u2026"),
                                        tr("Write what the canvas shows as a picture"), {}, [this] { chooseOutput(); }));
}

void CompareController::cycle() {
    m_modes->actions().at((static_cast<int>(m_comparison.mode()) + 1) % compareModes)->setChecked(true);
}

void CompareController::fillOthers(QMenu& menu, int index) {
    menu.clear();
    const auto offer = [&](ComparedPicture picture) {
        QAction* action = menu.addAction(m_comparison.labelOf(picture).replace('&', "&&"));
        action->setCheckable(true);
        action->setChecked(m_comparison.other(index) == picture);
        connect(action, &QAction::triggered, this, [this, index, picture] { m_comparison.setOther(index, picture); });
    };
    offer({Kind::nearest, 0});
    offer({Kind::bicubic, 0});
    offer({Kind::lanczos, 0});
    if (m_comparison.file()) {
        offer({Kind::file, 0});
    }
    menu.addSeparator();
    const int reached = std::max(m_levels.plan().levels(), m_canvas.shown().level + 1);
    for (int level = 1; m_levels.document() && level < reached; ++level) {
        offer({Kind::step, level});
    }
    menu.addSeparator();
    connect(menu.addAction(tr("File\u2026")), &QAction::triggered, this, [this, index] { chooseFile(index); });
}

void CompareController::showPaneMenu(int pane, QPoint place) {
    auto* menu = new QMenu(m_window);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillOthers(*menu, m_comparison.otherOfPane(pane).value_or(0));
    menu->popup(place);
}

void CompareController::chooseFile(int index) {
    const QString path = QFileDialog::getOpenFileName(
        m_window, tr("Compare with File"), m_levels.document() ? QFileInfo(m_levels.document()->path).absolutePath() : QString());
    if (!path.isEmpty()) {
        openFile(path, index);
    }
}

void CompareController::openFile(const QString& path, int index) {
    m_fileIndex = index;
    m_opener.open(path);
}

void CompareController::takeFile(const std::shared_ptr<const Document>& file) {
    if (!m_levels.document()) {
        return;
    }
    m_comparison.setFile(file, placeOf(file->size(), m_levels.document()->size(), m_canvas.region()));
    m_comparison.setOther(m_fileIndex, {Kind::file, 0});
    if (m_comparison.mode() == CompareMode::none) {
        cycle();
    }
}

void CompareController::chooseOutput() {
    const QString path =
        QFileDialog::getSaveFileName(m_window, tr("Save Comparison"), tr("comparison.png"), tr("PNG (*.png);;JPEG (*.jpg)"));
    if (!path.isEmpty()) {
        save(path);
    }
}

void CompareController::save(const QString& path) {
    const QImage shown = m_canvas.grab().toImage();
    m_saver.post([this, shown, path, screen = m_screen](const StopCheck&) {
        writeShown(fromScreen(shown, screen), path);
        return NewestJob::Show([this, path] { m_messages.showNotice(tr("Saved %1").arg(QDir::toNativeSeparators(path))); });
    });
}

void CompareController::copy() {
    m_copier.post([shown = m_canvas.grab().toImage(), screen = m_screen](const StopCheck&) {
        return NewestJob::Show([seen = fromScreen(shown, screen)] { QApplication::clipboard()->setImage(seen); });
    });
}

void CompareController::setScreen(const ScreenProfile& screen) {
    m_screen = screen;
    m_opener.setScreen(screen);
    if (!m_comparison.file()) {
        return;
    }
    m_recolouring.post([this, file = m_comparison.file(), screen](const StopCheck& stop) -> NewestJob::Show {
        const std::shared_ptr<const Document> other = recoloured(*file, screen, stop);
        return [this, file, other] {
            if (m_comparison.file() == file) {
                m_comparison.setFile(other, m_comparison.filePlace());
            }
        };
    });
}

} // namespace casr
