#include "ui/bookmarks.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSettings>

#include <cmath>

namespace casr {

namespace {

constexpr const char* settingsKey = "bookmarks";
constexpr int longestName = 200;

/// The photos with their bookmarks, the one that was changed last first.
QJsonArray keptPhotos() {
    return QJsonDocument::fromJson(QSettings().value(settingsKey).toString().toUtf8()).array();
}

QString keyOf(const QString& photo) {
    return QFileInfo(photo).absoluteFilePath();
}

QJsonObject written(const Bookmark& bookmark) {
    QJsonObject object{
        {"name", bookmark.name.left(longestName)}, {"x", bookmark.centre.x}, {"y", bookmark.centre.y}, {"scale", bookmark.scale}};
    if (bookmark.heldStep) {
        object.insert("step", *bookmark.heldStep);
    }
    return object;
}

std::optional<Bookmark> read(const QJsonObject& object) {
    Bookmark bookmark{object["name"].toString().left(longestName),
                      {object["x"].toDouble(NAN), object["y"].toDouble(NAN)},
                      object["scale"].toDouble(NAN),
                      std::nullopt};
    if (const int step = object["step"].toInt(-1); step >= 0) {
        bookmark.heldStep = step;
    }
    const bool hasPlace = std::isfinite(bookmark.centre.x) && std::isfinite(bookmark.centre.y);
    const bool hasScale = bookmark.scale >= ViewTransform::smallestScale && bookmark.scale <= ViewTransform::largestScale;
    return hasPlace && hasScale && !bookmark.name.isEmpty() ? std::optional(bookmark) : std::nullopt;
}

QJsonArray written(const std::vector<Bookmark>& bookmarks) {
    QJsonArray list;
    for (const Bookmark& bookmark : bookmarks) {
        list.append(written(bookmark));
    }
    return list;
}

} // namespace

std::vector<Bookmark> bookmarksOf(const QString& photo) {
    std::vector<Bookmark> bookmarks;
    for (const QJsonValue kept : keptPhotos()) {
        if (kept["path"].toString() != keyOf(photo)) {
            continue;
        }
        for (const QJsonValue view : kept["views"].toArray()) {
            if (const std::optional<Bookmark> bookmark = read(view.toObject()); bookmark && bookmarks.size() < mostBookmarks) {
                bookmarks.push_back(*bookmark);
            }
        }
    }
    return bookmarks;
}

void keepBookmarks(const QString& photo, const std::vector<Bookmark>& bookmarks) {
    QJsonArray photos;
    if (!bookmarks.empty()) {
        photos.append(QJsonObject{{"path", keyOf(photo)}, {"views", written(bookmarks)}});
    }
    for (const QJsonValue kept : keptPhotos()) {
        if (kept["path"].toString() != keyOf(photo) && photos.size() < mostBookmarkedPhotos) {
            photos.append(kept);
        }
    }
    QSettings().setValue(settingsKey, QString::fromUtf8(QJsonDocument(photos).toJson(QJsonDocument::Compact)));
}

} // namespace casr
