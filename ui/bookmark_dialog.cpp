#include "ui/bookmark_dialog.h"

#include <QDialogButtonBox>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace casr {

BookmarkDialog::BookmarkDialog(const std::vector<Bookmark>& bookmarks, QWidget* parent)
    : QDialog(parent), m_bookmarks(bookmarks), m_list(new QListWidget(this)) {
    setWindowTitle(tr("Bookmarks of This Photo"));
    m_list->setObjectName("bookmarkList");
    m_list->setAccessibleName(tr("Bookmarks; F2 or a double click renames one"));
    m_list->setToolTip(tr("F2 or a double click renames a bookmark"));
    m_list->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    for (int index = 0; index < static_cast<int>(m_bookmarks.size()); ++index) {
        addRow(index);
    }
    m_list->setCurrentRow(0);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    auto* rename = buttons->addButton(tr("Re&name"), QDialogButtonBox::ActionRole);
    rename->setObjectName("renameBookmark");
    auto* remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::ActionRole);
    remove->setObjectName("removeBookmark");
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_list);
    layout->addWidget(buttons);
    connect(rename, &QPushButton::clicked, this, [this] { m_list->editItem(m_list->currentItem()); });
    connect(remove, &QPushButton::clicked, this, &BookmarkDialog::removeRow);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void BookmarkDialog::addRow(int index) {
    auto* row = new QListWidgetItem(m_bookmarks[static_cast<std::size_t>(index)].name, m_list);
    row->setFlags(row->flags() | Qt::ItemIsEditable);
    row->setData(Qt::UserRole, index);
}

void BookmarkDialog::removeRow() {
    delete m_list->currentItem();
}

std::vector<Bookmark> BookmarkDialog::bookmarks() const {
    std::vector<Bookmark> left;
    for (int row = 0; row < m_list->count(); ++row) {
        const QListWidgetItem* item = m_list->item(row);
        left.push_back(m_bookmarks[item->data(Qt::UserRole).toUInt()]);
        if (const QString name = item->text().trimmed(); !name.isEmpty()) {
            left.back().name = name;
        }
    }
    return left;
}

} // namespace casr
