#pragma once

#include "ui/document.h"
#include "ui/film_path.h"
#include "ui/zoom_settings.h"

#include "core/image/sampling.h"
#include "core/zoom/staircase.h"

#include <QImage>

#include <optional>

namespace casr {

/// The photo at one of a few scales, from which the frames near it are made smaller, by a factor of 2^(1/2) at most: so all of them show
/// the same computed pixels, and nothing flickers. Level 0 is the photo itself.
struct FilmScale {
    int level = 0;
    Size whole; ///< Pixels of the photo at that scale.

    bool operator==(const FilmScale&) const = default;
};

/// The smallest of these scales that has at least `scale` pixels for each pixel of the photo.
FilmScale filmScaleFor(const Plan& plan, double scale);

/// Makes the frames of a film, in sRGB whatever the screen's colours are. Only pixels that the window would show are shown, at most made
/// smaller. In memory are, beside the photo, the pixels of one scale that the film shows: at most some twice the pixels of a frame. For one
/// thread, which is not the window's.
class FilmFrames {
public:
    FilmFrames(std::shared_ptr<const Document> document, std::shared_ptr<Staircase> staircase, FilmPath path, Mixture mixture);

    int count() const { return m_path.frames; }
    /// Frames in order are quickest. Throws Error or Cancelled.
    QImage frame(int index, const StopCheck& stop);

private:
    /// The pixels of a frame that show the photo, and what they read of it at a scale.
    struct Reading {
        Rect box;
        std::vector<Taps> columns;
        std::vector<Taps> rows;
    };

    FilmScale scaleOf(int index) const { return filmScaleFor(m_staircase->plan(), m_path.viewAt(index).scale); }
    Reading readingOf(int index, Size whole) const;
    Rect readAtScale(const FilmScale& scale) const;
    PlacedImage pixelsOf(const FilmScale& scale, const StopCheck& stop) const;

    std::shared_ptr<const Document> m_document;
    DisplayColours m_colours;
    std::shared_ptr<Staircase> m_staircase;
    FilmPath m_path;
    Mixture m_mixture;
    std::optional<FilmScale> m_scale; ///< Of the pixels that are there.
    PlacedImage m_pixels;
};

} // namespace casr
