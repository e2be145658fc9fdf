#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTextStream>
#include <QtTest>

namespace {

/// The sources that run tensors. Everything else sees plain types: LibTorch's headers take long to compile and clash with Qt's.
const QStringList tensorSources{"core/network/convolution.h",
                                "core/network/convolution.cpp",
                                "core/network/detail_room.h",
                                "core/network/detail_room.cpp",
                                "core/network/field_network.h",
                                "core/network/field_network.cpp",
                                "core/network/network.cpp",
                                "core/network/network_file.h",
                                "core/network/network_file.cpp",
                                "core/network/superpixel_network.h",
                                "core/network/superpixel_network.cpp",
                                "core/network/token_memory.h",
                                "core/network/token_memory.cpp",
                                "core/train/superpixel_trainer.cpp",
                                "core/train/trainer.cpp",
                                "core/train/adam.h",
                                "core/train/muon.h",
                                "core/train/detail_losses.h",
                                "core/train/detail_losses.cpp",
                                "core/train/detail_picture.h",
                                "core/train/detail_picture.cpp",
                                "core/train/detail_trainer.cpp",
                                "core/train/discriminator.h",
                                "core/train/discriminator.cpp",
                                "core/train/field_batch.h",
                                "core/train/field_batch.cpp",
                                "core/train/projection.h",
                                "core/train/projection.cpp",
                                "core/train/run_plan.cpp",
                                "core/depth/depth_network.h",
                                "core/depth/depth_network.cpp",
                                "core/depth/depth_loss.h",
                                "core/depth/depth_loss.cpp",
                                "core/depth/depth_trainer.cpp",
                                "core/depth/depth_model.cpp"};

/// Headers that show a picture library's types; each is private to the sources of its own folder.
const QStringList pictureLibraryHeaders{"core/io/forgiving_target.h", "core/io/vips_support.h"};

bool matches(const QString& text, const char* pattern) {
    return QRegularExpression(pattern).match(text).hasMatch();
}

QString folderOf(const QString& path) {
    return path.section('/', 0, -2);
}

/// What is wrong with `path` including `included`; empty when nothing is.
QString breachOf(const QString& path, const QString& included) {
    const bool isCore = path.startsWith("core/");
    if (isCore && matches(included, "^(Qt?[A-Z]|qcustomplot|q[a-z]+\\.h)")) {
        return "core knows no Qt";
    }
    if (isCore && matches(included, "^(ui|app)/")) {
        return "core knows neither ui nor app";
    }
    if (path.startsWith("ui/") && included.startsWith("app/")) {
        return "ui does not know app";
    }
    const bool isTensor =
        matches(included, "^(torch|ATen|c10|caffe2)/") ||
        matches(included, "^core/train/(adam|detail_losses|detail_picture|discriminator|field_batch|projection)\\.h$") ||
        matches(included, "^core/(network/(convolution|detail_room|field_network|network_file|superpixel_network|token_memory)|depth/"
                          "(depth_network|depth_loss))\\.h$");
    if (isTensor && !tensorSources.contains(path)) {
        return "LibTorch stays in the listed sources";
    }
    const bool isPictureLibrary = matches(included, "^(vips/|opencv|libraw/|exiv2/|tiff)");
    if (isPictureLibrary && path.endsWith(".h") && !pictureLibraryHeaders.contains(path)) {
        return "picture libraries stay out of headers";
    }
    if (pictureLibraryHeaders.contains(included) && folderOf(path) != folderOf(included)) {
        return "this header is private to its folder";
    }
    return {};
}

/// The name in an #include line; empty for other lines.
QString includedBy(const QString& line) {
    static const QRegularExpression include("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
    return include.match(line).captured(1);
}

QStringList sourcesUnder(const QString& layer) {
    QStringList paths;
    QDirIterator files(QString(CASR_SOURCE_DIR "/") + layer, {"*.h", "*.hpp", "*.cpp", "*.inc"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        paths << QDir(CASR_SOURCE_DIR).relativeFilePath(files.next());
    }
    return paths;
}

QStringList breachesIn(const QString& path) {
    QFile file(QString(CASR_SOURCE_DIR "/") + path);
    if (!file.open(QIODevice::ReadOnly)) {
        return {path + ": cannot be read"};
    }
    QStringList breaches;
    QTextStream text(&file);
    for (int number = 1; !text.atEnd(); ++number) {
        const QString included = includedBy(text.readLine());
        const QString breach = included.isEmpty() ? QString() : breachOf(path, included);
        if (!breach.isEmpty()) {
            breaches << QString("%1:%2: includes %3, but %4").arg(path).arg(number).arg(included, breach);
        }
    }
    return breaches;
}

} // namespace

class TestLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noSourceIncludesWhatItsLayerMayNot_data() {
        QTest::addColumn<QString>("layer");
        QTest::newRow("core") << "core";
        QTest::newRow("ui") << "ui";
        QTest::newRow("app") << "app";
    }

    void noSourceIncludesWhatItsLayerMayNot() {
        QFETCH(QString, layer);
        QStringList breaches;
        for (const QString& path : sourcesUnder(layer)) {
            breaches << breachesIn(path);
        }
        QVERIFY2(breaches.isEmpty(), qPrintable("\n" + breaches.join('\n')));
    }

    void everySourceIsRead() {
        const QStringList core = sourcesUnder("core");
        QVERIFY(core.contains("core/image/image.h"));
        for (const QString& path : tensorSources + pictureLibraryHeaders) {
            QVERIFY2(core.contains(path), qPrintable(path + " is listed in this test but gone"));
        }
    }

    void forbiddenIncludesAreNoticed_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* path, const char* line) { QTest::addRow("%s %s", path, line) << path << line; };
        row("core/image/image.h", "#include <QImage>");
        row("core/image/image.cpp", "#include <QtCore/QString>");
        row("core/image/image.cpp", "#include <qglobal.h>");
        row("core/image/image.cpp", "  #  include \"qcustomplot.h\"");
        row("core/zoom/engine.cpp", "#include \"ui/canvas.h\"");
        row("core/zoom/engine.cpp", "#include \"app/cli/console.h\"");
        row("ui/canvas.cpp", "#include \"app/cli/console.h\"");
        row("ui/canvas.cpp", "#include <torch/torch.h>");
        row("app/cli/main.cpp", "#include <ATen/ATen.h>");
        row("core/zoom/engine.cpp", "#include <c10/util/Half.h>");
        row("core/zoom/engine.h", "#include \"core/network/field_network.h\"");
        row("core/zoom/engine.cpp", "#include \"core/network/network_file.h\"");
        row("core/zoom/staircase.cpp", "#include \"core/depth/depth_network.h\"");
        row("core/depth/depth_map.h", "#include <opencv2/ximgproc.hpp>");
        row("core/io/picture_file.h", "#include <vips/vips8>");
        row("core/io/picture_file.h", "#include <opencv2/core.hpp>");
        row("core/io/picture_file.h", "#include <libraw/libraw.h>");
        row("core/zoom/engine.cpp", "#include \"core/io/vips_support.h\"");
        row("app/cli/main.cpp", "#include \"core/io/vips_support.h\"");
    }

    void forbiddenIncludesAreNoticed() {
        QFETCH(QString, path);
        QFETCH(QString, line);
        QVERIFY(!breachOf(path, includedBy(line)).isEmpty());
    }

    void allowedIncludesAreLeftAlone_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        const auto row = [](const char* path, const char* line) { QTest::addRow("%s %s", path, line) << path << line; };
        row("core/image/image.cpp", "#include \"core/image/image.h\"");
        row("core/image/image.cpp", "#include <queue>");
        row("core/network/network.cpp", "#include <ATen/Parallel.h>");
        row("core/network/network.cpp", "#include \"core/network/network_file.h\"");
        row("core/zoom/staircase.cpp", "#include \"core/depth/depth_map.h\"");
        row("core/depth/guided_filter.cpp", "#include <opencv2/ximgproc.hpp>");
        row("core/io/picture_file.cpp", "#include <vips/vips8>");
        row("core/io/picture_file.cpp", "#include \"core/io/vips_support.h\"");
        row("ui/canvas.h", "#include <QWidget>");
        row("ui/canvas.cpp", "#include \"core/zoom/engine.h\"");
        row("app/gui/main.cpp", "#include \"ui/canvas.h\"");
    }

    void allowedIncludesAreLeftAlone() {
        QFETCH(QString, path);
        QFETCH(QString, line);
        QVERIFY(!includedBy(line).isEmpty());
        QCOMPARE(breachOf(path, includedBy(line)), QString());
    }

    void otherLinesAreNoIncludes() {
        QCOMPARE(includedBy("// #include <QImage>"), QString());
        QCOMPARE(includedBy("class QImage;"), QString());
    }
};

QTEST_APPLESS_MAIN(TestLayers)
#include "test_layers.moc"
