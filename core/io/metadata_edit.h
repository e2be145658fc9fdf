#pragma once

#include "core/io/picture_file.h"

#include <string>
#include <vector>

namespace casr {

/// What becomes of the metadata of a photo when a new picture is made of it.
struct MetadataEdit {
    Size size; ///< Of the new picture.
    bool keepPosition = true;
    bool keepsIptc = true; ///< False: the format has no place for IPTC, which becomes XMP.
};

struct EditedMetadata {
    Metadata metadata;
    std::vector<std::string> warnings; ///< What could not be kept, in a user's words.
};

/// The metadata of the new picture: upright, with its size, this program as software where the photo names one or something was done,
/// without the thumbnail of the old pixels, with what was done (`Metadata::done`) in XMP, and on request without the position (GPS; maker
/// notes go with it, because they may hold one too). What is not concerned keeps its bytes. Blocks that nobody can read are kept as they
/// are, or left out when the position must not be kept, with a warning. Never throws for what the blocks hold. Any thread may call it.
EditedMetadata edited(const Metadata& metadata, const MetadataEdit& edit);

/// What writing with or without the photo's metadata begins from: density and what was done are always kept.
Metadata metadataToKeep(const Metadata& metadata, bool keepMetadata);

/// An EXIF block with this density (pixels a millimetre), made when `exif` is empty.
std::string withDensity(const std::string& exif, double pixelsPerMillimetre);

} // namespace casr
