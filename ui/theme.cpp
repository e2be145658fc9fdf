#include "ui/theme.h"

#include <QApplication>
#include <QIcon>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>

namespace casr {

namespace {

struct Greys {
    QColor window, base, dark, text, dimmed, highlight;
};

QPalette paletteOf(const Greys& greys) {
    QPalette palette(greys.text, greys.window, greys.window.lighter(130), greys.dark, greys.window.darker(115), greys.text, greys.text,
                     greys.base, greys.window);
    palette.setColor(QPalette::AlternateBase, greys.window);
    palette.setColor(QPalette::Button, greys.window);
    palette.setColor(QPalette::ToolTipBase, greys.base);
    palette.setColor(QPalette::ToolTipText, greys.text);
    palette.setColor(QPalette::PlaceholderText, greys.dimmed);
    palette.setColor(QPalette::Highlight, greys.highlight);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, greys.highlight.lighter(130));
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, greys.dimmed);
    }
    return palette;
}

} // namespace

void applyTheme(QApplication& application, bool dark) {
    application.setStyle(QStyleFactory::create("Fusion"));
    const Greys darkGreys{QColor(50, 50, 50),    QColor(36, 36, 36),    QColor(30, 30, 30),
                          QColor(222, 222, 222), QColor(140, 140, 140), QColor(74, 110, 150)};
    const Greys lightGreys{QColor(232, 232, 232), QColor(250, 250, 250), QColor(190, 190, 190),
                           QColor(24, 24, 24),    QColor(120, 120, 120), QColor(74, 110, 150)};
    application.setPalette(paletteOf(dark ? darkGreys : lightGreys));
}

QIcon programIcon() {
    QIcon icon;
    for (const int side : {16, 24, 32, 48, 64, 128, 256}) {
        QPixmap picture(side, side);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(side / 64.0, side / 64.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0x2b, 0x33, 0x3d));
        painter.drawRoundedRect(QRectF(2, 2, 60, 60), 10, 10);
        // Steps that grow: each a larger picture of the one inside.
        const struct {
            QRectF place;
            QColor colour;
        } steps[] = {{{12, 12, 40, 40}, QColor(0xf2, 0xb1, 0x4a)},
                     {{12, 26, 26, 26}, QColor(0x9b, 0xc8, 0x8f)},
                     {{12, 39, 13, 13}, QColor(0x7f, 0xb2, 0xe5)}};
        for (const auto& step : steps) {
            painter.setBrush(step.colour);
            painter.drawRoundedRect(step.place, 3, 3);
        }
        painter.end();
        icon.addPixmap(picture);
    }
    return icon;
}

} // namespace casr
