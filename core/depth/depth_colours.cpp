#include "core/depth/depth_colours.h"

#include <opencv2/imgproc.hpp>

namespace casr {

namespace {

DepthColours made() {
    cv::Mat depths(1, 256, CV_8UC1), colours;
    for (int depth = 0; depth < 256; ++depth) {
        depths.at<std::uint8_t>(0, depth) = static_cast<std::uint8_t>(depth);
    }
    cv::applyColorMap(depths, colours, cv::COLORMAP_INFERNO);
    DepthColours result;
    for (int depth = 0; depth < 256; ++depth) {
        const auto blueFirst = colours.at<cv::Vec3b>(0, depth);
        result[static_cast<std::size_t>(depth)] = {blueFirst[2], blueFirst[1], blueFirst[0]};
    }
    return result;
}

} // namespace

const DepthColours& depthColours() {
    static const DepthColours colours = made();
    return colours;
}

} // namespace casr
