#include "ui/exporter.h"

#include "ui/level_pixels.h"

#include "core/base/error.h"
#include "core/io/guarded_stream.h"
#include "core/recipe/recipe_controls.h"

#include <chrono>

namespace casr {

namespace {

PictureLayout layoutOf(const Document& document, const ExportJob& job) {
    const Image& image = document.picture.image;
    return {job.pixels.size(), image.channels(), document.picture.bitsPerSample, image.encoding(), document.picture.metadata};
}

/// The layout with what was done in its metadata: nothing to level 0, which is the photo.
PictureLayout documentedLayout(const Document& document, const Plan& plan, const ExportJob& job) {
    PictureLayout layout = layoutOf(document, job);
    if (job.level > 0) {
        layout.metadata.done = doneBy(job.recipe, planUpTo(plan, job.level));
    }
    return layout;
}

QStringList textsOf(const std::vector<std::string>& lines) {
    QStringList texts;
    for (const std::string& line : lines) {
        texts << QString::fromStdString(line);
    }
    return texts;
}

std::filesystem::path fileOf(const ExportJob& job) {
    return std::filesystem::path(job.path.toStdU16String());
}

StreamOptions streamOptionsOf(const ExportJob& job) {
    StreamOptions options;
    options.write = job.options;
    return options;
}

double areaOf(const std::vector<ExportJob>& jobs) {
    double sum = 0;
    for (const ExportJob& job : jobs) {
        sum += static_cast<double>(job.pixels.size().area());
    }
    return sum;
}

} // namespace

struct Exporter::Context {
    std::shared_ptr<const Document> document;
    std::shared_ptr<Staircase> staircase;
    Plan plan;
};

QStringList checkExport(const Document& document, const ExportJob& job) {
    const PictureLayout layout = layoutOf(document, job);
    checkPictureStream(fileOf(job), layout, streamOptionsOf(job));
    return textsOf(lossesOf(fileOf(job), layout, streamOptionsOf(job)));
}

Exporter::Exporter(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {}

Exporter::~Exporter() {
    m_stopRequested = true;
}

void Exporter::start(std::vector<ExportJob> jobs) {
    m_isRunning = true;
    m_stopRequested = false;
    Q_EMIT started(static_cast<int>(jobs.size()));
    const Context context{m_levels.document(), m_levels.staircase(), m_levels.viewingPlan()};
    m_worker.post([this, context, jobs = std::move(jobs)](std::stop_token token) {
        const StopCheck stop = [this, token] { return m_stopRequested || token.stop_requested(); };
        QStringList notes, paths;
        const GuardedOutcome outcome = guarded([&] { notes = run(context, jobs, stop); });
        for (const ExportJob& job : jobs) {
            paths << job.path;
        }
        QMetaObject::invokeMethod(this, [this, outcome, paths, notes] { end(outcome, paths, notes); });
    });
}

QStringList Exporter::run(const Context& context, const std::vector<ExportJob>& jobs, const StopCheck& stop) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    const double all = areaOf(jobs);
    double done = 0;
    QStringList notes;
    for (const ExportJob& job : jobs) {
        checkExport(*context.document, job);
    }
    for (const ExportJob& job : jobs) {
        const float plain = controlsNamed(job.recipe.controls).plain;
        const auto pull = [&](Rect rect) {
            if (stop()) {
                throw Cancelled();
            }
            const Image image = levelPixels(*context.document, context.staircase.get(), job.level,
                                            translated(rect, job.pixels.left, job.pixels.top), plain, stop);
            done += static_cast<double>(rect.size().area());
            const double share = done / all, seconds = std::chrono::duration<double>(Clock::now() - start).count();
            QMetaObject::invokeMethod(this, [this, share, seconds] { Q_EMIT progressed(share, seconds * (1 / share - 1)); });
            return image;
        };
        const PictureLayout layout = documentedLayout(*context.document, context.plan, job);
        notes += textsOf(writePictureStreamGuarded(fileOf(job), layout, streamOptionsOf(job), pull, stop));
    }
    notes.removeDuplicates();
    return notes;
}

void Exporter::end(const GuardedOutcome& outcome, const QStringList& paths, const QStringList& notes) {
    m_isRunning = false;
    if (outcome.isCancelled) {
        Q_EMIT stopped();
    } else if (!outcome.error.isEmpty()) {
        Q_EMIT failed(outcome.error);
    } else {
        Q_EMIT finished(paths, notes);
    }
}

void Exporter::stop() {
    m_stopRequested = true;
}

} // namespace casr
