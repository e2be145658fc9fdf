#include "core/recipe/recipe_controls.h"

#include "core/base/error.h"

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

auto knownAmount(const std::string& name) {
    return std::find_if(amounts.begin(), amounts.end(), [&](const auto& each) { return name == each.first; });
}

[[noreturn]] void refuse(const std::string& name, double amount) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", amount);
    throw Error("The recipe's control '" + name + "' (" + text.data() +
                ") is unknown to this version or not from 0 to 1. Take it out, or use the program that wrote the recipe.");
}

} // namespace

std::map<std::string, double> namedControls(const StepControls& controls) {
    std::map<std::string, double> named;
    for (const auto& [name, amount] : amounts) {
        if (controls.*amount != 0) {
            named[name] = controls.*amount;
        }
    }
    return named;
}

StepControls controlsNamed(const std::map<std::string, double>& named) {
    StepControls controls;
    for (const auto& [name, amount] : named) {
        const auto known = knownAmount(name);
        if (known == amounts.end() || !(amount >= 0 && amount <= 1)) {
            refuse(name, amount);
        }
        controls.*known->second = static_cast<float>(amount);
    }
    return controls;
}

} // namespace casr
