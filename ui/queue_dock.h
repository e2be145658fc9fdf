#pragma once

#include "ui/levels.h"
#include "ui/queue_runner.h"

#include <QDockWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace casr {

class Canvas;

/// The queue of files: what each is to become, its state, time and error; starting, pausing, order and retrying.
class QueueDock : public QDockWidget {
    Q_OBJECT

public:
    QueueDock(QueueRunner& queue, Levels& levels, Canvas& canvas, QWidget* parent = nullptr);

    /// Files, and folders of pictures, to the end of the queue, once the folders are listed.
    void add(const QStringList& paths);
    /// The opened photo with its region.
    void addShown();

Q_SIGNALS:
    void failed(const QString& message);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* buildTable();
    QWidget* buildButtons();
    QWidget* buildOutput();
    QPushButton* addButton(class QLayout& layout, const QString& name, const QString& text, const QString& tip,
                           const std::function<void()>& call);
    void chooseFiles();
    void chooseFolder();
    void chooseRecipe();
    void give(const Recipe& recipe);
    void append(const std::vector<BatchItem>& items);
    void show(const Batch& batch);
    void showRow(int row, const BatchItem& item);
    void showProgress();
    void edit(int row, int column);
    std::vector<int> chosenRows() const;
    void removeChosen();
    void moveChosen(int delta);
    void retryChosen();
    void changeOutput();

    QueueRunner& m_queue;
    Levels& m_levels;
    Canvas& m_canvas;
    QTableWidget* m_table;
    QLabel* m_recipe;
    QLabel* m_summary;
    QLineEdit* m_folder;
    QLineEdit* m_name;
    QComboBox* m_conflict;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_stop = nullptr;
    bool m_isShowing = false; ///< Changes of the widgets are not the user's.
    Worker m_lister;          ///< Last: stopped before the rest goes.
};

} // namespace casr
