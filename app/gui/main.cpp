#include "app/gui/benchmark.h"
#include "ui/main_window.h"
#include "ui/numbers.h"
#include "ui/preferences.h"
#include "ui/theme.h"

#include "core/base/memory.h"
#include "core/base/model_location.h"
#include "core/io/picture_file.h"

#include <QApplication>
#include <QCommandLineParser>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <optional>
#include <string_view>

namespace {

constexpr int wrongUsage = 2;

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
    TimedApplication application(argc, argv);
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
    const QCommandLineOption region("region", QApplication::tr("Region to choose, in pixels of the photo."), "X,Y,WIDTH,HEIGHT");
    parser.addOption(region);
    const QCommandLineOption scale("scale", QApplication::tr("Scale to choose, 1 to 64."), "FACTOR");
    parser.addOption(scale);
    const QCommandLineOption benchmark("benchmark", QApplication::tr("Measure how smoothly the photo moves while the engine works."));
    parser.addOption(benchmark);
    parser.process(application);
    casr::StartState state;
    state.region = casr::parsedRegion(parser.value(region));
    state.scale = casr::parsedNumber(parser.value(scale));
    if ((parser.isSet(region) && !state.region) || (parser.isSet(scale) && !state.scale)) {
        std::fputs("Name a region as X,Y,WIDTH,HEIGHT in pixels and a scale as a number, for example --region 100,50,640,480 --scale 8\n",
                   stderr);
        return wrongUsage;
    }

    casr::startPictureLibrary();
    const casr::Preferences preferences = casr::loadPreferences();
    casr::setComputeThreads(preferences.threads);
    casr::applyTheme(application, preferences.isDark);
    QApplication::setWindowIcon(casr::programIcon());
    QApplication::setDesktopFileName("casr-zoom");
    const std::filesystem::path file =
        parser.isSet(weights) ? std::filesystem::path(parser.value(weights).toStdU16String()) : casr::shippedWeights();
    casr::MainWindow window([file] { return casr::Network::load(file); });
    window.show();
    if (!parser.positionalArguments().isEmpty()) {
        window.openPhoto(parser.positionalArguments().first(), state);
    } else {
        window.offerLastSession();
    }
    std::optional<Benchmark> measuring;
    if (parser.isSet(benchmark)) {
        measuring.emplace(window, application);
    }
    return QApplication::exec();
}
