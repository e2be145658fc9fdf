#include "ui/staircase_dock.h"

#include "ui/canvas.h"
#include "ui/numbers.h"
#include "ui/truth_meter.h"
#include "ui/zoom_settings.h"

#include <QComboBox>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>

#include <algorithm>

namespace casr {

namespace {

constexpr int thumbnailSide = 96;
/// Pixels of the photo in a thumbnail: few enough that the steps differ.
constexpr int thumbnailSource = 64;
constexpr int refreshDelayMs = 200;

/// Row 0 follows the zoom, row k + 1 holds level k.
int rowOf(std::optional<int> level) {
    return level ? *level + 1 : 0;
}

} // namespace

StaircaseDock::StaircaseDock(Levels& levels, RegionRun& run, Canvas& canvas, TruthMeter& truth, QWidget* parent)
    : QDockWidget(tr("Staircase"), parent), m_levels(levels), m_run(run), m_canvas(canvas), m_truth(truth), m_branches(new QComboBox(this)),
      m_list(new QListWidget(this)), m_sentence(new QLabel(this)) {
    setObjectName("staircaseDock");
    m_list->setObjectName("staircaseList");
    m_list->setAccessibleName(tr("Steps of the staircase"));
    m_list->setIconSize({thumbnailSide, thumbnailSide});
    m_list->setSpacing(2);
    m_list->setWordWrap(true);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_branches->setObjectName("branchList");
    m_branches->setAccessibleName(tr("Settings that this photo had; what they computed is kept"));
    m_branches->setToolTip(m_branches->accessibleName());
    m_branches->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_branches->hide();
    m_sentence->setObjectName("truthSentence");
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard | Qt::TextSelectableByMouse);
    m_sentence->setContentsMargins(8, 4, 8, 6);
    m_sentence->hide();
    auto* content = new QWidget(this);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_branches);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_sentence);
    setWidget(content);
    connect(m_sentence, &QLabel::linkActivated, this, &StaircaseDock::showMostAdded);
    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(refreshDelayMs);
    connect(&m_refreshTimer, &QTimer::timeout, this, &StaircaseDock::refresh);
    const auto refreshSoon = [this] {
        if (!m_refreshTimer.isActive()) {
            m_refreshTimer.start();
        }
    };
    connect(&levels, &Levels::replaced, this, &StaircaseDock::rebuild);
    connect(&levels, &Levels::remixed, this, &StaircaseDock::showBranches);
    connect(&levels, &Levels::tileArrived, this, refreshSoon);
    connect(&run, &RegionRun::stepFinished, this, refreshSoon);
    connect(&canvas, &Canvas::regionChanged, this, refreshSoon);
    connect(&canvas, &Canvas::viewChanged, this, refreshSoon);
    connect(&canvas, &Canvas::heldLevelChanged, this, &StaircaseDock::select);
    connect(&truth, &TruthMeter::measured, this, refreshSoon);
    connect(m_list, &QListWidget::currentRowChanged, this, &StaircaseDock::choose);
    connect(m_list, &QListWidget::customContextMenuRequested, this, &StaircaseDock::showMenu);
    connect(m_branches, &QComboBox::activated, this,
            [this](int index) { Q_EMIT branchChosen(m_levels.branches()[static_cast<std::size_t>(index)]); });
}

void StaircaseDock::showMenu(QPoint place) {
    const int level = m_list->indexAt(place).row() - 1;
    if (level < 0 || level >= m_levels.plan().levels()) {
        return;
    }
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto offer = [&](const QString& text, void (StaircaseDock::*request)(int)) {
        QAction* action = menu->addAction(text);
        action->setEnabled(m_levels.isReady());
        connect(action, &QAction::triggered, this, [this, level, request] { Q_EMIT(this->*request)(level); });
    };
    offer(tr("Export This Step\u2026"), &StaircaseDock::exportRequested);
    if (level > 0) {
        offer(tr("Run from This Step"), &StaircaseDock::runRequested);
    }
    menu->popup(m_list->viewport()->mapToGlobal(place));
}

void StaircaseDock::showBranches() {
    m_branches->clear();
    for (const ZoomSettings& settings : m_levels.branches()) {
        m_branches->addItem(settingsText(settings));
    }
    m_branches->setVisible(m_branches->count() > 1);
}

void StaircaseDock::rebuild() {
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    if (!m_levels.document()) {
        return;
    }
    showBranches();
    m_list->addItem(tr("Follow the zoom"));
    for (int level = 0; level < levelsListed(); ++level) {
        m_list->addItem(new QListWidgetItem(textOf(level)));
    }
    select();
    refresh();
}

int StaircaseDock::levelsListed() const {
    const int reached = std::max(m_canvas.shown().level, m_canvas.heldLevel().value_or(0)) + 1;
    return std::max(m_levels.plan().levels(), reached);
}

