#pragma once

// What hunts for harmful files share: random changes, the loop, the counts. A hunt is called as
//
//     NAME ROUNDS [SEED [FOLDER]]
//
// The same numbers give the same files. What harmed is kept in FOLDER. The exit code is 1 when a promise was broken, when nothing was
// accepted or nothing refused (then nothing was hunted for), and when a file harmed where none is known to.

#include "core/base/error.h"
#include "core/base/random.h"
#include "file_support.h"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <string>

struct HuntOrder {
    int rounds = 100;
    std::uint64_t seed = 1;
    std::filesystem::path folder;
    bool isFolderGiven = false;
};

inline HuntOrder huntOrder(int argc, char** argv) {
    HuntOrder order;
    order.rounds = argc > 1 ? std::atoi(argv[1]) : order.rounds;
    order.seed = argc > 2 ? static_cast<std::uint64_t>(std::atoll(argv[2])) : order.seed;
    order.isFolderGiven = argc > 3;
    const std::string name = std::filesystem::path(argv[0]).filename().string() + "-" + std::to_string(order.seed);
    order.folder = order.isFolderGiven ? std::filesystem::path(argv[3]) : std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directories(order.folder);
    return order;
}

/// A file of a round.
struct HuntedFile {
    std::string extension;
    std::string bytes;
};

/// By what the error of a file is known.
struct HarmWords {
    std::string crashed, hung, hungry;
};

/// A hunt for files of one sort.
struct Hunt {
    std::function<HuntedFile(casr::HashRandom&)> make;
    std::function<std::string(const std::filesystem::path&)> open; ///< Throws Error; what is wrong with what was opened, or nothing.
    HarmWords words;
    bool isHarmKnown = false; ///< Crashes and hunger are counted alone: what opens the files is known not to be safe from them.
};

/// Bytes changed, runs copied over others, or the end cut off.
inline std::string mutated(std::string bytes, casr::HashRandom& random) {
    const auto place = [&] { return static_cast<std::size_t>(random.below(static_cast<int>(bytes.size()))); };
    const int changes = bytes.empty() ? 0 : 1 + random.below(8);
    for (int change = 0; change < changes; ++change) {
        switch (random.below(4)) {
        case 0: bytes[place()] = static_cast<char>(random.below(256)); break;
        case 1: bytes[place()] ^= static_cast<char>(1 << random.below(8)); break;
        case 2: bytes[place()] = random.below(2) == 0 ? '\xFF' : '\0'; break;
        default: bytes.replace(place(), 4, bytes.substr(place(), 4)); break;
        }
    }
    return random.below(8) == 0 && !bytes.empty() ? bytes.substr(0, 1 + place()) : bytes;
}

/// The beginning of one and the end of the other.
inline std::string spliced(const std::string& one, const std::string& other, casr::HashRandom& random) {
    const auto place = [&](const std::string& bytes) { return static_cast<std::size_t>(random.below(static_cast<int>(bytes.size()) + 1)); };
    const std::size_t end = place(one);
    return one.substr(0, end) + other.substr(place(other));
}

/// "accepted", "refused", "crashed", "hung", "hungry", or what is wrong with the error itself.
inline std::string outcomeOf(const Hunt& hunt, const std::filesystem::path& path) {
    try {
        const std::string wrong = hunt.open(path);
        return wrong.empty() ? "accepted" : wrong;
    } catch (const casr::Error& error) {
        const std::string text = error.what();
        const auto says = [&](const std::string& part) { return text.find(part) != std::string::npos; };
        const bool isOneLine = !text.empty() && !says("\n") && says(path.filename().string());
        return !isOneLine                 ? "an error that says nothing: " + text
               : says(hunt.words.crashed) ? "crashed"
               : says(hunt.words.hung)    ? "hung"
               : says(hunt.words.hungry)  ? "hungry"
                                          : "refused";
    }
}

inline bool isHarmless(const std::string& outcome) {
    return outcome == "accepted" || outcome == "refused";
}

inline bool isKnown(const std::string& outcome) {
    return isHarmless(outcome) || outcome == "crashed" || outcome == "hung" || outcome == "hungry";
}

/// The outcome of one round; a file that harms nothing is removed.
inline std::string outcomeOfRound(const Hunt& hunt, const HuntOrder& order, int round) {
    casr::HashRandom random(order.seed, static_cast<std::uint64_t>(round));
    const HuntedFile file = hunt.make(random);
    const std::filesystem::path path = order.folder / ("round" + std::to_string(round) + file.extension);
    putBytes(path, file.bytes);
    const std::string outcome = outcomeOf(hunt, path);
    if (isHarmless(outcome)) {
        std::filesystem::remove(path);
    } else {
        std::cout << path.filename().string() << ": " << outcome << std::endl;
    }
    return outcome;
}

using HuntCounts = std::map<std::string, int>;

/// What makes a hunt fail; empty when nothing does.
inline std::string failureOf(const Hunt& hunt, HuntCounts counts) {
    return counts["broken promises"] > 0                                   ? "a promise was broken"
           : counts["accepted"] == 0                                       ? "nothing was accepted"
           : counts["refused"] == 0                                        ? "nothing was refused"
           : !hunt.isHarmKnown && counts["crashed"] + counts["hungry"] > 0 ? "a file harmed"
                                                                           : "";
}

/// The exit code.
inline int runHunt(const Hunt& hunt, const HuntOrder& order) {
    HuntCounts counts;
    for (int round = 0; round < order.rounds; ++round) {
        const std::string outcome = outcomeOfRound(hunt, order, round);
        ++counts[isKnown(outcome) ? outcome : "broken promises"];
    }
    for (const auto& [outcome, count] : counts) {
        std::cout << outcome << ": " << count << std::endl;
    }
    if (counts["accepted"] + counts["refused"] == order.rounds && !order.isFolderGiven) {
        std::filesystem::remove_all(order.folder);
    }
    const std::string failure = failureOf(hunt, counts);
    std::cout << (failure.empty() ? "" : "FAILED: " + failure + "\n") << std::flush;
    return failure.empty() ? 0 : 1;
}
