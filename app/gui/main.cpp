#include "ui/main_window.h"
#include "ui/theme.h"

#include "core/base/memory.h"
#include "core/io/picture_file.h"
#include "core/network/model_location.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <algorithm>
#include <clocale>
#include <string_view>

namespace {

/// Help and version are asked for on machines without a display, too.
bool needsNoDisplay(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](const std::string_view argument) {
        return argument == "--help" || argument == "-h" || argument == "--version" || argument == "-v";
    });
}

} // namespace

int main(int argc, char** argv) {
    casr::keepLargeBuffers();
    if (needsNoDisplay(argc, argv)) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    QApplication::setOrganizationName("casr-zoom");
    QApplication::setApplicationName("casr-zoom");
    QApplication::setApplicationDisplayName("CASR Zoom");
    QApplication::setApplicationVersion(CASR_VERSION);
    // Files hold numbers with points, whatever the user's locale.
    std::setlocale(LC_NUMERIC, "C");

    QCommandLineParser parser;
    parser.setApplicationDescription(QApplication::tr("Zooms into a photo by small computed steps."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("photo", QApplication::tr("Photo to open."), "[PHOTO]");
    const QCommandLineOption weights("weights", QApplication::tr("Weights to use instead of the shipped ones."), "FILE");
    parser.addOption(weights);
    parser.process(application);

    casr::startPictureLibrary();
    casr::applyTheme(application, QSettings().value("dark", true).toBool());
    const std::filesystem::path file =
        parser.isSet(weights) ? std::filesystem::path(parser.value(weights).toStdU16String()) : casr::shippedWeights();
    casr::MainWindow window([file] { return casr::Network::load(file); });
    window.show();
    if (!parser.positionalArguments().isEmpty()) {
        window.openPhoto(parser.positionalArguments().first());
    }
    return QApplication::exec();
}
