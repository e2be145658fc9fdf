#include "ui/document.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace casr {

QString Document::name() const {
    return path.isEmpty() ? QCoreApplication::translate("Document", "Pasted picture") : QFileInfo(path).fileName();
}

std::shared_ptr<const Document> documentOf(QString path, Picture picture, const StopCheck& stop) {
    Document document;
    document.path = std::move(path);
    document.photo = photoOf(picture.image);
    document.colours = DisplayColours(picture.image.encoding());
    document.pyramid = SourcePyramid(picture.image, document.colours, stop);
    document.picture = std::move(picture);
    return std::make_shared<const Document>(std::move(document));
}

} // namespace casr
