#include "core/depth/guided_filter.h"

#include "core/image/quantise.h"

#include <opencv2/ximgproc/edge_filter.hpp>

namespace casr {

namespace {

constexpr int largestBefore = 4096; // A power of two: multiples of its inverse are exact, and so are their products.
constexpr int largestAfter = 65535;

cv::Mat rounded(const Image& image) {
    cv::Mat mat(image.height(), image.width(), CV_32FC(image.channels()));
    float* out = mat.ptr<float>();
    for (const float value : image.values()) {
        *out++ = static_cast<float>(quantised(value, largestBefore)) / largestBefore;
    }
    return mat;
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
    cv::ximgproc::guidedFilter(rounded(guide), rounded(plane), filtered, radius, noise);
    return imageOf(filtered);
}

} // namespace casr
