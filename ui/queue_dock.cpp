#include "ui/queue_dock.h"

#include "ui/canvas.h"
#include "ui/guarded.h"
#include "ui/numbers.h"
#include "ui/recipe_controller.h"
#include "ui/session.h"

#include "core/recipe/recipe_controls.h"

#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace casr {

namespace {

enum Column { fileColumn, regionColumn, scaleColumn, stateColumn, resultColumn, columns };

QString textOf(Rect region) {
    return QString("%1,%2,%3,%4").arg(region.left).arg(region.top).arg(region.width()).arg(region.height());
}

/// Empty where the batch's recipe rules.
QString scaleText(const BatchItem& item) {
    const std::optional<double> own = item.recipe ? std::optional(item.recipe->scale) : std::nullopt;
    const std::optional<double> scale = item.scale ? item.scale : own;
    return scale ? factorText(*scale) : QString();
}

QString textOf(const Recipe& recipe) {
    ZoomSettings settings{recipe.scale, recipe.stepLimit, {}};
    guarded([&] { settings.controls = controlsNamed(recipe.controls); }); // what is unknown fails when it runs
    return settingsText(settings);
}

QString stateText(const BatchItem& item) {
    switch (item.state) {
    case ItemState::running: return QueueDock::tr("running");
    case ItemState::done: return QueueDock::tr("done in %1").arg(durationText(item.seconds));
    case ItemState::skipped: return QueueDock::tr("skipped");
    case ItemState::failed: return QueueDock::tr("failed");
    default: return QueueDock::tr("waiting");
    }
}

QString resultText(const BatchItem& item) {
    return item.error.empty() ? QFileInfo(QString::fromStdString(item.output)).fileName() : QString::fromStdString(item.error);
}

QStringList filesOf(const QMimeData* data) {
    QStringList files;
    for (const QUrl& url : data->urls()) {
        if (url.isLocalFile()) {
            files << url.toLocalFile();
        }
    }
    return files;
}

} // namespace

QueueDock::QueueDock(QueueRunner& queue, Levels& levels, Canvas& canvas, QWidget* parent)
    : QDockWidget(tr("Queue"), parent), m_queue(queue), m_levels(levels), m_canvas(canvas), m_table(new QTableWidget(0, columns, this)),
      m_recipe(new QLabel(this)), m_summary(new QLabel(this)), m_folder(new QLineEdit(this)), m_name(new QLineEdit(this)),
      m_conflict(new QComboBox(this)) {
    setObjectName("queueDock");
    setAcceptDrops(true);
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->addWidget(buildTable(), 1);
    layout->addWidget(buildButtons());
    layout->addWidget(buildOutput());
    setWidget(content);
    connect(&queue, &QueueRunner::changed, this, [this] { show(m_queue.batch()); });
    connect(&queue, &QueueRunner::progressed, this, &QueueDock::showProgress);
    connect(&queue, &QueueRunner::failed, this, &QueueDock::failed);
    show(queue.batch());
}

QWidget* QueueDock::buildTable() {
    m_table->setObjectName("queueTable");
    m_table->setAccessibleName(tr("Files of the queue"));
    m_table->setHorizontalHeaderLabels({tr("File"), tr("Region"), tr("Scale"), tr("State"), tr("Result")});
    m_table->horizontalHeaderItem(regionColumn)->setToolTip(tr("x,y,width,height; empty: the recipe's"));
    m_table->horizontalHeaderItem(scaleColumn)->setToolTip(tr("Empty: the recipe's"));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setMinimumHeight(90);
    connect(m_table, &QTableWidget::cellChanged, this, &QueueDock::edit);
    return m_table;
}

QPushButton* QueueDock::addButton(QLayout& layout, const QString& name, const QString& text, const QString& tip,
                                  const std::function<void()>& call) {
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    button->setToolTip(tip);
    layout.addWidget(button);
    connect(button, &QPushButton::clicked, this, call);
    return button;
}

QWidget* QueueDock::buildButtons() {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    addButton(*layout, "queueAddFiles", tr("Add Files\u2026"), tr("Photos to the end of the queue"), [this] { chooseFiles(); });
    addButton(*layout, "queueAddFolder", tr("Add Folder\u2026"), tr("All photos of a folder"), [this] { chooseFolder(); });
    addButton(*layout, "queueAddShown", tr("Add Shown"), tr("The opened photo with its region"), [this] { addShown(); });
    addButton(*layout, "queueRemove", tr("Remove"), tr("Take the chosen files out of the queue"), [this] { removeChosen(); });
    addButton(*layout, "queueUp", tr("Up"), tr("The chosen files earlier"), [this] { moveChosen(-1); });
    addButton(*layout, "queueDown", tr("Down"), tr("The chosen files later"), [this] { moveChosen(1); });
    addButton(*layout, "queueRetry", tr("Again"), tr("The chosen files wait again"), [this] { retryChosen(); });
    layout->addStretch(1);
    m_summary->setObjectName("queueSummary");
    layout->addWidget(m_summary);
    m_start = addButton(*layout, "queueStart", tr("Start"), tr("Work through the files that wait"), [this] { m_queue.start(); });
    m_pause = addButton(*layout, "queuePause", tr("Pause"), tr("Finish the running file, then wait"), [this] { m_queue.pause(); });
    m_stop = addButton(*layout, "queueStop", tr("Stop"), tr("Stop now; the running file waits again"), [this] { m_queue.stop(); });
    return row;
}

