#include "core/train/run_plan.h"

#include "core/base/error.h"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <thread>

namespace casr {

namespace {

Error stopped(const std::string& why) {
    return Error("Training stopped: " + why + ". Resume with the same command, or with --precision fp32 where the CPU has no bfloat16.");
}

void prepare(const RunPlan& plan) {
    if ((plan.iterations > 0) == (plan.minutes > 0)) {
        throw Error("Say how long to train: either --iterations or --minutes.");
    }
    std::error_code failure;
    std::filesystem::create_directories(plan.folder, failure);
    if (failure) {
        throw Error("The folder '" + plan.folder.string() + "' cannot be made: " + failure.message() + ". Choose another one.");
    }
    at::set_num_threads(plan.threads > 0 ? plan.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
}

} // namespace

void carryOut(const RunPlan& plan, const std::function<void()>& run) {
    prepare(plan);
    try {
        run();
    } catch (const Error&) {
        throw;
    } catch (const c10::Error& error) {
        throw stopped(error.what_without_backtrace());
    } catch (const std::exception& error) { // oneDNN's, where the CPU cannot compute in the type
        throw stopped(error.what());
    }
}

void requireFinite(double loss, std::int64_t iteration) {
    if (!std::isfinite(loss)) {
        throw Error("The loss of iteration " + std::to_string(iteration + 1) +
                    " is no number. The checkpoint is from before: go on from it with a smaller --rate.");
    }
}

} // namespace casr
