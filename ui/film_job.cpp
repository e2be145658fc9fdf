#include "ui/film_job.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace casr {

namespace {

QString said(const char* text) {
    return QCoreApplication::translate("FilmJob", text);
}

} // namespace

QString extensionOf(FilmFormat format) {
    switch (format) {
    case FilmFormat::mp4: return "mp4";
    case FilmFormat::webm: return "webm";
    default: return {};
    }
}

QString problemOf(const FilmJob& job) {
    const QFileInfo target(job.target), folder(target.absolutePath());
    const QString name = QDir::toNativeSeparators(job.target);
    if (!job.path.zoomsIn()) {
        return said("The film would not zoom in. Choose smaller frames, a larger scale (Ctrl+R) or another end.");
    }
    if (!folder.isDir() || !folder.isWritable()) {
        return said("'%1' cannot be written. Choose a folder that may be written to.").arg(name);
    }
    if (job.format == FilmFormat::pictures && target.exists() && !(target.isDir() && QDir(job.target).isEmpty())) {
        return said("'%1' exists already. Choose the name of a new folder for the pictures.").arg(name);
    }
    if (job.format != FilmFormat::pictures && target.isDir()) {
        return said("'%1' is a folder. Choose the name of a file for the video.").arg(name);
    }
    return {};
}

} // namespace casr
