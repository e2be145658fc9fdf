#include "ui/file_exporter.h"

#include "ui/level_pixels.h"

#include "core/base/error.h"
#include "core/io/guarded_stream.h"
#include "core/recipe/recipe_controls.h"

namespace casr {

namespace {

PictureLayout layoutOf(const Document& document, const ExportJob& job) {
    const Image& image = document.picture.image;
    const bool isConverted = job.colours != OutputColours::asPicture;
    const int channels = isConverted ? 3 + image.channels() - image.colourChannels() : image.channels();
    return {job.pixels.size(), channels, document.picture.bitsPerSample, encodingIn(job.colours, image.encoding()),
            document.picture.metadata};
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

struct FileExporter::Context {
    std::shared_ptr<const Document> document;
    std::shared_ptr<Staircase> staircase;
    Plan plan;
};

QStringList checkExport(const Document& document, const ExportJob& job) {
    const PictureLayout layout = layoutOf(document, job);
    checkPictureStream(fileOf(job), layout, streamOptionsOf(job));
    return textsOf(lossesOf(fileOf(job), layout, streamOptionsOf(job)));
}

FileExporter::FileExporter(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {
    connect(&m_task, &LongTask::progressed, this,
            [this](double share) { Q_EMIT progressed(share, m_task.secondsSpent().value_or(0) * (1 / share - 1)); });
    connect(&m_task, &LongTask::done, this, [this] { Q_EMIT finished(m_paths, *m_notes); });
    connect(&m_task, &LongTask::failed, this, &FileExporter::failed);
    connect(&m_task, &LongTask::stopped, this, &FileExporter::stopped);
}

void FileExporter::start(std::vector<ExportJob> jobs) {
    m_paths.clear();
    for (const ExportJob& job : jobs) {
        m_paths << job.path;
    }
    m_notes = std::make_shared<QStringList>();
    const Context context{m_levels.document(), m_levels.staircase(), m_levels.viewingPlan()};
    m_task.start([context, notes = m_notes, jobs = std::move(jobs)](const StopCheck& stop, const LongTask::Report& report) {
        *notes = run(context, jobs, stop, report);
    });
    Q_EMIT started(static_cast<int>(m_paths.size()));
}

QStringList FileExporter::run(const Context& context, const std::vector<ExportJob>& jobs, const StopCheck& stop,
                              const LongTask::Report& report) {
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
            report(done / all);
            return convertedTo(job.colours, image);
        };
        const PictureLayout layout = documentedLayout(*context.document, context.plan, job);
        notes += textsOf(writePictureStreamGuarded(fileOf(job), layout, streamOptionsOf(job), pull, stop));
    }
    notes.removeDuplicates();
    return notes;
}

} // namespace casr
