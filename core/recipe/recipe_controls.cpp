#include "core/recipe/recipe_controls.h"

#include "core/base/error.h"
#include "core/image/symmetry.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace casr {

namespace {

constexpr std::array<std::pair<const char*, float StepControls::*>, 6> amounts{{{"noise", &StepControls::noise},
                                                                                {"jpeg", &StepControls::jpeg},
                                                                                {"blur", &StepControls::blur},
                                                                                {"detail", &StepControls::detail},
                                                                                {"last_detail", &StepControls::lastDetail},
                                                                                {"plain", &StepControls::plain}}};

constexpr const char* ensembleName = "ensemble";

[[noreturn]] void refuse(const std::string& name, double amount) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", amount);
    throw Error("The recipe's control '" + name + "' (" + text.data() +
                ") is unknown to this version or out of its range. Take it out, or use the program that wrote the recipe.");
}

/// The number of passes that `amount` is.
int passesOf(double amount) {
    const int passes = amount >= 1 && amount <= 8 ? static_cast<int>(amount) : 0;
    if (passes != amount || !areGroup(passes)) {
        refuse(ensembleName, amount);
    }
    return passes;
}

auto knownAmount(const std::string& name) {
    return std::find_if(amounts.begin(), amounts.end(), [&](const auto& each) { return name == each.first; });
}

} // namespace

std::map<std::string, double> namedControls(const StepControls& controls) {
    std::map<std::string, double> named;
    for (const auto& [name, amount] : amounts) {
        if (controls.*amount != 0) {
            named[name] = controls.*amount;
        }
    }
    if (controls.ensemble != 1) {
        named[ensembleName] = controls.ensemble;
    }
    return named;
}

StepControls controlsNamed(const std::map<std::string, double>& named) {
    StepControls controls;
    for (const auto& [name, amount] : named) {
        if (name == ensembleName) {
            controls.ensemble = passesOf(amount);
            continue;
        }
        const auto known = knownAmount(name);
        if (known == amounts.end() || !(amount >= 0 && amount <= 1)) {
            refuse(name, amount);
        }
        controls.*known->second = static_cast<float>(amount);
    }
    return controls;
}

} // namespace casr
