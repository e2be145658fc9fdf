#pragma once

// For the one source of a fuzz target, which defines makeSeed.

#include <cstdlib>
#include <string>
#include <string_view>

/// Writes the first inputs of the target into a folder.
void makeSeed(const std::string& folder);

/// TARGET --make-seed FOLDER writes them and ends; anything else is libFuzzer's.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    if (*argc == 3 && std::string_view((*argv)[1]) == "--make-seed") {
        makeSeed((*argv)[2]);
        std::exit(0);
    }
    return 0;
}
