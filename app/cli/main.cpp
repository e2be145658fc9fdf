#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/picture_file.h"

#include <iostream>
#include <map>

namespace {

enum ExitCode { done = 0, failed = 1, wrongUsage = 2, cancelled = 130 };

int fail(ExitCode code, const std::string& message) {
    std::cerr << "casr: " << message << std::endl;
    return code;
}

/// Runs the command that was chosen; every failure becomes one line and an exit code.
int run(const std::map<std::string, casr::cli::Action>& actions, const CLI::App& app) {
    try {
        casr::startPictureLibrary();
        casr::cli::catchInterrupts();
        actions.at(app.get_subcommands().front()->get_name())();
        return done;
    } catch (const casr::Cancelled&) {
        return fail(cancelled, "Cancelled.");
    } catch (const CLI::ParseError& error) {
        return fail(wrongUsage, std::string(error.what()) + " See: casr --help, casr COMMAND --help.");
    } catch (const std::bad_alloc&) {
        return fail(failed, "Out of memory. Choose a smaller region or scale, or close other programs.");
    } catch (const std::exception& error) {
        return fail(failed, error.what());
    }
}

} // namespace

int main(int argc, char** argv) {
    casr::keepLargeBuffers();
    CLI::App app("casr: zooms pictures x1 to x64 by a staircase of small steps");
    app.set_version_flag("--version", CASR_VERSION);
    app.require_subcommand(1);
    const std::map<std::string, casr::cli::Action> actions{
        {"upscale", casr::cli::addUpscale(app)},   {"batch", casr::cli::addBatch(app)},
        {"evaluate", casr::cli::addEvaluate(app)}, {"fit-niqe", casr::cli::addFitNiqe(app)},
        {"plan", casr::cli::addPlan(app)},         {"info", casr::cli::addInfo(app)},
        {"bench", casr::cli::addBench(app)},       {"depth", casr::cli::addDepth(app)},
        {"sheet", casr::cli::addSheet(app)},       {"superpixels", casr::cli::addSuperpixels(app)}};
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error);
        }
        return fail(wrongUsage, std::string(error.what()) + " See: casr --help, casr COMMAND --help.");
    }
    return run(actions, app);
}
