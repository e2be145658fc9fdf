#include "ui/shortcut_table.h"

#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace casr {

namespace {

QString nameOf(const QAction* action) {
    QString name = action->text();
    return name.remove('&').remove(QString::fromUtf8("\u2026"));
}

QKeySequence firstOf(const QList<QKeySequence>& keys) {
    return keys.isEmpty() ? QKeySequence() : keys.first();
}

} // namespace

ShortcutTable::ShortcutTable(Commands& commands, QWidget* parent)
    : QWidget(parent), m_commands(commands), m_table(new QTableWidget(0, 2, this)), m_problem(new QLabel(this)) {
    m_table->setObjectName("shortcutTable");
    m_table->setAccessibleName(tr("Shortcuts"));
    m_table->setHorizontalHeaderLabels({tr("Command"), tr("Shortcut")});
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    for (QAction* action : commands.all()) {
        addRow(action);
    }
    m_problem->setObjectName("shortcutProblem");
    m_problem->setWordWrap(true);
    auto* standard = new QPushButton(tr("S&tandard Shortcuts"), this);
    standard->setObjectName("standardShortcuts");
    connect(standard, &QPushButton::clicked, this, &ShortcutTable::showStandard);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_problem);
    layout->addWidget(standard, 0, Qt::AlignLeft);
}

void ShortcutTable::addRow(QAction* action) {
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    auto* item = new QTableWidgetItem(nameOf(action));
    item->setToolTip(action->statusTip());
    m_table->setItem(row, 0, item);
    m_chosen.push_back(action->shortcuts());
    auto* edit = new QKeySequenceEdit(firstOf(m_chosen.back()), m_table);
    edit->setObjectName(action->objectName() + "Keys");
    edit->setAccessibleName(tr("Shortcut of %1").arg(item->text()));
    connect(edit, &QKeySequenceEdit::editingFinished, this, [this, row] { change(row); });
    m_table->setCellWidget(row, 1, edit);
}

void ShortcutTable::change(int row) {
    auto* edit = static_cast<QKeySequenceEdit*>(m_table->cellWidget(row, 1));
    const QKeySequence keys = edit->keySequence();
    QList<QKeySequence>& chosen = m_chosen[static_cast<std::size_t>(row)];
    if (keys == firstOf(chosen)) {
        return;
    }
    QString owner = Commands::isKeyOfTheCanvas(keys) ? tr("the photo itself") : QString();
    for (std::size_t other = 0; other < m_chosen.size() && !keys.isEmpty(); ++other) {
        if (static_cast<int>(other) != row && m_chosen[other].contains(keys)) {
            owner = nameOf(m_commands.all()[other]);
        }
    }
    if (owner.isEmpty()) {
        m_problem->clear();
        chosen = keys.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence>{keys};
    } else {
        m_problem->setText(
            tr("%1 belongs to \u201c%2\u201d. Give that another shortcut first.").arg(keys.toString(QKeySequence::NativeText), owner));
        edit->setKeySequence(firstOf(chosen));
    }
}

void ShortcutTable::showStandard() {
    for (int row = 0; row < m_table->rowCount(); ++row) {
        m_chosen[static_cast<std::size_t>(row)] = m_commands.standardOf(m_commands.all()[static_cast<std::size_t>(row)]);
        static_cast<QKeySequenceEdit*>(m_table->cellWidget(row, 1))->setKeySequence(firstOf(m_chosen[static_cast<std::size_t>(row)]));
    }
    m_problem->clear();
}

void ShortcutTable::apply() {
    for (std::size_t row = 0; row < m_chosen.size(); ++row) {
        m_commands.setShortcuts(m_commands.all()[row], m_chosen[row]);
    }
}

} // namespace casr