void StaircaseDock::refresh() {
    if (m_levels.document() && m_list->count() != levelsListed() + 1) {
        rebuild();
        return;
    }
    for (int row = 1; row < m_list->count(); ++row) {
        m_list->item(row)->setText(textOf(row - 1));
        m_list->item(row)->setIcon(thumbnailOf(row - 1));
    }
    showTruth();
}

void StaircaseDock::select() {
    const QSignalBlocker blocker(m_list);
    m_list->setCurrentRow(rowOf(m_canvas.heldLevel()));
}

void StaircaseDock::choose(int row) {
    m_canvas.setHeldLevel(row > 0 ? std::optional<int>(row - 1) : std::nullopt);
}

QString StaircaseDock::textOf(int level) const {
    const Plan& plan = m_levels.viewingPlan();
    const int chosen = m_levels.plan().levels() - 1;
    const Size size = plan.sizeOf(level);
    QStringList lines;
    lines << (level == 0 ? tr("Photo") : tr("Step %1 of %2, \u00d7%3").arg(level).arg(chosen).arg(factorText(plan.cumulativeOf(level))));
    if (level > chosen) {
        lines.first() = tr("Step %1, \u00d7%2").arg(level).arg(factorText(plan.cumulativeOf(level)));
        lines << tr("beyond the chosen scale");
    }
    if (const std::optional<Rect> region = m_canvas.region()) {
        const Rect pixels = regionAt(plan, level, *region);
        lines << tr("region %1").arg(sizeText(pixels.width(), pixels.height()));
    }
    lines << sizeText(size.width, size.height);
    const auto seconds = m_run.stepSeconds().find(level);
    if (seconds != m_run.stepSeconds().end()) {
        lines << tr("computed in %1").arg(durationText(seconds->second));
    } else if (level > 0 && !isComputed(level)) {
        lines << tr("not computed here yet");
    }
    if (const QString truth = truthOfStep(level); !truth.isEmpty()) {
        lines << truth;
    }
    return lines.join('\n');
}

QString StaircaseDock::truthOfStep(int level) const {
    const auto found = m_truth.truths().find(level);
    if (found == m_truth.truths().end()) {
        return {};
    }
    const auto text = [](const Agreement& agreement) {
        return tr("%1 % (%2\u00a0dB)").arg(shareText(agreement.share()), QLocale().toString(agreement.psnr(), 'f', 1));
    };
    const QString less = removed().isEmpty() ? QString() : tr("\n%1 removed").arg(removed());
    const QString photo = tr("gives the photo back: %1").arg(text(found->second.withPhoto)) + less;
    return level == 1 ? photo : tr("gives step %1 back: %2\n").arg(level - 1).arg(text(found->second.withParent)) + photo;
}

QString StaircaseDock::removed() const {
    return cleaningText(m_levels.settings().controls);
}

int StaircaseDock::judgedLevel() const {
    const int shown = m_canvas.shown().level;
    if (shown > 0 || m_truth.truths().empty()) {
        return shown;
    }
    return m_truth.truths().rbegin()->first;
}

void StaircaseDock::showTruth() {
    m_sentence->setText(truthSentence(m_truth.truths(), judgedLevel(), m_levels.viewingPlan(), removed()));
    m_sentence->setVisible(!m_sentence->text().isEmpty());
}

void StaircaseDock::showMostAdded() {
    const auto found = m_truth.truths().find(judgedLevel());
    if (found != m_truth.truths().end()) {
        m_canvas.centreOn(found->second.mostAdded);
    }
}

/// The middle of the region, else of the view.
static ViewTransform thumbnailView(const Canvas& canvas) {
    const Size photo = canvas.view().photo();
    const Area shown = canvas.view().visible();
    Point centre{(shown.left + shown.right) / 2, (shown.top + shown.bottom) / 2};
    if (const std::optional<Rect> region = canvas.region()) {
        centre = {(region->left + region->right) / 2.0, (region->top + region->bottom) / 2.0};
    }
    ViewTransform view;
    view.setView({thumbnailSide, thumbnailSide});
    view.setPhoto(photo);
    const double half = thumbnailSource / 2.0;
    view.fitArea({centre.x - half, centre.y - half, centre.x + half, centre.y + half});
    return view;
}

bool StaircaseDock::isComputed(int level) const {
    return coversView(m_levels, level, thumbnailView(m_canvas));
}

QPixmap StaircaseDock::thumbnailOf(int level) const {
    QImage picture(thumbnailSide, thumbnailSide, QImage::Format_ARGB32_Premultiplied);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    paintUpTo(painter, m_levels, level, thumbnailView(m_canvas), level == 0 ? Magnified::pixels : Magnified::smooth);
    if (!isComputed(level)) {
        painter.fillRect(picture.rect(), QColor(40, 40, 40, 180));
    }
    painter.end();
    return QPixmap::fromImage(picture);
}

} // namespace casr
