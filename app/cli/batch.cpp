#include "core/batch/batch.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/run_options.h"
#include "core/base/error.h"
#include "core/batch/zoom_file.h"
#include "core/zoom/tile_cache.h"

#include <iostream>

namespace casr::cli {

namespace {

struct BatchArguments {
    RunOptions run;
    std::string recipe;
    std::vector<std::string> files;
    Batch batch;
    std::string queue; ///< File that keeps the state.
    bool resume = false;
    bool allowLarge = false;
    bool json = false;
};

Conflict conflictNamed(const std::string& name) {
    return name == "skip" ? Conflict::skip : name == "replace" ? Conflict::replace : Conflict::number;
}

/// Options given here go before the recipe's.
void takeOptions(const CLI::App& command, const RunOptions& run, Recipe& recipe) {
    if (command.count("--precision") != 0) {
        recipe.profile.clear();
    }
    if (command.count("--step-limit") != 0) {
        recipe.stepLimit = run.stepLimit;
    }
}

void takeOptions(const CLI::App& command, const RunOptions& run, Batch& batch) {
    takeOptions(command, run, batch.recipe);
    for (BatchItem& item : batch.items) {
        if (item.recipe) {
            takeOptions(command, run, *item.recipe);
        }
    }
}

Batch newBatch(const BatchArguments& arguments) {
    Batch batch = arguments.batch;
    batch.recipe = readRecipe(arguments.recipe);
    batch.folder = batch.folder.empty() ? batch.folder : std::filesystem::absolute(batch.folder).string();
    for (const std::string& file : expandedInputs(arguments.files)) {
        BatchItem item;
        item.input = std::filesystem::absolute(file).string();
        batch.items.push_back(item);
    }
    for (std::size_t index = 0; index < batch.items.size(); ++index) {
        resultName(batch, index); // A template that cannot be filled in fails before the first photo.
    }
    return batch;
}

/// A new queue, or the one that was left.
Batch startedBatch(const CLI::App& command, const BatchArguments& arguments) {
    Batch batch = arguments.resume ? loadBatch(arguments.queue) : newBatch(arguments);
    takeOptions(command, arguments.run, batch);
    return batch;
}

ZoomMeans meansOf(const BatchArguments& arguments) {
    return {arguments.run.loadNetwork(), arguments.run.resolvedPrecision(), TileCache::defaultBudget(), arguments.allowLarge};
}

void makeFolder(const std::string& folder) {
    std::error_code problem;
    if (!folder.empty() && !std::filesystem::create_directories(folder, problem) && problem) {
        throw Error("The folder '" + folder + "' cannot be made (" + problem.message() + "). Choose another for --to.");
    }
}

void tell(const Batch& batch, bool asJson) {
    asJson ? std::cout << writeBatch(batch) << std::flush : std::cout << reportOf(batch) << std::flush;
}

/// A queue that was left knows its files and where their results go.
void requireComplete(const CLI::App& command, const BatchArguments& arguments) {
    if (arguments.resume ? arguments.queue.empty() : arguments.recipe.empty() || arguments.files.empty()) {
        throw CLI::ValidationError("batch", "needs RECIPE and FILES, or --queue FILE --resume.");
    }
    for (const char* option : {"RECIPE", "FILES", "--to", "--name", "--ext", "--on-conflict"}) {
        if (arguments.resume && command.count(option) != 0) {
            throw CLI::ValidationError("batch", std::string(option) + " is in the queue already: leave it out with --resume.");
        }
    }
}

void tellNotes(const BatchItem& item, const std::vector<std::string>& notes) {
    for (const std::string& note : notes) {
        std::cerr << "casr: " << item.input << ": " << note << std::endl;
    }
}

void run(const CLI::App& command, const BatchArguments& arguments) {
    requireComplete(command, arguments);
    Batch batch = startedBatch(command, arguments);
    makeFolder(batch.folder);
    const auto save = [&](const Batch& now) {
        if (!arguments.queue.empty()) {
            saveBatch(arguments.queue, now);
        }
    };
    save(batch);
    const ZoomMeans means = meansOf(arguments);
    const auto make = [&](const BatchItem& item, const Recipe& recipe, const std::filesystem::path& output) {
        tellNotes(item, zoomFile(item.input, recipe, output, means, {}, isInterrupted));
    };
    try {
        runBatch(batch, make, save, isInterrupted);
    } catch (const Error&) { // a queue file that cannot be saved: what was made is told all the same
        tell(batch, arguments.json);
        throw;
    }
    tell(batch, arguments.json);
    if (const std::size_t failed = countOf(batch, ItemState::failed); failed > 0) {
        throw Error(std::to_string(failed) + " of " + std::to_string(batch.items.size()) + " files failed; the report says why.");
    }
}

} // namespace

Action addBatch(CLI::App& app) {
    CLI::App* command = app.add_subcommand("batch", "Zoom many pictures by one recipe");
    auto arguments = std::make_shared<BatchArguments>();
    Batch& batch = arguments->batch;
    command->add_option("RECIPE", arguments->recipe, "File saved by casr upscale --save-recipe or by the window");
    command->add_option("FILES", arguments->files, "Pictures, and folders of pictures");
    command->add_option("--to", batch.folder, "Folder of the results; beside each picture when not given");
    command->add_option("--name", batch.nameTemplate, "Name of a result, of {name}, {scale}, {ext} and {number}")->capture_default_str();
    command->add_option("--ext", batch.extension, "Kind of file for {ext}; as the picture where it can be written, else tif");
    const auto setConflict = [arguments](const std::string& name) { arguments->batch.conflict = conflictNamed(name); };
    command
        ->add_option_function<std::string>("--on-conflict", setConflict,
                                           "When a result's name is taken: skip, number (the default) or replace")
        ->check(CLI::IsMember({"skip", "number", "replace"}));
    command->add_option("--queue", arguments->queue, "File that keeps what is done, so that the batch can be gone on with");
    command->add_flag("--resume", arguments->resume, "Go on with the batch in --queue");
    command->add_flag("--allow-large", arguments->allowLarge, "Open pictures over 1024 megapixels or packed a thousand times");
    command->add_flag("--json", arguments->json, "Print the report as JSON");
    arguments->run.addTo(*command);
    return [command, arguments] { run(*command, *arguments); };
}

} // namespace casr::cli
