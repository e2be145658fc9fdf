#include "app/train/depth_commands.h"
#include "app/train/run_plan_options.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/train/detail_trainer.h"
#include "core/train/patterns.h"
#include "core/train/superpixel_trainer.h"
#include "core/train/trainer.h"
#include "core/train/weight_mean.h"
#ifdef CASR_WITH_PICTURES
#include "core/io/crop_packer.h"
#include "core/io/depth_packer.h"
#endif

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <limits>

namespace {

volatile std::sig_atomic_t stopRequested = 0;

void requestStop(int) {
    stopRequested = 1;
}

struct RunArguments {
    casr::TrainOptions options;
    std::string crops;
    std::string validation;
    double patternShare = 0.12;
    std::string precision = "bf16";
};

/// What every kind of run takes.
void addCommonOptions(CLI::App& command, RunArguments& arguments) {
    casr::TrainOptions& options = arguments.options;
    casr::training::addRunPlanOptions(command, options);
    command.add_option("--crops", arguments.crops, "Crop file to train on (made by: casr-train pack)")->required();
    command.add_option("--validation", arguments.validation, "Crop file to measure on")->required();
    command.add_option("--start", options.start, "Weights to start from instead of fresh ones");
    command.add_option("--batch", options.sample.batch, "Patches an iteration")->capture_default_str();
    command.add_option("--patch", options.sample.patch, "Low-resolution pixels a side")->capture_default_str();
    command.add_option("--group", options.sample.group, "Patches of one photo, which remember each other")->capture_default_str();
    command.add_option("--unrolled", options.sample.unrolled, "Share of inputs that an earlier step made")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--worn", options.sample.worn, "Share of those whose photo has noise or JPEG that the truth has not")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--degraded", options.sample.degraded, "Share of the other inputs with noise, JPEG or blur")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--seed", options.sample.seed)->capture_default_str();
    command.add_option("--validation-crops", options.validationCrops)->capture_default_str();
    command.add_option("--pattern-share", arguments.patternShare, "Share of drawn patterns among the samples, 0 .. 0.9")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command.add_option("--precision", arguments.precision)->check(CLI::IsMember({"bf16", "fp32"}))->capture_default_str();
}

void addRunOptions(CLI::App& command, RunArguments& arguments) {
    casr::TrainOptions& options = arguments.options;
    addCommonOptions(command, arguments);
    command.add_option("--channels", options.architecture.channels)->capture_default_str();
    command.add_option("--hidden", options.architecture.hidden, "Width between the two convolutions of a block; 0: --channels")
        ->capture_default_str();
    command.add_option("--blocks", options.architecture.blocks)->capture_default_str();
    command.add_option("--frequencies", options.architecture.frequencies)->capture_default_str();
    command.add_option("--memory", options.architecture.memory, "Width of what a token of the photo's memory holds; 0: no memory")
        ->capture_default_str();
    command.add_option("--superpixels", options.architecture.superpixels, "Width of the superpixel network in the starting weights")
        ->capture_default_str();
    command
        .add_option("--whole", options.sample.whole, "Share of batches of whole pictures at x2, x3 or x4, learnt through back-projection")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--real", options.sample.real, "The same at a real scale from 1.5 to 4")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--parts", options.parts, "Parts of a batch, each computed on a thread of its own; with --threads 1")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command.add_option("--sharp", options.sample.sharp, "Share of truths that are reduced by up to 2, and so sharper at their own pixels")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_flag("--muon", options.muon, "The trunk's convolutions learn by Muon instead of Adam");
    command.add_flag("--squared", options.squared,
                     "The loss is the root of a picture's mean squared error, what PSNR counts, not L1; of later steps it is anyway");
    command
        .add_option("--learning", options.learning,
                    "Tensors that learn, by the beginnings of their names, the others staying as they are; all")
        ->delimiter(',');
    command.add_option("--device", options.device)->check(CLI::IsMember({"cpu", "cuda"}))->capture_default_str();
}

struct DetailArguments {
    RunArguments run;
    casr::DetailTrainOptions options;
};

void addDetailOptions(CLI::App& command, DetailArguments& arguments) {
    addCommonOptions(command, arguments.run);
    command.add_option("--branch", arguments.options.branch,
                       "Weights whose detail to begin from; that of --start, or fresh, when not given");
    command.add_option("--detail", arguments.options.blocks, "Residual blocks of a fresh branch")->capture_default_str();
    command.add_option("--strength", arguments.options.strength, "Factor on the gains of the branch to begin from")
        ->check(CLI::Range(0.0, 10.0))
        ->capture_default_str();
    command.add_option("--soft", arguments.run.options.sample.soft, "Share of photos that are soft at their own pixels")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--critic", arguments.options.critic, "Width of the discriminator")->capture_default_str();
    command.add_option("--judged", arguments.options.judged, "Edge of what the discriminator sees, output pixels")->capture_default_str();
    command.add_option("--life", arguments.options.life, "Iterations after which a fresh discriminator takes over")->capture_default_str();
}

struct SuperpixelArguments {
    casr::SuperpixelTrainOptions options;
    std::string crops;
};

void addSuperpixelOptions(CLI::App& command, SuperpixelArguments& arguments) {
    casr::SuperpixelTrainOptions& options = arguments.options;
    command.add_option("--crops", arguments.crops, "Crop file to train on")->required();
    command.add_option("--weights", options.weights, "Weights that get the superpixels")->required();
    command.add_option("--out", options.out, "Weights file to write")->required();
    command.add_option("--width", options.width, "Channels")->capture_default_str();
    command.add_option("--iterations", options.iterations)->capture_default_str();
    command.add_option("--batch", options.batch)->capture_default_str();
    command.add_option("--rate", options.rate)->capture_default_str();
    command.add_option("--place-weight", options.placeWeight)->capture_default_str();
    command.add_option("--threads", options.threads, "0: all")->capture_default_str();
}

