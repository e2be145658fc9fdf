#pragma once

#include <string>

namespace casr {

/// The EXIF block with the orientation of its main picture set to 1 (upright); a block without the tag, or one that is cut
/// short or nonsense, comes back as it is. With or without the leading "Exif\0\0".
std::string withUprightOrientation(std::string exif);

/// The XMP packet with tiff:Orientation, as attribute or element, set to 1.
std::string withUprightOrientationInXmp(std::string xmp);

/// The block as JPEG stores it, with the leading "Exif\0\0".
std::string withExifPrefix(const std::string& exif);

} // namespace casr
