#pragma once

#include "ui/display_image.h"
#include "ui/source_pyramid.h"

#include "core/io/picture_file.h"
#include "core/zoom/photo.h"

#include <QString>

#include <memory>

namespace casr {

/// A photo as the window holds it: as it was read, split for the staircase, and ready for the screen. Immutable, any thread.
struct Document {
    QString path; ///< Empty for a pasted picture.
    Picture picture;
    Photo photo;
    DisplayColours colours;
    SourcePyramid pyramid;

    QString name() const;
    Size size() const { return photo.size(); }
};

/// Prepares a picture; slow. Throws Error, or Cancelled when `stop` says so.
std::shared_ptr<const Document> documentOf(QString path, Picture picture, const ScreenProfile& screen, const StopCheck& stop);

/// The same photo for another screen; slow. Throws Cancelled.
std::shared_ptr<const Document> recoloured(const Document& document, const ScreenProfile& screen, const StopCheck& stop);

} // namespace casr
