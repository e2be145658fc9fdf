#include "core/batch/zoom_file.h"

#include "core/base/error.h"
#include "core/export/exporter.h"
#include "core/io/guarded_picture.h"
#include "core/recipe/recipe_controls.h"

#include <algorithm>
#include <iterator>

namespace casr {

namespace {

void requireWeights(const Recipe& recipe, const Network& network) {
    if (!recipe.weightsHash.empty() && recipe.weightsHash != network.checksum()) {
        throw Error("The recipe was made with the weights " + recipe.weightsHash.substr(0, 12) + "..., and these are " +
                    network.checksum().substr(0, 12) + "... Use the weights of the recipe.");
    }
}

Rect regionOf(const Recipe& recipe, Size photo) {
    const Rect region = recipe.region.value_or(rectOf(photo));
    if (!contains(rectOf(photo), region)) {
        throw Error("The region reaches outside the picture, which has " + std::to_string(photo.width) + " x " +
                    std::to_string(photo.height) + " pixels. Choose x, y, width and height inside it.");
    }
    return region;
}

Picture readFor(const std::filesystem::path& input, const Recipe& recipe, bool allowLarge, const StopCheck& stop) {
    ReadOptions options;
    options.page = recipe.page;
    options.tone = recipe.tone;
    options.allowLarge = allowLarge;
    return readPictureGuarded(input, options, {}, stop);
}

/// What `recipe` became: with everything that was left open filled in.
Recipe filledIn(Recipe recipe, const Staircase& staircase) {
    recipe.program = CASR_VERSION;
    recipe.weightsHash = staircase.network().checksum();
    recipe.profile = staircase.profile();
    return recipe;
}

ExportRequest requestFor(const Recipe& recipe, const Picture& picture, const Plan& plan, Rect region, const std::filesystem::path& output) {
    const int level = plan.levels() - 1;
    ExportRequest request{
        output, level, regionAt(plan, level, region), {}, recipe.output.bitsPerSample, picture.metadata, picture.bitsPerSample};
    request.stream.write = recipe.output;
    request.stream.write.bitsPerSample = 0; // the layout's: a format without 16 bits gets 8, with a note
    request.stream.pyramid = recipe.pyramid;
    request.colours = recipe.colours;
    return request;
}

/// Format and encoder may say the same.
void addNew(const std::vector<std::string>& more, std::vector<std::string>& notes) {
    std::copy_if(more.begin(), more.end(), std::back_inserter(notes),
                 [&](const std::string& note) { return std::find(notes.begin(), notes.end(), note) == notes.end(); });
}

} // namespace

Precision precisionOf(const Recipe& recipe, Precision otherwise) {
    return resolved(precisionNamed(recipe.profile.substr(0, 4)).value_or(otherwise));
}

std::vector<std::string> zoomFile(const std::filesystem::path& input, const Recipe& recipe, const std::filesystem::path& output,
                                  const ZoomMeans& means, const std::function<void(double share)>& progress, const StopCheck& stop) {
    requireWeights(recipe, *means.network);
    Picture picture = readFor(input, recipe, means.allowLarge, stop);
    const Photo photo = photoOf(picture.image);
    const Rect region = regionOf(recipe, photo.size());
    Staircase staircase(photo.rgb, means.network, planSchedule(photo.size(), recipe.scale, recipe.stepLimit),
                        precisionOf(recipe, means.precision), means.cacheBytes, controlsNamed(recipe.controls));
    picture.metadata.done = doneBy(filledIn(recipe, staircase), staircase.plan());
    Exporter exporter(staircase, photo);
    const auto tell = [&](double share, const std::string&) {
        if (progress) {
            progress(share);
        }
    };
    const ExportRequest request = requestFor(recipe, picture, staircase.plan(), region, output);
    std::vector<std::string> notes = picture.notes;
    addNew(exporter.preflight(request).warnings, notes);
    addNew(exporter.write(request, tell, stop), notes);
    return notes;
}

} // namespace casr
