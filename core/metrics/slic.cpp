#include "core/metrics/slic.h"

#include <opencv2/imgproc.hpp>
#include <opencv2/ximgproc/slic.hpp>

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr int rounds = 10;

cv::Mat labOf(const Image& picture) {
    cv::Mat rgb(picture.height(), picture.width(), CV_8UC3), lab;
    unsigned char* out = rgb.ptr<unsigned char>();
    for (const float value : picture.values()) {
        *out++ = static_cast<unsigned char>(std::lround(255.0f * (value > 0.0f ? std::min(value, 1.0f) : 0.0f)));
    }
    cv::cvtColor(rgb, lab, cv::COLOR_RGB2Lab);
    return lab;
}

/// `picture` with the mean of the pixels that share its label in the place of each.
Image meansBy(const cv::Mat& labels, int count, const Image& picture) {
    std::vector<double> sums(static_cast<std::size_t>(count) * 4);
    const int* const label = labels.ptr<int>();
    const auto pixels = static_cast<std::size_t>(picture.size().area());
    for (std::size_t i = 0; i < pixels; ++i) {
        double* sum = &sums[4 * static_cast<std::size_t>(label[i])];
        for (std::size_t channel = 0; channel < 3; ++channel) {
            sum[channel] += picture.values()[3 * i + channel];
        }
        sum[3] += 1;
    }
    std::vector<float> means;
    means.reserve(3 * pixels);
    for (std::size_t i = 0; i < 3 * pixels; ++i) {
        const double* sum = &sums[4 * static_cast<std::size_t>(label[i / 3])];
        means.push_back(static_cast<float>(sum[i % 3] / sum[3]));
    }
    return Image(picture.size(), 3, std::move(means));
}

} // namespace

SuperpixelPicture slicPicture(const Image& picture, int cell, float ruler) {
    const auto slic = cv::ximgproc::createSuperpixelSLIC(labOf(picture), cv::ximgproc::SLIC, cell, ruler);
    slic->iterate(rounds);
    cv::Mat labels;
    slic->getLabels(labels);
    const int count = slic->getNumberOfSuperpixels();
    return {meansBy(labels, count, picture), count};
}

} // namespace casr
