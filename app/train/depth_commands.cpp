#include "app/train/depth_commands.h"

#include "app/train/run_plan_options.h"

#include "core/depth/depth_trainer.h"

#include <iostream>
#include <memory>

namespace casr::training {

namespace {

struct Arguments {
    DepthTrainOptions options;
    std::string crops, validation, frames, weights;
    int renders = 200;
};

void addData(CLI::App& command, Arguments& arguments) {
    command.add_option("--validation", arguments.validation, "Crop file that textures the held-out scenes")->required();
    command.add_option("--frames", arguments.frames, "Depth file (made by: casr-train pack-depth)")->required();
}

void addRunOptions(CLI::App& command, Arguments& arguments) {
    DepthTrainOptions& options = arguments.options;
    addRunPlanOptions(command, options);
    addData(command, arguments);
    command.add_option("--crops", arguments.crops, "Crop file that textures the scenes")->required();
    command.add_option("--start", options.start, "Weights to start from instead of fresh ones");
    command.add_option("--batch", options.sample.batch, "Pictures an iteration")->capture_default_str();
    command.add_option("--frame-share", options.sample.frameShare, "Share of measured frames")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--scenes", options.sample.scenes, "Different rendered scenes")
        ->check(CLI::Range(5, 1000000))
        ->capture_default_str();
    command.add_flag("--muon", options.muon, "The convolutions between features learn by Muon instead of Adam");
    command.add_option("--relative", options.relative, "Weight of the absolute relative error beside the loss of MiDaS")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command.add_option("--seed", options.sample.seed)->capture_default_str();
}

int runTraining(const Arguments& arguments, const StopQuery& isStopped) {
    trainDepth(
        readCropFile(arguments.crops), readCropFile(arguments.validation), readDepthFrames(arguments.frames), arguments.options,
        [](const std::string& line) { std::cout << line << std::endl; }, isStopped);
    return isStopped() ? 130 : 0;
}

int runEvaluation(const Arguments& arguments) {
    const DepthEvaluation evaluation = evaluateDepth(arguments.weights, readCropFile(arguments.validation),
                                                     readDepthFrames(arguments.frames), arguments.renders, arguments.options.threads);
    std::cout << describe("frames", evaluation.frames) << "\n" << describe("renders", evaluation.renders) << std::endl;
    return 0;
}

} // namespace

std::function<int(const StopQuery&)> addDepth(CLI::App& app) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* depth = app.add_subcommand("depth", "DepthNet: train it, or measure it");
    depth->require_subcommand(1);
    CLI::App* run = depth->add_subcommand("run", "Train, or go on training");
    addRunOptions(*run, *arguments);
    CLI::App* evaluate = depth->add_subcommand("evaluate", "Measure weights on held-out frames and scenes");
    addData(*evaluate, *arguments);
    evaluate->add_option("--threads", arguments->options.threads, "0: all")->capture_default_str();
    evaluate->add_option("--weights", arguments->weights)->required();
    evaluate->add_option("--renders", arguments->renders, "Held-out scenes")->check(CLI::Range(0, 100000))->capture_default_str();
    return [arguments, run](const StopQuery& isStopped) {
        return run->parsed() ? runTraining(*arguments, isStopped) : runEvaluation(*arguments);
    };
}

} // namespace casr::training
