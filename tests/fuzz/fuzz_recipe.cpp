// Recipes and queues of batches: whatever their bytes are, they are read or refused with Error, and what was read can be written and read
// again.

#include "tests/fuzz/seed.h"

#include "core/base/error.h"
#include "core/batch/batch.h"
#include "core/recipe/recipe.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string_view>

namespace {

void require(bool holds, const char* what) {
    if (!holds) {
        std::cerr << "fuzz_recipe: " << what << std::endl;
        std::abort();
    }
}

void tryRecipe(const std::string& text) {
    try {
        const std::string written = casr::writeRecipe(casr::parseRecipe(text, "input"));
        require(casr::writeRecipe(casr::parseRecipe(written, "written")) == written, "the round trip changed a recipe");
    } catch (const casr::Error&) {
        return;
    }
}

void tryBatch(const std::string& text) {
    try {
        const std::string written = casr::writeBatch(casr::parseBatch(text, "input"));
        require(casr::writeBatch(casr::parseBatch(written, "written")) == written, "the round trip changed a batch");
    } catch (const casr::Error&) {
        return;
    }
}

} // namespace

void makeSeed(const std::string& folder) {
    casr::Batch batch;
    batch.recipe.region = casr::Rect{1, 2, 30, 40};
    batch.recipe.controls["fidelity"] = 0.5;
    batch.items.resize(2);
    batch.items[0].scale = 3.5;
    std::ofstream(folder + "/recipe.json") << casr::writeRecipe(batch.recipe);
    std::ofstream(folder + "/batch.json") << casr::writeBatch(batch);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    tryRecipe(text);
    tryBatch(text);
    return 0;
}
