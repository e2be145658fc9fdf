#pragma once

// Pictures and folders for the tests of core/io.

#include "core/io/picture_file.h"
#include "file_support.h"
#include "support.h"

#include <QtTest>

#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

inline const QStringList everyExtension{".jpg", ".png", ".tif", ".webp", ".jxl", ".avif"};

/// With the tiled pyramid, which is written as a stream alone.
inline const QStringList everyStreamedExtension = everyExtension + QStringList{".dz"};

/// A row of test data for each.
inline void addExtensions(const QStringList& extensions = everyExtension) {
    QTest::addColumn<QString>("extension");
    for (const QString& extension : extensions) {
        QTest::newRow(qPrintable(extension)) << extension;
    }
}

/// A picture of noise whose values are exact codes of `bits`; alpha is never 0, because lossless WebP forgets colours under it.
inline casr::Picture codedPicture(casr::Size size, int channels, int bits, std::uint64_t seed = 1) {
    const bool alpha = channels == 2 || channels == 4;
    const int largest = bits == 16 ? 65535 : 255;
    casr::HashRandom random(seed);
    std::vector<float> values(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    for (float& value : values) {
        value = static_cast<float>(1 + random.below(largest)) / static_cast<float>(largest);
    }
    values.front() = 0;
    return {casr::Image(size, channels, std::move(values), {nullptr, alpha}), bits, {}};
}

/// A picture of one colour.
inline casr::Picture flatPicture(casr::Size size, const std::vector<float>& colour, bool alpha = false) {
    std::vector<float> values;
    for (std::int64_t pixel = 0; pixel < size.area(); ++pixel) {
        values.insert(values.end(), colour.begin(), colour.end());
    }
    return {casr::Image(size, static_cast<int>(colour.size()), std::move(values), {nullptr, alpha}), 8, {}};
}

/// A folder that is gone after the test.
class TestFolder {
public:
    std::filesystem::path operator/(const std::string& name) const { return path() / name; }
    std::filesystem::path path() const { return m_folder.path().toStdString(); }
    int count() const {
        return static_cast<int>(std::distance(std::filesystem::directory_iterator(path()), std::filesystem::directory_iterator()));
    }

private:
    QTemporaryDir m_folder;
};
