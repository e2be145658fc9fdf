#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/recipe_options.h"
#include "app/cli/upscale_run.h"
#include "core/base/error.h"
#include "core/image/degradation.h"
#include "core/image/detail_share.h"

namespace casr::cli {

namespace {

void addPictureOptions(CLI::App& command, UpscaleArguments& arguments) {
    command.add_option("IN", arguments.in, "The photo");
    command.add_option("-o,--output", arguments.out, "The result: .png, .tif, .jpg, .webp, .jxl, .avif or .dz (DeepZoom)");
    command.add_option("--scale", arguments.scale, "Factor, any real number from 1 to 64")->check(CLI::Range(1.0, maxScale));
    command.add_option("--region", arguments.region, "x,y,width,height in pixels of the photo; all of it when not given")
        ->check([](const std::string& text) { return parseRegion(text), std::string(); });
    command.add_option("--keep-steps", arguments.keepSteps, "Folder for the picture of every step");
    const auto isAmount = [](const std::string& text) { return parseAmount(text), std::string(); };
    command
        .add_option("--noise", arguments.noise,
                    "Noise to remove, 0 to 1: its deviation in mid-grey, 1 being a tenth of the range (26 of 255); auto: as estimated")
        ->check(isAmount)
        ->capture_default_str();
    command
        .add_option("--jpeg", arguments.jpeg,
                    "JPEG artifacts to remove, 0 to 1: 0 is none, above it quality falls from 95 to 20; auto: as estimated")
        ->check(isAmount)
        ->capture_default_str();
    command
        .add_option("--blur", arguments.blur,
                    "Blur to remove, 0 to 1: a Gaussian's deviation, 1 being " + exactText(Degradation::largestBlur) +
                        " pixels of the photo; auto: as estimated")
        ->check(isAmount)
        ->capture_default_str();
    command
        .add_option("--detail", arguments.detail,
                    "Share of perceptual detail, 0 to 1, 0 being faithful; a first step that is not the last gets " +
                        exactText(earlierDetail(1)) + " of it, others before the last " + exactText(earlierDetail(2)) +
                        "; the weights must have it; where they do, " + exactText(usualDetail) + " when not given")
        ->check(CLI::Range(0.0f, 1.0f));
    command.add_option("--last-detail", arguments.lastDetail, "The same in the last step; as --detail when not given")
        ->check(CLI::Range(0.0f, 1.0f));
    command.add_option("--plain", arguments.plain, "Share of the plain (bicubic) enlargement in the result, 0 to 1")
        ->check(CLI::Range(0.0f, 1.0f))
        ->capture_default_str();
    addEnsembleOption(command, arguments.ensemble);
    command.add_option("--bits", arguments.bits, "Bits per sample, 16 being 12 in AVIF; as the photo when not given")
        ->check(CLI::IsMember({8, 16}));
    command.add_option("--quality", arguments.quality, "Of JPEG, WebP, JPEG XL and AVIF")->check(CLI::Range(1, 100))->capture_default_str();
    command.add_flag("--lossless", arguments.lossless, "WebP, JPEG XL and DeepZoom without loss");
    command.add_flag("--pyramid", arguments.pyramid, "TIFF with every half size, for fast viewing");
    command.add_flag("--no-gps", arguments.noGps, "Leave out where the photo was taken (and maker notes, which may say it too)");
    command.add_flag("--no-metadata", arguments.noMetadata,
                     "Leave out all of the photo's metadata but its density; what was done is written");
    command
        .add_option_function<std::string>(
            "--colours", [&arguments](const std::string& name) { arguments.colours = outputColoursNamed(name).value(); },
            "Colours of the result: those of the photo (photo), sRGB (srgb) or Display P3 (p3)")
        ->check(CLI::IsMember(std::vector<std::string>(outputColourNames.begin(), outputColourNames.end())));
    command.add_option("--recipe", arguments.recipe, "Recipe to follow; options given here go before it");
    command.add_option("--save-recipe", arguments.saveRecipe, "File for the recipe that makes this result again");
    command.add_flag("--dry-run", arguments.dryRun, "Tell what the run would take, and every limit it would break; write nothing");
    command.add_option("--memory", arguments.memory, "Megabytes for computed tiles; 0: the smaller of 1024 and a quarter of what is free")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
    command.add_option("--cache", arguments.cache, "Folder that keeps computed tiles for later runs");
    command.add_option("--cache-limit", arguments.cacheLimit, "Megabytes that the folder of --cache may hold")
        ->check(CLI::Range(1, 1 << 24))
        ->capture_default_str();
    command.add_flag("--json", arguments.json, "Print plan, timings, sizes and memory as JSON");
}

void addJobOptions(CLI::App& command, UpscaleArguments& arguments) {
    command.add_option("--job", arguments.job, "Folder that keeps finished tiles, so that the work can be resumed or shared");
    command.add_option("--resume", arguments.resume, "Go on with the job in this folder and write its result");
    command.add_option("--shard", arguments.shard, "i/n: compute only part i (0 to n-1) of the job")->check([](const std::string& text) {
        return parseShard(text), std::string();
    });
    command.add_flag("--assemble", arguments.assemble, "Write the result of the job from its finished tiles");
}

bool isBegun(const UpscaleArguments& arguments) {
    return !arguments.resume.empty() || (!arguments.job.empty() && arguments.in.empty());
}

/// What decides the pixels or the file of a job that was begun is fixed.
void requireNothingFixed(const CLI::App& command) {
    for (const char* option : {"--output",  "--scale",       "--region",      "--step-limit", "--noise", "--jpeg",    "--blur",
                               "--detail",  "--last-detail", "--plain",       "--ensemble",   "--bits",  "--quality", "--lossless",
                               "--pyramid", "--no-gps",      "--no-metadata", "--colours",    "--page",  "--tone"}) {
        if (command.count(option) != 0) {
            throw CLI::ValidationError("upscale", std::string(option) + " is fixed by the job that was begun: leave it out, or start "
                                                                        "another job in an empty folder.");
        }
    }
}

void requireFittingJob(const UpscaleArguments& arguments) {
    if (arguments.job.empty() && (arguments.assemble || !arguments.shard.empty())) {
        throw CLI::ValidationError("upscale", "--shard and --assemble need --job FOLDER.");
    }
    if (arguments.assemble && !arguments.shard.empty()) {
        throw CLI::ValidationError("upscale", "--shard computes a part and --assemble writes the whole: give one of them.");
    }
    if (!arguments.job.empty() && !arguments.keepSteps.empty()) {
        throw CLI::ValidationError("upscale", "--keep-steps needs a run without a job: leave out --job and --resume.");
    }
}

/// A new run needs a photo, an output and a scale; a job that was started knows them.
void requireComplete(const CLI::App& command, const UpscaleArguments& arguments) {
    requireFittingJob(arguments);
    if (isBegun(arguments)) {
        requireNothingFixed(command);
        return;
    }
    if (arguments.in.empty() || arguments.out.empty() || (command.count("--scale") == 0 && arguments.recipe.empty())) {
        throw CLI::ValidationError("upscale", "needs a photo, -o OUTPUT and --scale S or --recipe FILE, or --resume FOLDER.");
    }
}

void requireAnotherFile(const UpscaleArguments& arguments) {
    std::error_code ignored;
    if (std::filesystem::equivalent(arguments.in, arguments.out, ignored)) {
        throw Error("'" + arguments.out + "' is the photo itself, which stays as it is. Choose another name for -o.");
    }
}

void run(const CLI::App& command, UpscaleArguments arguments) {
    if (!arguments.resume.empty()) {
        arguments.job = arguments.resume;
    }
    requireComplete(command, arguments);
    if (isBegun(arguments)) {
        arguments = argumentsOfJob(arguments, arguments.job);
    }
    if (!arguments.recipe.empty()) {
        arguments = withRecipe(command, arguments, readRecipe(arguments.recipe));
    }
    requireAnotherFile(arguments);
    UpscaleRun work(arguments);
    if (arguments.dryRun) {
        return work.examine();
    }
    arguments.job.empty() ? work.writeResult() : work.runJob();
    if (!arguments.saveRecipe.empty()) {
        saveRecipe(arguments.saveRecipe, work.recipe());
    }
    work.tell();
}

} // namespace

Action addUpscale(CLI::App& app) {
    CLI::App* command = app.add_subcommand("upscale", "Zoom a picture, or a region of it, by the staircase");
    auto arguments = std::make_shared<UpscaleArguments>();
    addPictureOptions(*command, *arguments);
    addJobOptions(*command, *arguments);
    addReadOptions(*command, arguments->read);
    arguments->run.addTo(*command);
    return [command, arguments] { run(*command, *arguments); };
}

} // namespace casr::cli
