#pragma once

#include "ui/commands.h"

#include <QTableWidget>

class QKeySequenceEdit;
class QLabel;

namespace casr {

/// Every command with its first shortcut, to be changed. A shortcut that another command has is refused, and the table says whose it is.
class ShortcutTable : public QWidget {
    Q_OBJECT

public:
    explicit ShortcutTable(Commands& commands, QWidget* parent = nullptr);

    /// Gives the commands what was chosen, and keeps it.
    void apply();

private:
    void addRow(QAction* action);
    void change(int row);
    void showStandard();

    Commands& m_commands;
    QTableWidget* m_table;
    QLabel* m_problem;
    std::vector<QList<QKeySequence>> m_chosen; ///< By row.
};

} // namespace casr
