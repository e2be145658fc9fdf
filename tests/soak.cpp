// Rounds of opening a photo, zooming, cancelling and exporting, and the memory that this program occupies meanwhile: it must not grow.
// Run by hand: soak [ROUNDS [PHOTO]]. Fails when the memory at the end is above that after the first tenth by more than 5 %.

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/export/exporter.h"
#include "core/io/guarded_picture.h"
#include "network_support.h"
#include "support.h"

#include <array>
#include <cstdlib>
#include <iostream>

using namespace casr;

namespace {

constexpr Architecture tiny{16, 1, 16, 16, 8};
constexpr std::size_t cacheBytes = std::size_t{16} << 20;
constexpr std::int64_t allowedShare = 20; // a twentieth
constexpr std::array<const char*, 7> names{"a.png", "a.jpg", "a.tif", "a.webp", "a.jxl", "a.avif", "a.dz"};

/// Says stop at the N-th question.
StopCheck stopAt(int polls) {
    return [left = polls]() mutable { return --left < 0; };
}

/// True when `call` was cancelled.
template <typename Call>
bool isCancelled(Call call) {
    try {
        call();
        return false;
    } catch (const Cancelled&) {
        return true;
    }
}

struct Soak {
    std::filesystem::path photo, folder;
    int cancelled = 0;

    /// Opens, looks around, cancels a view, exports, cancels an export. Everything random follows from the number of the round.
    void round(int number) {
        HashRandom random(7, static_cast<std::uint64_t>(number));
        const Picture picture = readPictureGuarded(photo);
        const Photo parts = photoOf(picture.image);
        const double scale = 1.5 + random.uniform(0.0, 6.0);
        Staircase staircase(parts.rgb, strongNetwork(tiny, 3), planSchedule(parts.size(), scale, 3.0), Precision::float32, cacheBytes);
        const int level = staircase.plan().levels() - 1;
        const Size size = staircase.plan().sizeOf(level);
        const Rect seen = rectAt(random.below(size.width - 90), random.below(size.height - 70), {90, 70});
        cancelled += isCancelled([&] { staircase.region(level, seen, stopAt(1 + random.below(4))); }) ? 1 : 0;
        staircase.region(level, seen);

        Exporter exporter(staircase, parts);
        ExportRequest request{folder / names[static_cast<std::size_t>(number) % names.size()], level, seen, {}, 0, picture.metadata, 8};
        request.stream.piece = {32, 16};
        const auto ignored = [](double, const std::string&) {};
        cancelled += isCancelled([&] { exporter.write(request, ignored, stopAt(2 + random.below(6))); }) ? 1 : 0;
        exporter.write(request, ignored, {});
        std::filesystem::remove_all(request.output);
    }
};

std::int64_t megabytes(std::int64_t bytes) {
    return bytes >> 20;
}

} // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 500;
    startPictureLibrary();
    const std::filesystem::path folder = temporaryBeside(std::filesystem::temp_directory_path() / "soak");
    std::filesystem::create_directories(folder);
    Soak soak{argc > 2 ? std::filesystem::path(argv[2]) : folder / "photo.png", folder};
    if (argc <= 2) {
        writePicture(soak.photo, {noisePicture({320, 240}, 3, 1), 8, {}});
    }
    std::int64_t first = 0;
    for (int round = 0; round < rounds; ++round) {
        soak.round(round);
        const std::int64_t occupied = occupiedMemory().value_or(0);
        if (round == rounds / 10) {
            first = occupied;
        }
        if (round % 50 == 0 || round + 1 == rounds) {
            std::cout << "round " << round << ": " << megabytes(occupied) << " MiB" << std::endl;
        }
    }
    std::filesystem::remove_all(folder);
    const std::int64_t grown = occupiedMemory().value_or(0) - first;
    std::cout << soak.cancelled << " of " << 2 * rounds << " cancelled; grown by " << megabytes(grown) << " MiB since round " << rounds / 10
              << std::endl;
    return grown <= first / allowedShare ? 0 : 1;
}
