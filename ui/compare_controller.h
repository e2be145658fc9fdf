#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/message_bar.h"
#include "ui/photo_opener.h"

class QActionGroup;

namespace casr {

/// The Compare menu: how pictures are held against each other, which ones, and what the canvas shows as a picture.
class CompareController : public QObject {
    Q_OBJECT

public:
    CompareController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window);

    void addMenu(QMenu* view, Commands& commands);
    /// What the canvas shows, with or without labels as chosen, in sRGB as PNG or any format that Qt writes.
    void save(const QString& path);
    /// The same to the clipboard, a moment later.
    void copy();
    /// For the compared file, and for what leaves the screen.
    void setScreen(const ScreenProfile& screen);
    /// Opens a picture to compare with.
    void openFile(const QString& path, int index = 0);

private:
    void addModes(QMenu* menu, Commands& commands);
    void addOthers(QMenu* menu, Commands& commands);
    void addBlinks(QMenu* menu, Commands& commands);
    void addOutput(QMenu* menu, Commands& commands);
    void cycle();
    /// The pictures that pane `index` of the others may show.
    void fillOthers(QMenu& menu, int index);
    void showPaneMenu(int pane, QPoint place);
    void chooseFile(int index);
    void takeFile(const std::shared_ptr<const Document>& file);
    void chooseOutput();

    Levels& m_levels;
    Canvas& m_canvas;
    Comparison& m_comparison;
    MessageBar& m_messages;
    QWidget* m_window;
    QActionGroup* m_modes;
    int m_fileIndex = 0; ///< Which of the others the file is for.
    ScreenProfile m_screen;
    PhotoOpener m_opener;
    NewestJob m_recolouring;
    NewestJob m_saver;
    NewestJob m_copier;
};

} // namespace casr
