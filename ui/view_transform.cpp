#include "ui/view_transform.h"

#include <algorithm>
#include <cmath>

namespace casr {

namespace {

constexpr double notchesPerDoubling = 3.0;
constexpr double fineShare = 0.2;

/// A photo smaller than the view is centred; a larger one covers it.
double settledCentre(double centre, double photo, double viewInSource) {
    if (photo <= viewInSource) {
        return photo / 2;
    }
    return std::clamp(centre, viewInSource / 2, photo - viewInSource / 2);
}

} // namespace

double wheelFactor(double units, bool fine) {
    return std::exp2(units / ViewTransform::unitsPerNotch / notchesPerDoubling * (fine ? fineShare : 1.0));
}

Point ViewTransform::toDevice(Point source) const {
    return {(source.x - m_centre.x) * m_scale + m_view.width / 2.0, (source.y - m_centre.y) * m_scale + m_view.height / 2.0};
}

Point ViewTransform::toSource(Point device) const {
    return {(device.x - m_view.width / 2.0) / m_scale + m_centre.x, (device.y - m_view.height / 2.0) / m_scale + m_centre.y};
}

Area ViewTransform::visible() const {
    const Point first = toSource({0, 0});
    const Point last = toSource({double(m_view.width), double(m_view.height)});
    return {std::max(first.x, 0.0), std::max(first.y, 0.0), std::min(last.x, double(m_photo.width)),
            std::min(last.y, double(m_photo.height))};
}

double ViewTransform::fitScale() const {
    if (m_photo.isEmpty() || m_view.isEmpty()) {
        return 1.0;
    }
    const double scale = std::min(double(m_view.width) / m_photo.width, double(m_view.height) / m_photo.height);
    return std::clamp(scale, smallestScale, largestScale);
}

bool ViewTransform::isFitted() const {
    return std::abs(m_scale / fitScale() - 1.0) < 1e-9;
}

void ViewTransform::setPhoto(Size size) {
    m_photo = size;
    fit();
}

void ViewTransform::setView(Size size) {
    const bool wasFitted = isFitted();
    m_view = size;
    if (wasFitted) {
        fit();
    } else {
        settle();
    }
}

void ViewTransform::fit() {
    m_scale = fitScale();
    settle();
}

void ViewTransform::fitArea(Area area, double limit) {
    if (m_view.isEmpty() || area.width() <= 0 || area.height() <= 0) {
        return;
    }
    m_scale = std::min(std::min(m_view.width / area.width(), m_view.height / area.height()), limit);
    setCentre({(area.left + area.right) / 2, (area.top + area.bottom) / 2});
}

void ViewTransform::setScale(double scale, Point anchor) {
    const Point held = toSource(anchor);
    m_scale = std::clamp(scale, std::min(fitScale(), 1.0), largestScale);
    const Point moved = toSource(anchor);
    setCentre({m_centre.x + held.x - moved.x, m_centre.y + held.y - moved.y});
}

void ViewTransform::pan(Point delta) {
    setCentre({m_centre.x - delta.x / m_scale, m_centre.y - delta.y / m_scale});
}

void ViewTransform::setCentre(Point source) {
    m_centre = source;
    settle();
}

void ViewTransform::settle() {
    m_scale = std::clamp(m_scale, std::min(fitScale(), 1.0), largestScale);
    m_centre.x = settledCentre(m_centre.x, m_photo.width, m_view.width / m_scale);
    m_centre.y = settledCentre(m_centre.y, m_photo.height, m_view.height / m_scale);
}

} // namespace casr
