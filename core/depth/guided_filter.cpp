#include "core/depth/guided_filter.h"

#include "core/image/quantise.h"

#include <opencv2/ximgproc/edge_filter.hpp>

namespace casr {

namespace {

constexpr int largestBefore = 4096; // A power of two: multiples of its inverse are exact, and so are their products.
constexpr int largestAfter = 65535;

cv::Mat rounded(const Image& plane) {
    cv::Mat mat(plane.height(), plane.width(), CV_32FC1);
    float* out = mat.ptr<float>();
    for (const float value : plane.values()) {
        *out++ = static_cast<float>(quantised(value, largestBefore)) / largestBefore;
    }
    return mat;
}

/// Luma of BT.601.
Image lumaOf(const Image& picture) {
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(picture.size().area()));
    for (std::size_t i = 0; i + 2 < picture.values().size(); i += 3) {
        values.push_back(0.299f * picture.values()[i] + 0.587f * picture.values()[i + 1] + 0.114f * picture.values()[i + 2]);
    }
    return Image(picture.size(), 1, std::move(values));
}

Image imageOf(const cv::Mat& mat) {
    std::vector<float> values(mat.begin<float>(), mat.end<float>());
    for (float& value : values) {
        value = static_cast<float>(quantised(value, largestAfter)) / largestAfter;
    }
    return Image({mat.cols, mat.rows}, 1, std::move(values));
}

} // namespace

Image guidedFiltered(const Image& guide, const Image& plane, int radius, double noise) {
    cv::Mat filtered;
    cv::ximgproc::guidedFilter(rounded(lumaOf(guide)), rounded(plane), filtered, radius, noise);
    return imageOf(filtered);
}

} // namespace casr
