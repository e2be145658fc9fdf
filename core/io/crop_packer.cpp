#include "core/io/crop_packer.h"

#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/io/colour_transform.h"
#include "core/io/picture_file.h"
#include "core/train/crop_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace casr {

namespace {

/// Names in order, so that the crop file depends on the folder's contents alone.
std::vector<std::filesystem::path> filesOf(const std::filesystem::path& folder) {
    std::error_code failure;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    if (failure) {
        throw Error("'" + folder.string() + "' cannot be listed (" + failure.message() + "). Give a folder of pictures.");
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// "castle_3.png" and "castle_4.png" are parts of the photo "castle".
std::string photoNameOf(const std::filesystem::path& file) {
    const std::string stem = file.stem().string();
    return stem.substr(0, stem.rfind('_'));
}

void appendCrop(const Image& image, Rect rect, std::uint32_t photo, CropFile& crops) {
    crops.photos.push_back(photo);
    for (int y = rect.top; y < rect.bottom; ++y) {
        for (int x = rect.left; x < rect.right; ++x) {
            for (int channel = 0; channel < 3; ++channel) {
                crops.pixels.push_back(static_cast<std::uint8_t>(image.at(x, y, channel) * 255.0f + 0.5f));
            }
        }
    }
}

/// Cuts `image` on a grid from the top left; what is left over at the right and bottom is not used.
void appendCrops(const Image& image, std::uint32_t photo, CropFile& crops) {
    const Image rounded = roundedTo8Bit(convertedToSrgb(image));
    const int edge = crops.edge;
    for (int top = 0; top + edge <= image.height(); top += edge) {
        for (int left = 0; left + edge <= image.width(); left += edge) {
            appendCrop(rounded, rectAt(left, top, {edge, edge}), photo, crops);
        }
    }
}

/// Numbers photos in the order in which they are first used.
class PhotoNumbers {
public:
    std::uint32_t of(const std::string& name) {
        return m_numbers.emplace(name, static_cast<std::uint32_t>(m_numbers.size())).first->second;
    }

private:
    std::map<std::string, std::uint32_t> m_numbers;
};

} // namespace

void packCrops(const std::filesystem::path& folder, int edge, const std::filesystem::path& file,
               const std::function<void(const std::string&)>& report) {
    CropFile crops;
    crops.edge = edge;
    PhotoNumbers numbers;
    for (const std::filesystem::path& picture : filesOf(folder)) {
        try {
            const Image image = readPicture(picture).image;
            if (std::min(image.width(), image.height()) < edge) {
                report("'" + picture.string() + "' is smaller than a crop and left out.");
                continue;
            }
            appendCrops(image, numbers.of(photoNameOf(picture)), crops);
        } catch (const Error& error) {
            report(std::string("Left out: ") + error.what());
        }
    }
    if (crops.photos.empty()) {
        throw Error("'" + folder.string() + "' gives no crop of " + std::to_string(edge) +
                    " pixels a side. Give a folder of larger pictures.");
    }
    writeCropFile(file, crops);
}

} // namespace casr
