#pragma once

#include "ui/levels.h"

#include <QDialog>

namespace casr {

/// Rejects `dialog` as soon as another photo or plan comes: what it offers is of the one before.
void endWithPhoto(QDialog& dialog, const Levels& levels);

} // namespace casr
