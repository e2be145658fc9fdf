#include "ui/film_dialog.h"

#include "ui/export_dialog.h"
#include "ui/numbers.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardItemModel>

#include <algorithm>

namespace casr {

namespace {

enum Start { wholePhoto, viewNow };
enum End { fullScale, wholeRegion };

constexpr Size sizes[] = {{640, 360}, {1280, 720}, {1920, 1080}, {2560, 1440}, {3840, 2160}, {1080, 1080}, {1080, 1920}};
constexpr int usualSize = 2;
constexpr int rates[] = {24, 25, 30, 50, 60};
constexpr int usualRate = 2;
constexpr int longestSeconds = 120;

Area areaOf(Rect rect) {
    return {double(rect.left), double(rect.top), double(rect.right), double(rect.bottom)};
}

} // namespace

FilmDialog::FilmDialog(const Levels& levels, const Canvas& canvas, bool video, QWidget* parent)
    : QDialog(parent), m_levels(levels), m_inView(canvas.view().visible()), m_region(canvas.workRegion()) {
    setWindowTitle(tr("Zoom Film"));
    new QFormLayout(this);
    addEnds();
    addFrames();
    addTarget(video);
    suggestTarget();
    connectParts();
    check();
}

QComboBox* FilmDialog::addChoice(const QString& name, const QString& label) {
    auto* choice = new QComboBox(this);
    choice->setObjectName(name);
    static_cast<QFormLayout*>(layout())->addRow(label, choice);
    return choice;
}

void FilmDialog::addEnds() {
    m_start = addChoice("filmStart", tr("&Begins with"));
    m_start->addItems({tr("The whole photo"), tr("What is in view")});
    m_end = addChoice("filmEnd", tr("&Ends with"));
    const QString scale = factorText(m_levels.plan().scale);
    const bool hasRegion = m_region != rectOf(m_levels.document()->size());
    m_end->addItem(hasRegion ? tr("The middle of the region at \u00d7%1, pixel for pixel").arg(scale)
                             : tr("The middle of the view at \u00d7%1, pixel for pixel").arg(scale));
    if (hasRegion) {
        m_end->addItem(tr("The whole region, at most at \u00d7%1").arg(scale));
    }
}

void FilmDialog::addFrames() {
    m_size = addChoice("filmSize", tr("&Size"));
    for (const Size size : sizes) {
        m_size->addItem(sizeText(size.width, size.height));
    }
    m_size->setCurrentIndex(usualSize);
    m_seconds = new QSpinBox(this);
    m_seconds->setObjectName("filmSeconds");
    m_seconds->setRange(1, longestSeconds);
    m_seconds->setValue(6);
    m_seconds->setSuffix(tr(" s"));
    static_cast<QFormLayout*>(layout())->addRow(tr("&Length"), m_seconds);
    m_rate = addChoice("filmRate", tr("&Frames a second"));
    for (const int rate : rates) {
        m_rate->addItem(QString::number(rate), rate);
    }
    m_rate->setCurrentIndex(usualRate);
}

void FilmDialog::addTarget(bool video) {
    m_format = addChoice("filmFormat", tr("&Written as"));
    m_format->addItems({tr("Numbered pictures (PNG) in a new folder"), tr("Video, MP4 (H.264)"), tr("Video, WebM (VP9)")});
    auto* form = static_cast<QFormLayout*>(layout());
    if (video) {
        m_format->setCurrentIndex(static_cast<int>(FilmFormat::mp4));
    } else {
        for (const FilmFormat format : {FilmFormat::mp4, FilmFormat::webm}) {
            static_cast<QStandardItemModel*>(m_format->model())->item(static_cast<int>(format))->setEnabled(false);
        }
        auto* why =
            new QLabel(tr("Videos need the program ffmpeg, which is not installed. Install the package ffmpeg and come back."), this);
        why->setObjectName("filmWhyNoVideo");
        why->setWordWrap(true);
        form->addRow(why);
    }
    m_target = new QLineEdit(this);
    m_target->setObjectName("filmTarget");
    m_target->setAccessibleName(tr("File, or new folder"));
    m_target->setMinimumWidth(360);
    auto* browseButton = new QPushButton(tr("B&rowse\u2026"), this);
    connect(browseButton, &QPushButton::clicked, this, &FilmDialog::browse);
    auto* target = new QHBoxLayout;
    target->addWidget(m_target, 1);
    target->addWidget(browseButton);
    form->addRow(tr("File or folder"), target);
    m_summary = new QLabel(this);
    m_summary->setObjectName("filmSummary");
    m_summary->setWordWrap(true);
    m_summary->setMinimumHeight(fontMetrics().lineSpacing() * 3);
    m_buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel, this);
    form->addRow(m_summary);
    form->addRow(m_buttons);
}

