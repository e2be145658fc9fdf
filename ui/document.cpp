#include "ui/document.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace casr {

QString Document::name() const {
    return path.isEmpty() ? QCoreApplication::translate("Document", "Pasted picture") : QFileInfo(path).fileName();
}

static void colour(Document& document, const ScreenProfile& screen, const StopCheck& stop) {
    const Image& image = document.picture.image;
    document.colours = DisplayColours(image.encoding(), image.colourChannels(), screen);
    document.pyramid = SourcePyramid(image, document.colours, stop);
}

std::shared_ptr<const Document> documentOf(QString path, Picture picture, const ScreenProfile& screen, const StopCheck& stop) {
    Document document;
    document.path = std::move(path);
    document.photo = photoOf(picture.image);
    document.picture = std::move(picture);
    colour(document, screen, stop);
    return std::make_shared<const Document>(std::move(document));
}

std::shared_ptr<const Document> recoloured(const Document& document, const ScreenProfile& screen, const StopCheck& stop) {
    Document other = document;
    colour(other, screen, stop);
    return std::make_shared<const Document>(std::move(other));
}

} // namespace casr
