#include "app/cli/read_options.h"

#include "app/cli/console.h"
#include "core/io/guarded_picture.h"

namespace casr::cli {

void addReadOptions(CLI::App& command, ReadOptions& options) {
    const auto setPage = [&options](const int& page) { options.page = page - 1; };
    command.add_option_function<int>("--page", setPage, "Page of a file with several; the first when not given")
        ->check(CLI::Range(1, 100000));
    const auto setTone = [&options](const std::string& name) { options.tone = name == "clip" ? ToneCurve::clip : ToneCurve::soft; };
    command
        .add_option_function<std::string>("--tone", setTone,
                                          "Highlights of OpenEXR, Radiance and float TIFF: soft (rolled off above 80 % of white) or clip")
        ->check(CLI::IsMember({"soft", "clip"}));
    command.add_flag("--allow-large", options.allowLarge, "Open pictures over 1024 megapixels or packed a thousand times");
}

Picture readForRun(const std::string& path, const ReadOptions& options) {
    return readPictureGuarded(path, options, {}, isInterrupted);
}

} // namespace casr::cli
