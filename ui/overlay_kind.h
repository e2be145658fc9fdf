#pragma once

#include "core/image/geometry.h"

#include <QPainter>
#include <QString>

namespace casr {

/// What is laid over a step.
enum class OverlayKind {
    none,
    consistency,       ///< The step taken back down less its parent.
    addedDetail,       ///< How far the step departs from a plain enlargement of its parent.
    seams,             ///< How much more the step changes from tile to tile than beside their borders.
    superpixelBorders, ///< Where the superpixels that the step read of its parent meet.
    superpixelMeans,   ///< The mean colours that the step read of its parent.
    depth              ///< How near things are, as a model estimates it.
};

/// The colours of an overlay: what its numbers mean.
struct OverlayScale {
    QString title;
    QString low;
    QString high;
    double smallest = 0; ///< Value of the first colour, of a range where 1 is the largest sample.
    double largest = 1;
    /// How colours follow values.
    enum class Colours { strength, signedStrength, perceptual };
    Colours colours = Colours::strength;

    /// Values beyond the ends take the colour of the end; not premultiplied, for strengths more transparent the less there is to see.
    QRgb colourOf(float value) const;
};

/// Of a kind that shows numbers.
OverlayScale scaleOf(OverlayKind kind);

/// True for the kinds whose colours stand for numbers.
bool showsNumbers(OverlayKind kind);

/// A line of text in a dark box at the bottom left of a view; `unit`: device pixels of a logical one.
void paintNote(QPainter& painter, const QString& text, Size view, double unit);

/// The legend of `kind`, with superpixels that began in cells of `cell` pixels, at the bottom left of a view.
void paintLegend(QPainter& painter, OverlayKind kind, int cell, Size view, double unit);

} // namespace casr
