#include "app/train/run_plan_options.h"

namespace casr::training {

void addRunPlanOptions(CLI::App& command, RunPlan& plan) {
    command.add_option("--out", plan.folder, "Folder of checkpoint, weights and log; resumed when it holds a checkpoint")->required();
    command.add_option("--iterations", plan.iterations, "Length of the run in iterations");
    command.add_option("--minutes", plan.minutes, "Length of the run in minutes");
    command.add_option("--rate", plan.rate, "Peak learning rate")->capture_default_str();
    command.add_option("--warm-up", plan.warmUp, "Iterations of warm-up")->capture_default_str();
    command.add_option("--averaging", plan.averaging, "Decay of the averaged weights")->capture_default_str();
    command.add_option("--save-every", plan.saveEvery, "Iterations between checkpoints")->capture_default_str();
    command.add_option("--threads", plan.threads, "0: all")->capture_default_str();
    command.add_option("--record", plan.record, "Text for the weights file: data and recipe");
}

} // namespace casr::training
