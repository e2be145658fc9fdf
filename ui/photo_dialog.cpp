#include "ui/photo_dialog.h"

namespace casr {

void endWithPhoto(QDialog& dialog, const Levels& levels) {
    QObject::connect(&levels, &Levels::replaced, &dialog, [&dialog, &levels, document = levels.document(), before = levels.settings()] {
        const ZoomSettings now = levels.settings();
        if (levels.document() != document || now.scale != before.scale || now.stepLimit != before.stepLimit) {
            dialog.reject();
        }
    });
}

} // namespace casr
