#pragma once

#include "ui/bookmarks.h"
#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/message_bar.h"

namespace casr {

/// The Bookmarks menu: views of the photo that are kept and gone back to.
class BookmarkController : public QObject {
    Q_OBJECT

public:
    BookmarkController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window);

    void addMenu(QMenu* view, Commands& commands);

Q_SIGNALS:
    void added(const QString& name);

private:
    QString photo() const;
    bool hasFile() const;
    Bookmark currentView() const;
    void add();
    void manage();
    void list();
    void goTo(const Bookmark& bookmark);

    Levels& m_levels;
    Canvas& m_canvas;
    MessageBar& m_messages;
    QWidget* m_window;
    QMenu* m_menu = nullptr;
    QList<QAction*> m_listed; ///< The bookmarks in the menu.
};

} // namespace casr