struct MeanArguments {
    std::string first, second, out;
    double share = 0.5;
};

void addMeanOptions(CLI::App& command, MeanArguments& arguments) {
    command.add_option("FIRST", arguments.first, "Weights file")->required();
    command.add_option("SECOND", arguments.second, "Weights of a run that began from the same weights")->required();
    command.add_option("--share", arguments.share, "Share of the second")->check(CLI::Range(0.0, 1.0))->capture_default_str();
    command.add_option("--out", arguments.out, "Weights file to write")->required();
}

void writeMean(const MeanArguments& arguments) {
    casr::writeTensorFile(arguments.out,
                          casr::weightMean(casr::readTensorFile(arguments.first), casr::readTensorFile(arguments.second), arguments.share));
}

void printLine(const std::string& line) {
    std::cout << line << std::endl;
}

void stopOnSignals() {
    std::signal(SIGINT, requestStop);
    std::signal(SIGTERM, requestStop);
}

/// `train` with the crops, drawn patterns among them, and the validation crops that `arguments` name.
template <typename Train>
int runWith(RunArguments& arguments, const Train& train) {
    arguments.options.bfloat16 = arguments.precision == "bf16";
    casr::CropFile crops = casr::readCropFile(arguments.crops);
    const double share = arguments.patternShare;
    casr::appendPatterns(crops, static_cast<int>(crops.count() * share / (1.0 - share)), arguments.options.sample.seed);
    const casr::CropFile validation = casr::readCropFile(arguments.validation);
    stopOnSignals();
    train(crops, validation, [] { return stopRequested != 0; });
    return stopRequested ? 130 : 0;
}

int runTraining(RunArguments& arguments) {
    return runWith(arguments, [&](const casr::CropFile& crops, const casr::CropFile& validation, const auto& isStopped) {
        casr::train(crops, validation, arguments.options, printLine, isStopped);
    });
}

int runDetail(DetailArguments& arguments) {
    return runWith(arguments.run, [&](const casr::CropFile& crops, const casr::CropFile& validation, const auto& isStopped) {
        arguments.options.run = arguments.run.options;
        casr::trainDetail(crops, validation, arguments.options, printLine, isStopped);
    });
}

} // namespace

int main(int argc, char** argv) {
    casr::keepLargeBuffers(std::numeric_limits<int>::max());
    CLI::App app("casr-train: trains the network of CASR Zoom");
    app.require_subcommand(1);
    RunArguments arguments;
    CLI::App* run = app.add_subcommand("run", "Train, or go on training");
    addRunOptions(*run, arguments);
    const auto runDepth = casr::training::addDepth(app);
    DetailArguments detailArguments;
    detailArguments.run.options.rate = 3e-4;
    detailArguments.run.options.sample.batch = 4;
    detailArguments.run.options.sample.patch = 32;
    CLI::App* detail = app.add_subcommand("detail", "Train perceptual detail beside a trained network, which stays as it is");
    addDetailOptions(*detail, detailArguments);
    SuperpixelArguments superpixelArguments;
    CLI::App* superpixels = app.add_subcommand("superpixels", "Train superpixels, which need no labels, into a weights file");
    addSuperpixelOptions(*superpixels, superpixelArguments);
    MeanArguments meanArguments;
    CLI::App* mean = app.add_subcommand("mean", "Write the mean of two runs' weights, which is often better than either");
    addMeanOptions(*mean, meanArguments);
#ifdef CASR_WITH_PICTURES
    std::string folder, file;
    int edge = 256;
    CLI::App* pack = app.add_subcommand("pack", "Cut the pictures of a folder into a crop file");
    pack->add_option("FOLDER", folder)->required();
    pack->add_option("FILE", file)->required();
    pack->add_option("--edge", edge, "Pixels a side")->capture_default_str()->check(CLI::Range(64, 4096));
    int width = 320;
    CLI::App* packDepth =
        app.add_subcommand("pack-depth", "Put photos with measured depth (NAME.color.jpg, NAME.depth.png) into a depth file");
    packDepth->add_option("FOLDER", folder)->required();
    packDepth->add_option("FILE", file)->required();
    packDepth->add_option("--width", width, "Pixels")->capture_default_str()->check(CLI::Range(64, 4096));
#endif
    try {
        app.parse(argc, argv);
        if (run->parsed()) {
            return runTraining(arguments);
        }
        if (app.got_subcommand("depth")) {
            stopOnSignals();
            return runDepth([] { return stopRequested != 0; });
        }
        if (detail->parsed()) {
            return runDetail(detailArguments);
        }
        if (superpixels->parsed()) {
            casr::trainSuperpixels(casr::readCropFile(superpixelArguments.crops), superpixelArguments.options, printLine);
            return 0;
        }
        if (mean->parsed()) {
            writeMean(meanArguments);
            return 0;
        }
#ifdef CASR_WITH_PICTURES
        const auto report = [](const std::string& line) { std::cerr << line << std::endl; };
        if (packDepth->parsed()) {
            casr::packDepth(folder, width, file, report);
        } else {
            casr::packCrops(folder, edge, file, report);
        }
#endif
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::cerr << "casr-train: " << error.what() << std::endl;
        return 1;
    }
}
