#pragma once

#include "ui/file_exporter.h"

#include <array>

class QComboBox;

namespace casr {

/// A kind of file that an export can be.
struct ExportFormat {
    const char* name;
    const char* suffix;
    const char* otherSuffix; ///< Or the same.
};

constexpr std::array<ExportFormat, 6> exportFormats{{{"PNG", "png", "png"},
                                                     {"TIFF", "tif", "tiff"},
                                                     {"JPEG", "jpg", "jpeg"},
                                                     {"WebP", "webp", "webp"},
                                                     {"JPEG XL", "jxl", "jxl"},
                                                     {"AVIF", "avif", "avif"}}};

/// The suffix of a path in lower case, without its dot.
QString suffixOf(const QString& path);

QString withSuffix(const QString& path, const char* suffix);

/// Where the path's suffix stands in exportFormats; -1 when it is none of them.
int formatOf(const QString& path);

void addFormats(QComboBox& list);

/// Greys the formats that cannot hold what one of `jobs` writes, wherever it goes; their tips say why.
void greyImpossibleFormats(QComboBox& list, const Document& document, const std::vector<ExportJob>& jobs);

} // namespace casr
