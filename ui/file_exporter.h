#pragma once

#include "ui/levels.h"
#include "ui/long_task.h"

#include "core/io/output_colours.h"
#include "core/io/picture_stream.h"
#include "core/recipe/recipe.h"

#include <QObject>
#include <QStringList>

#include <memory>

namespace casr {

/// One file to write: the part `pixels` of `level`.
struct ExportJob {
    QString path;
    int level = 0;
    Rect pixels;
    WriteOptions options;
    Recipe recipe = {}; ///< What made the picture, for the file's metadata.
    OutputColours colours = OutputColours::asPicture;
};

/// Writes levels to files on a thread of its own; what is not computed yet is computed on the way. Lives in the GUI thread.
class FileExporter : public QObject {
    Q_OBJECT

public:
    /// When it goes, it stops and waits.
    explicit FileExporter(Levels& levels, QObject* parent = nullptr);

    /// Writes the files one after another; the first that fails ends it. Nothing may be under way.
    void start(std::vector<ExportJob> jobs);
    void stop() { m_task.stop(); }
    bool isRunning() const { return m_task.isRunning(); }
    std::optional<double> secondsSpent() const { return m_task.secondsSpent(); }

Q_SIGNALS:
    void started(int files);
    /// `share` 0 .. 1 of all files; `secondsToGo` is below 0 while unknown.
    void progressed(double share, double secondsToGo);
    /// `notes`: what the files could not keep.
    void finished(const QStringList& paths, const QStringList& notes);
    void failed(const QString& message);
    void stopped();

private:
    struct Context;

    static QStringList run(const Context& context, const std::vector<ExportJob>& jobs, const StopCheck& stop,
                           const LongTask::Report& report);

    Levels& m_levels;
    QStringList m_paths;
    std::shared_ptr<QStringList> m_notes; ///< The worker's until it is done.
    LongTask m_task;                      ///< Last: stopped before the rest goes.
};

/// What writing `job` would be, for the check before anything is computed; gives what the file could not keep. Throws Error.
QStringList checkExport(const Document& document, const ExportJob& job);

} // namespace casr
