#pragma once

#include "ui/bookmarks.h"

#include <QDialog>

class QListWidget;

namespace casr {

/// Renames and removes the bookmarks of a photo.
class BookmarkDialog : public QDialog {
    Q_OBJECT

public:
    explicit BookmarkDialog(const std::vector<Bookmark>& bookmarks, QWidget* parent = nullptr);

    /// What is left, under their names now; valid once accepted.
    std::vector<Bookmark> bookmarks() const;

private:
    void addRow(int index);
    void removeRow();

    std::vector<Bookmark> m_bookmarks; ///< As they were; rows of the list remember their place in it.
    QListWidget* m_list;
};

} // namespace casr