void FilmDialog::connectParts() {
    for (const QComboBox* choice : {m_start, m_end, m_size, m_rate}) {
        connect(choice, &QComboBox::currentIndexChanged, this, &FilmDialog::check);
    }
    connect(m_format, &QComboBox::currentIndexChanged, this, [this] {
        suggestTarget();
        check();
    });
    connect(m_seconds, &QSpinBox::valueChanged, this, &FilmDialog::check);
    connect(m_target, &QLineEdit::textChanged, this, &FilmDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

FilmFormat FilmDialog::format() const {
    return static_cast<FilmFormat>(m_format->currentIndex());
}

Size FilmDialog::frame() const {
    return sizes[m_size->currentIndex()];
}

Area FilmDialog::whole() const {
    return areaOf(rectOf(m_levels.document()->size()));
}

/// "photo_zoom.mp4", or the folder "photo_zoom", beside the photo; a name that is there keeps all but its ending.
void FilmDialog::suggestTarget() {
    QString name = m_target->text();
    if (name.isEmpty()) {
        const QFileInfo beside(suggestedExport(m_levels, 0, "png"));
        const QString photo = m_levels.document()->path;
        const QString base = photo.isEmpty() ? tr("picture") : QFileInfo(photo).completeBaseName();
        name = QDir::toNativeSeparators(beside.absoluteDir().filePath(tr("%1_zoom").arg(base)));
    }
    for (const FilmFormat other : {FilmFormat::mp4, FilmFormat::webm}) {
        if (const QString ending = "." + extensionOf(other); name.endsWith(ending)) {
            name.chop(ending.size());
        }
    }
    const QString extension = extensionOf(format());
    m_target->setText(extension.isEmpty() ? name : name + "." + extension);
}

void FilmDialog::browse() {
    const QString filter = format() == FilmFormat::pictures ? tr("New folder (*)")
                           : format() == FilmFormat::mp4    ? tr("MP4 (*.mp4)")
                                                            : tr("WebM (*.webm)");
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Zoom Film To"), m_target->text(), filter, nullptr, QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty()) {
        m_target->setText(QDir::toNativeSeparators(path));
    }
}

double FilmDialog::lastScale() const {
    const double full = m_levels.plan().scale;
    return m_end->currentIndex() == wholeRegion ? std::min(scaleToFit(areaOf(m_region), frame()), full) : full;
}

FilmJob FilmDialog::job() const {
    const bool hasRegion = m_region != rectOf(m_levels.document()->size());
    const Area aim = hasRegion ? areaOf(m_region) : m_inView;
    FilmJob job;
    job.framesPerSecond = m_rate->currentData().toInt();
    job.path = filmPath(m_levels.document()->size(), frame(), m_start->currentIndex() == wholePhoto ? whole() : m_inView,
                        {(aim.left + aim.right) / 2, (aim.top + aim.bottom) / 2}, lastScale(), m_seconds->value() * job.framesPerSecond);
    job.mixture = m_levels.mixture();
    job.format = format();
    job.target = QFileInfo(QDir::fromNativeSeparators(m_target->text())).absoluteFilePath();
    return job;
}

void FilmDialog::check() {
    const FilmJob chosen = job();
    const QString problem = problemOf(chosen);
    m_buttons->button(QDialogButtonBox::Save)->setEnabled(problem.isEmpty());
    const QString what = tr("%1 frames from \u00d7%2 to \u00d7%3.")
                             .arg(chosen.path.frames)
                             .arg(factorText(chosen.path.from.scale), factorText(chosen.path.to.scale));
    const bool replaces = chosen.format != FilmFormat::pictures && QFileInfo::exists(chosen.target);
    const QString note = replaces ? tr("This file exists and will be replaced.") : QString();
    m_summary->setText(problem.isEmpty() ? QStringList{what, note}.join('\n').trimmed() : problem);
}

} // namespace casr
