// Hunts for TorchScript depth models that harm: seeds are changed at random and loaded as the programs load them, through the process that
// tries them. A crash, a hang or a hunger for memory in LibTorch is counted; it must come out as an error of one line, and this program
// goes on. A model that was accepted runs here too: it may fail, but not crash this program. tests/hunt.h says how it is called.

#include "script_archive.h"

#include <torch/script.h>

#include "core/depth/guarded_depth_model.h"
#include "hunt.h"
#include "support.h"

#include <iterator>
#include <vector>

namespace {

constexpr casr::TrialLimits limits{.seconds = 20, .memoryBytes = std::int64_t{2} << 30};

std::string saved(const torch::jit::Module& module) {
    std::ostringstream out;
    module.save(out);
    return out.str();
}

std::string plainSeed() {
    torch::jit::Module module("model");
    module.define("def forward(self, x):\n  return x.mean(1)\n");
    return saved(module);
}

/// Weights, and a loop.
torch::jit::Module convolution() {
    torch::jit::Module module("model");
    module.register_parameter("weight", at::full({1, 3, 3, 3}, 0.1), false);
    module.register_buffer("scale", at::ones({1}));
    module.define("def forward(self, x):\n"
                  "  y = torch.conv2d(x, self.weight, None, [1, 1], [1, 1])\n"
                  "  for i in range(3):\n"
                  "    y = torch.relu(y) * self.scale + float(i)\n"
                  "  return y\n");
    return module;
}

/// A module in another, lists, texts and a branch.
std::string nestedSeed() {
    torch::jit::Module inner("inner");
    inner.define("def forward(self, x):\n  return x.mean(1)\n");
    torch::jit::Module module("model");
    module.register_module("inner", inner);
    module.define("def forward(self, x):\n"
                  "  parts = [x[:, 0], x[:, 1]]\n"
                  "  shares = {\"near\": 1.0, \"far\": 0.5}\n"
                  "  if x.size(0) > 1:\n"
                  "    return parts[0]\n"
                  "  return self.inner.forward(x) * shares[\"near\"] + torch.stack(parts).mean(0)\n");
    return saved(module);
}

template <typename Container>
auto& oneOf(Container& items, casr::HashRandom& random) {
    return *std::next(items.begin(), random.below(static_cast<int>(items.size())));
}

using Seeds = std::vector<std::string>;

/// The checksums of an archive hide its members' readers from most changes, so a member is changed and the checksum made right.
std::string changedInside(const Seeds& seeds, casr::HashRandom& random) {
    ScriptMembers members = membersOf(oneOf(seeds, random));
    std::string& bytes = oneOf(members, random).second;
    if (random.below(4) == 0) {
        const ScriptMembers others = membersOf(oneOf(seeds, random));
        bytes = spliced(bytes, oneOf(others, random).second, random);
    } else {
        bytes = mutated(bytes, random);
    }
    return archiveOf(members);
}

HuntedFile huntedModel(const Seeds& seeds, casr::HashRandom& random) {
    switch (random.below(6)) {
    case 0: return {".pt", mutated(oneOf(seeds, random), random)};
    case 1: {
        const std::string& one = oneOf(seeds, random);
        return {".pt", spliced(one, oneOf(seeds, random), random)};
    }
    default: return {".pt", changedInside(seeds, random)};
    }
}

std::string wrongWith(const std::filesystem::path& path) {
    const casr::Size size{42, 28};
    const casr::Image depth = casr::loadDepthModel(path, {}, limits)->run(noisePicture(size, 3, 1), {});
    return depth.size() == size ? "" : "depth of another size";
}

} // namespace

int main(int argc, char** argv) {
    const Seeds seeds{plainSeed(), saved(convolution()), saved(torch::jit::freeze(convolution())), nestedSeed()};
    const auto make = [&](casr::HashRandom& random) { return huntedModel(seeds, random); };
    return runHunt({make, wrongWith, {"made its reader crash", "its reader was ended", "needs more memory"}, true}, huntOrder(argc, argv));
}
