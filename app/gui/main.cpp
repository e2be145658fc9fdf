#include "ui/main_window.h"
#include "ui/theme.h"

#include "core/io/picture_file.h"
#include "core/network/model_location.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <clocale>

int main(int argc, char** argv) {
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
