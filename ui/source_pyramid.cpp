#include "ui/source_pyramid.h"

#include "ui/tile_picture.h"

#include "core/base/error.h"

#include <algorithm>

namespace casr {

namespace {

SourcePyramid::Layer fullLayer(const Image& picture, const DisplayColours& colours, const StopCheck& stop) {
    constexpr int side = SourcePyramid::tileSide;
    SourcePyramid::Layer layer{picture.size(), 1.0, {}};
    for (int top = 0; top < picture.height(); top += side) {
        if (stop && stop()) {
            throw Cancelled();
        }
        for (int left = 0; left < picture.width(); left += side) {
            const Rect place = intersection(rectAt(left, top, {side, side}), rectOf(picture.size()));
            layer.tiles.push_back({place, colours.shown(cropped(picture, place))});
        }
    }
    return layer;
}

/// Four tiles of half size make one: an even tile side keeps the halves exact.
QImage joinedHalves(const SourcePyramid::Layer& layer, Rect place) {
    QImage picture(place.width(), place.height(), layer.tiles.front().picture.format());
    for (const SourcePyramid::Tile& tile : layer.tiles) {
        const int left = tile.place.left / 2 - place.left, top = tile.place.top / 2 - place.top;
        if (left < 0 || top < 0 || left >= place.width() || top >= place.height()) {
            continue;
        }
        const QImage half = halved(tile.picture);
        for (int y = 0; y < half.height(); ++y) {
            std::copy_n(half.constScanLine(y), half.width() * 4, picture.scanLine(top + y) + left * 4);
        }
    }
    return picture;
}

SourcePyramid::Layer halfLayer(const SourcePyramid::Layer& layer) {
    constexpr int side = SourcePyramid::tileSide;
    const Size size{(layer.size.width + 1) / 2, (layer.size.height + 1) / 2};
    SourcePyramid::Layer half{size, layer.scale / 2, {}};
    for (int top = 0; top < size.height; top += side) {
        for (int left = 0; left < size.width; left += side) {
            const Rect place = intersection(rectAt(left, top, {side, side}), rectOf(size));
            half.tiles.push_back({place, joinedHalves(layer, place)});
        }
    }
    return half;
}

} // namespace

SourcePyramid::SourcePyramid(const Image& picture, const DisplayColours& colours, const StopCheck& stop) {
    m_layers.push_back(fullLayer(picture, colours, stop));
    while (m_layers.back().tiles.size() > 1) {
        if (stop && stop()) {
            throw Cancelled();
        }
        m_layers.push_back(halfLayer(m_layers.back()));
    }
}

const SourcePyramid::Layer& SourcePyramid::layerFor(double scale) const {
    std::size_t index = 0;
    while (index + 1 < m_layers.size() && m_layers[index + 1].scale >= scale) {
        ++index;
    }
    return m_layers[index];
}

} // namespace casr
