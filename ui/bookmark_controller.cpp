#include "ui/bookmark_controller.h"

#include "ui/bookmark_dialog.h"
#include "ui/numbers.h"

#include <cmath>

namespace casr {

BookmarkController::BookmarkController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_messages(messages), m_window(window) {}

void BookmarkController::addMenu(QMenu* view, Commands& commands) {
    m_menu = view->addMenu(tr("&Bookmarks"));
    m_menu->setObjectName("bookmarkMenu");
    connect(m_menu, &QMenu::aboutToShow, this, &BookmarkController::list);
    Commands::needingPhoto(commands.add(m_menu, "addBookmarkAction", tr("&Add Bookmark"),
                                        tr("Keep place, scale and held step of what is in view; this menu goes back to it"),
                                        {QKeySequence("Ctrl+B")}, [this] { add(); }));
    Commands::needingPhoto(commands.add(m_menu, "manageBookmarksAction", tr("&Manage\u2026"),
                                        tr("Rename and remove the bookmarks of this photo"), {}, [this] { manage(); }));
    m_menu->addSeparator();
}

QString BookmarkController::photo() const {
    return m_levels.document()->path;
}

bool BookmarkController::hasFile() const {
    if (photo().isEmpty()) {
        m_messages.showError(tr("A pasted picture has no file to keep bookmarks for. Export it as a picture and open that."));
    }
    return !photo().isEmpty();
}

Bookmark BookmarkController::currentView() const {
    const ViewTransform& view = m_canvas.view();
    const QString name =
        tr("\u00d7%1 at %2, %3").arg(factorText(view.scale())).arg(std::lround(view.centre().x)).arg(std::lround(view.centre().y));
    return {name, view.centre(), view.scale(), m_canvas.heldLevel()};
}

void BookmarkController::add() {
    if (!hasFile()) {
        return;
    }
    std::vector<Bookmark> bookmarks = bookmarksOf(photo());
    if (bookmarks.size() >= mostBookmarks) {
        m_messages.showError(
            tr("This photo has %1 bookmarks, which is the most. Remove one by View > Bookmarks > Manage first.").arg(mostBookmarks));
        return;
    }
    bookmarks.push_back(currentView());
    keepBookmarks(photo(), bookmarks);
    Q_EMIT added(bookmarks.back().name);
}

void BookmarkController::manage() {
    if (!hasFile()) {
        return;
    }
    auto* dialog = new BookmarkDialog(bookmarksOf(photo()), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, path = photo()] { keepBookmarks(path, dialog->bookmarks()); });
    dialog->open();
}

void BookmarkController::list() {
    qDeleteAll(m_listed);
    m_listed.clear();
    const bool canHave = m_levels.document() && !photo().isEmpty();
    for (const Bookmark& bookmark : canHave ? bookmarksOf(photo()) : std::vector<Bookmark>()) {
        m_listed << m_menu->addAction(QString(bookmark.name).replace('&', "&&"));
        connect(m_listed.last(), &QAction::triggered, this, [this, bookmark] { goTo(bookmark); });
    }
    if (m_listed.isEmpty()) {
        m_listed << m_menu->addAction(tr("No bookmarks yet"));
        m_listed.last()->setEnabled(false);
    }
}

void BookmarkController::goTo(const Bookmark& bookmark) {
    ViewTransform view = m_canvas.view();
    view.setScale(bookmark.scale, {view.view().width / 2.0, view.view().height / 2.0});
    view.setCentre(bookmark.centre);
    m_canvas.setView(view);
    // A step of a longer staircase than the photo has now: the one that suits the zoom.
    const bool isThere = bookmark.heldStep && *bookmark.heldStep < m_levels.viewingPlan().levels();
    m_canvas.setHeldLevel(isThere ? bookmark.heldStep : std::nullopt);
}

} // namespace casr