QWidget* QueueDock::buildOutput() {
    auto* box = new QWidget(this);
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    m_recipe->setObjectName("queueRecipe");
    m_folder->setObjectName("queueFolder");
    m_folder->setPlaceholderText(tr("beside each photo"));
    m_folder->setAccessibleName(tr("Folder of the results"));
    m_name->setObjectName("queueName");
    m_name->setAccessibleName(tr("Name of a result"));
    m_name->setToolTip(tr("Of {name}, {scale}, {ext} and {number}"));
    m_conflict->setObjectName("queueConflict");
    m_conflict->setAccessibleName(tr("When a result's name is taken"));
    m_conflict->addItems({tr("Skip"), tr("Number"), tr("Replace")});
    m_conflict->setToolTip(m_conflict->accessibleName());
    layout->addWidget(new QLabel(tr("Settings:"), this));
    layout->addWidget(m_recipe);
    addButton(*layout, "queueTakeSettings", tr("Window's"),
              tr("The chosen files, or all that have no settings of their own, take the window's scale, steps and cleaning"),
              [this] { give(recipeOf(m_levels, std::nullopt)); });
    addButton(*layout, "queueTakeRecipe", tr("Recipe\u2026"),
              tr("The chosen files, or all that have no settings of their own, take a saved recipe"), [this] { chooseRecipe(); });
    layout->addWidget(new QLabel(tr("To"), this));
    layout->addWidget(m_folder, 1);
    layout->addWidget(m_name, 1);
    layout->addWidget(m_conflict);
    connect(m_folder, &QLineEdit::editingFinished, this, &QueueDock::changeOutput);
    connect(m_name, &QLineEdit::editingFinished, this, &QueueDock::changeOutput);
    connect(m_conflict, &QComboBox::activated, this, &QueueDock::changeOutput);
    return box;
}

void QueueDock::chooseFiles() {
    add(QFileDialog::getOpenFileNames(this, tr("Add Files")));
}

void QueueDock::chooseFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Add Folder"));
    if (!folder.isEmpty()) {
        add({folder});
    }
}

void QueueDock::chooseRecipe() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Take Recipe"), QString(), tr("Recipes (*.json)"));
    if (path.isEmpty()) {
        return;
    }
    m_lister.post([this, path](std::stop_token) {
        Recipe recipe;
        const GuardedOutcome outcome = guarded([&] {
            recipe = readRecipe(std::filesystem::path(path.toStdU16String()));
            controlsNamed(recipe.controls);
        });
        QMetaObject::invokeMethod(this, [this, recipe, error = outcome.error] {
            if (error.isEmpty()) {
                give(recipe);
            } else {
                Q_EMIT failed(error);
            }
        });
    });
}

void QueueDock::give(const Recipe& recipe) {
    m_queue.change([&](Batch& batch) {
        const std::vector<int> rows = chosenRows();
        if (rows.empty()) {
            batch.recipe = recipe;
        }
        for (const int row : rows) {
            batch.items[static_cast<std::size_t>(row)].recipe = recipe;
        }
    });
}

void QueueDock::add(const QStringList& paths) {
    std::vector<std::string> named;
    for (const QString& path : paths) {
        named.push_back(QFileInfo(path).absoluteFilePath().toStdString());
    }
    m_lister.post([this, named](std::stop_token) {
        std::vector<BatchItem> items;
        const GuardedOutcome outcome = guarded([&] {
            for (const std::string& file : expandedInputs(named)) {
                items.emplace_back();
                items.back().input = file;
            }
        });
        QMetaObject::invokeMethod(this, [this, items, error = outcome.error] {
            if (error.isEmpty()) {
                append(items);
            } else {
                Q_EMIT failed(error);
            }
        });
    });
}

void QueueDock::addShown() {
    if (!m_levels.document() || m_levels.document()->path.isEmpty()) {
        Q_EMIT failed(tr("Open a photo from a file first; a pasted picture has no file to go by."));
        return;
    }
    BatchItem item;
    item.input = m_levels.document()->path.toStdString();
    item.recipe = recipeOf(m_levels, std::nullopt);
    item.region = m_canvas.region();
    append({item});
}

void QueueDock::append(const std::vector<BatchItem>& items) {
    const bool isFirst = m_queue.batch().items.empty();
    m_queue.change([&](Batch& batch) {
        if (isFirst) {
            batch.recipe = recipeOf(m_levels, std::nullopt);
        }
        batch.items.insert(batch.items.end(), items.begin(), items.end());
    });
}

