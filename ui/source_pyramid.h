#pragma once

#include "ui/display_image.h"

#include "core/network/network.h"

#include <QImage>

#include <vector>

namespace casr {

/// The photo for the screen: tiles at full size and at every half of it, down to one tile. Immutable, any thread.
class SourcePyramid {
public:
    struct Tile {
        Rect place; ///< In pixels of its layer.
        QImage picture;
    };
    struct Layer {
        Size size;
        double scale = 1.0; ///< Its pixels for each pixel of the photo: 1, 1/2, 1/4 ...
        std::vector<Tile> tiles;
    };

    SourcePyramid() = default;
    /// `picture` has the photo's own channels. Throws Cancelled when `stop` says so.
    SourcePyramid(const Image& picture, const DisplayColours& colours, const StopCheck& stop);

    static constexpr int tileSide = 512;

    bool isEmpty() const { return m_layers.empty(); }
    /// The smallest layer with at least `scale` of the photo's pixels along a side.
    const Layer& layerFor(double scale) const;

private:
    std::vector<Layer> m_layers;
};

} // namespace casr
