#pragma once

#include "core/base/stop.h"
#include "core/recipe/recipe.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace casr {

enum class ItemState { waiting, running, done, skipped, failed };

/// What happens when a result's name is taken.
enum class Conflict { skip, number, replace };

/// One file of a batch.
struct BatchItem {
    std::string input;
    std::optional<Recipe> recipe; ///< In place of the batch's.
    std::optional<Rect> region;   ///< In place of the recipe's.
    std::optional<double> scale;  ///< In place of the recipe's.
    ItemState state = ItemState::waiting;
    std::string output; ///< Once it is known.
    double seconds = 0;
    std::string error; ///< Why it failed or was skipped.
};

/// A queue of files under one recipe. A value: saved and loaded, changed by whoever holds it.
struct Batch {
    Recipe recipe;
    std::string folder;                                 ///< Of the results; empty: beside each photo.
    std::string nameTemplate = "{name}-x{scale}.{ext}"; ///< Placeholders: name, scale, ext, number (from 1).
    std::string extension;                              ///< For {ext}; empty: the photo's where it can be written, else tif.
    Conflict conflict = Conflict::number;
    std::vector<BatchItem> items;
};

/// The recipe of one item.
Recipe recipeOf(const Batch& batch, const BatchItem& item);

/// `nameTemplate` with its placeholders filled in for `batch.items[index]`. Throws Error for an unknown placeholder, and for a name that
/// holds a slash or is empty.
std::string resultName(const Batch& batch, std::size_t index);

/// Where the result of `batch.items[index]` goes under the conflict policy; nothing: skip it. A name is taken when `exists` says so or it
/// is in `taken` (results of this batch, which are never replaced); no photo of the batch is ever replaced, by whatever path it is named.
std::optional<std::filesystem::path> resultPath(const Batch& batch, std::size_t index, const std::set<std::filesystem::path>& taken,
                                                const std::function<bool(const std::filesystem::path&)>& exists);

/// The files as they are named, and in place of a folder the files with the extension of a picture in it (not in folders of it), by name.
/// Throws Error for a folder that cannot be listed; a file that does not exist is an item that will fail.
std::vector<std::string> expandedInputs(const std::vector<std::string>& paths);

std::string writeBatch(const Batch& batch);

/// Throws Error, naming `origin`, when `text` is no queue of this version. What was running when the queue was saved waits again.
Batch parseBatch(const std::string& text, const std::string& origin);

void saveBatch(const std::filesystem::path& path, const Batch& batch);
/// Throws Error when the file cannot be read, has more than 256 MB, or as parseBatch.
Batch loadBatch(const std::filesystem::path& path);

/// Makes one result; throws Error, Cancelled or anything else.
using MakeResult = std::function<void(const BatchItem& item, const Recipe& recipe, const std::filesystem::path& output)>;

/// Works through the waiting items in order. What one throws is kept as its error and the next goes on; Cancelled alone ends the run, its
/// item waits again. `changed` is called after every change of state, to save the queue. When it throws the run goes on, as a later call
/// may save everything; what the last one has thrown comes after the last item, when `batch` is as it became and can be reported.
void runBatch(Batch& batch, const MakeResult& make, const std::function<void(const Batch&)>& changed, const StopCheck& stop);

/// How many items are in `state`.
std::size_t countOf(const Batch& batch, ItemState state);

/// One line per item (state, seconds, result or error), and a last one with the numbers.
std::string reportOf(const Batch& batch);

const char* nameOf(ItemState state);

} // namespace casr
