#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/schedule/plan.h"

#include <iostream>

namespace casr::cli {

Action addPlan(CLI::App& app) {
    struct Arguments {
        std::string size;
        double scale = 2;
        double stepLimit = defaultStepLimit;
    };
    CLI::App* command = app.add_subcommand("plan", "Show the steps that lead to a scale");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("SIZE", arguments->size, "WIDTHxHEIGHT in pixels")->required()->check([](const std::string& text) {
        return parseSize(text), std::string();
    });
    command->add_option("--scale", arguments->scale, "Factor, any real number from 1 to 64")->required()->check(CLI::Range(1.0, maxScale));
    command->add_option("--step-limit", arguments->stepLimit, "Largest factor of one step")
        ->check(CLI::Range(smallestStepLimit, largestStepLimit))
        ->capture_default_str();
    return [arguments] {
        std::cout << describe(planSchedule(parseSize(arguments->size), arguments->scale, arguments->stepLimit)) << std::flush;
    };
}

} // namespace casr::cli
