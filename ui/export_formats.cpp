#include "ui/export_formats.h"

#include "ui/guarded.h"

#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QStandardItemModel>

#include <algorithm>

namespace casr {

QString suffixOf(const QString& path) {
    return QFileInfo(path).suffix().toLower();
}

QString withSuffix(const QString& path, const char* suffix) {
    const QString old = QFileInfo(path).suffix();
    return (old.isEmpty() ? path + "." : path.chopped(old.size())) + suffix;
}

int formatOf(const QString& path) {
    const QString suffix = suffixOf(path);
    const auto found = std::find_if(exportFormats.begin(), exportFormats.end(),
                                    [&](const ExportFormat& format) { return suffix == format.suffix || suffix == format.otherSuffix; });
    return found == exportFormats.end() ? -1 : static_cast<int>(found - exportFormats.begin());
}

void addFormats(QComboBox& list) {
    for (const ExportFormat& format : exportFormats) {
        list.addItem(format.name);
    }
}

void greyImpossibleFormats(QComboBox& list, const Document& document, const std::vector<ExportJob>& jobs) {
    const auto* items = qobject_cast<QStandardItemModel*>(list.model());
    for (int i = 0; i < list.count(); ++i) {
        const GuardedOutcome outcome = guarded([&] {
            for (ExportJob job : jobs) {
                job.path = QDir::temp().filePath(withSuffix("a", exportFormats[static_cast<std::size_t>(i)].suffix));
                checkExport(document, job);
            }
        });
        items->item(i)->setEnabled(outcome.error.isEmpty());
        items->item(i)->setToolTip(outcome.error);
    }
}

} // namespace casr
