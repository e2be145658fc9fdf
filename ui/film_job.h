#pragma once

#include "ui/film_path.h"
#include "ui/zoom_settings.h"

#include <QString>

namespace casr {

enum class FilmFormat { pictures, mp4, webm };

/// A film to be made.
struct FilmJob {
    FilmPath path;
    Mixture mixture;
    int framesPerSecond = 30;
    FilmFormat format = FilmFormat::pictures;
    QString target; ///< The video, or the new folder of the pictures.
};

/// "mp4"; empty for pictures.
QString extensionOf(FilmFormat format);

/// What forbids it, in one line that says what to do; empty when nothing does.
QString problemOf(const FilmJob& job);

} // namespace casr
