#pragma once

#include "ui/view_transform.h"

#include <QString>

#include <optional>
#include <vector>

namespace casr {

/// A view of a photo to come back to.
struct Bookmark {
    QString name;
    Point centre;                ///< In pixels of the photo.
    double scale = 1;            ///< Device pixels for each pixel of the photo.
    std::optional<int> heldStep; ///< None: the step follows the zoom.

    bool operator==(const Bookmark&) const = default;
};

constexpr std::size_t mostBookmarks = 32; ///< Of one photo.
constexpr int mostBookmarkedPhotos = 64;

/// Those kept in the settings for the photo of that path; what is damaged there is left out.
std::vector<Bookmark> bookmarksOf(const QString& photo);

/// Keeps these in place of the photo's bookmarks. Beyond the most photos, those whose bookmarks were not changed for longest are forgotten.
void keepBookmarks(const QString& photo, const std::vector<Bookmark>& bookmarks);

} // namespace casr
