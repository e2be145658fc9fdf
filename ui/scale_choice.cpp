#include "ui/scale_choice.h"

#include <algorithm>

namespace casr {

namespace {

constexpr double centimetresPerInch = 2.54;

/// What one unit of the basis is worth: the value at scale 1.
double unitOf(ScaleBasis basis, double pixelsPerInch, Size region) {
    switch (basis) {
    case ScaleBasis::width: return region.width;
    case ScaleBasis::height: return region.height;
    case ScaleBasis::longSide: return std::max(region.width, region.height);
    case ScaleBasis::shortSide: return std::min(region.width, region.height);
    case ScaleBasis::printWidth: return region.width / pixelsPerInch * centimetresPerInch;
    case ScaleBasis::printHeight: return region.height / pixelsPerInch * centimetresPerInch;
    case ScaleBasis::printWidthInches: return region.width / pixelsPerInch;
    case ScaleBasis::printHeightInches: return region.height / pixelsPerInch;
    default: return 1.0;
    }
}

} // namespace

double scaleOf(ScaleBasis basis, double value, double pixelsPerInch, Size region) {
    return value / unitOf(basis, pixelsPerInch, region);
}

double valueOf(ScaleBasis basis, double scale, double pixelsPerInch, Size region) {
    return scale * unitOf(basis, pixelsPerInch, region);
}

} // namespace casr