void QueueDock::show(const Batch& batch) {
    m_isShowing = true;
    m_table->setRowCount(static_cast<int>(batch.items.size()));
    for (std::size_t row = 0; row < batch.items.size(); ++row) {
        showRow(static_cast<int>(row), batch.items[row]);
    }
    m_recipe->setText(textOf(batch.recipe));
    m_folder->setText(QString::fromStdString(batch.folder));
    m_name->setText(QString::fromStdString(batch.nameTemplate));
    m_conflict->setCurrentIndex(static_cast<int>(batch.conflict));
    m_start->setEnabled(m_queue.canStart());
    m_pause->setEnabled(m_queue.isRunning());
    m_stop->setEnabled(m_queue.isRunning());
    m_isShowing = false;
    showProgress();
}

void QueueDock::showRow(int row, const BatchItem& item) {
    const QString texts[columns] = {QFileInfo(QString::fromStdString(item.input)).fileName(),
                                    item.region ? textOf(*item.region) : QString(), scaleText(item), stateText(item), resultText(item)};
    for (int column = 0; column < columns; ++column) {
        auto* cell = new QTableWidgetItem(texts[column]);
        cell->setToolTip(column == fileColumn ? QDir::toNativeSeparators(QString::fromStdString(item.input)) : texts[column]);
        const bool isOpen = item.state == ItemState::waiting && (column == regionColumn || column == scaleColumn);
        cell->setFlags(isOpen ? cell->flags() | Qt::ItemIsEditable : cell->flags() & ~Qt::ItemIsEditable);
        m_table->setItem(row, column, cell);
    }
}

void QueueDock::showProgress() {
    const Batch& batch = m_queue.batch();
    const std::size_t done = batch.items.size() - countOf(batch, ItemState::waiting) - countOf(batch, ItemState::running);
    QString text = tr("%1 of %2").arg(done).arg(batch.items.size());
    if (m_queue.isRunning()) {
        text += tr(", this one %1 %").arg(static_cast<int>(m_queue.share() * 100));
    }
    if (const std::size_t bad = countOf(batch, ItemState::failed); bad > 0) {
        text += tr(", %1 failed").arg(bad);
    }
    m_summary->setText(text);
}

void QueueDock::edit(int row, int column) {
    if (m_isShowing || (column != regionColumn && column != scaleColumn)) {
        return;
    }
    const QString text = m_table->item(row, column)->text().trimmed();
    const std::optional<Rect> region = column == regionColumn ? parsedRegion(text) : std::nullopt;
    const std::optional<double> scale = column == scaleColumn ? parsedNumber(text) : std::nullopt;
    const bool isWrong = !text.isEmpty() && !region && !(scale && *scale >= 1 && *scale <= maxScale);
    if (isWrong) {
        Q_EMIT failed(column == regionColumn ? tr("A region is x,y,width,height in pixels of the photo.")
                                             : tr("A scale is a number from 1 to 64."));
    }
    m_queue.change([&](Batch& batch) {
        BatchItem& item = batch.items[static_cast<std::size_t>(row)];
        if (!isWrong && column == regionColumn) {
            item.region = region;
        } else if (!isWrong) {
            item.scale = scale;
        }
    });
}

std::vector<int> QueueDock::chosenRows() const {
    std::vector<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) {
        if (m_queue.running() != static_cast<std::size_t>(index.row())) {
            rows.push_back(index.row());
        }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

void QueueDock::removeChosen() {
    const std::vector<int> rows = chosenRows();
    m_queue.change([&](Batch& batch) {
        for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
            batch.items.erase(batch.items.begin() + *row);
        }
    });
}

void QueueDock::moveChosen(int delta) {
    std::vector<int> rows = chosenRows();
    if (delta > 0) {
        std::reverse(rows.begin(), rows.end());
    }
    const int last = m_table->rowCount() - 1;
    if (rows.empty() || rows.front() + delta < 0 || rows.front() + delta > last) {
        return;
    }
    m_queue.change([&](Batch& batch) {
        for (const int row : rows) {
            std::swap(batch.items[static_cast<std::size_t>(row)], batch.items[static_cast<std::size_t>(row + delta)]);
        }
    });
    m_table->clearSelection();
    for (const int row : rows) {
        m_table->selectionModel()->select(m_table->model()->index(row + delta, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
}

void QueueDock::retryChosen() {
    m_queue.change([rows = chosenRows()](Batch& batch) {
        for (const int row : rows) {
            BatchItem& item = batch.items[static_cast<std::size_t>(row)];
            item.state = ItemState::waiting;
            item.error.clear();
            item.output.clear();
        }
    });
}

void QueueDock::changeOutput() {
    if (m_isShowing) {
        return;
    }
    m_queue.change([this](Batch& batch) {
        batch.folder = m_folder->text().trimmed().toStdString();
        batch.nameTemplate = m_name->text().trimmed().toStdString();
        batch.conflict = static_cast<Conflict>(m_conflict->currentIndex());
    });
}

void QueueDock::dragEnterEvent(QDragEnterEvent* event) {
    if (!filesOf(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void QueueDock::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    add(filesOf(event->mimeData()));
}

} // namespace casr
