#pragma once

#include "app/cli/console.h"
#include "app/cli/read_options.h"
#include "app/cli/run_options.h"
#include "core/export/disk_cache.h"
#include "core/export/exporter.h"
#include "core/io/output_colours.h"
#include "core/io/picture_file.h"
#include "core/recipe/recipe.h"

#include <optional>
#include <string>

namespace casr::cli {

/// What `casr upscale` was asked for.
struct UpscaleArguments {
    RunOptions run;
    ReadOptions read;
    std::string in;
    std::string out;
    double scale = 2;
    std::string region;
    std::string keepSteps;
    std::string noise = "0"; ///< A number, or "auto".
    std::string jpeg = "0";
    std::string blur = "0";
    std::optional<float> detail;     ///< usualDetail when not given and the weights have it.
    std::optional<float> lastDetail; ///< As `detail` when not given.
    float plain = 0;
    int ensemble = 1; ///< Passes of every step.
    bool json = false;
    int bits = 0;
    int quality = 92;
    bool lossless = false;
    bool pyramid = false;
    bool dryRun = false;
    int memory = 0;        ///< Megabytes for computed tiles; 0: as TileCache::defaultBudget().
    std::string cache;     ///< Folder that keeps tiles for later runs; empty for none.
    int cacheLimit = 4096; ///< Megabytes.
    std::string job;       ///< Folder that keeps finished tiles; empty for none.
    std::string resume;    ///< Folder of a job to go on with.
    std::string shard;     ///< "i/n": compute this part of the job only.
    bool assemble = false;
    bool noGps = false;
    bool noMetadata = false;
    OutputColours colours = OutputColours::asPicture;
    std::string recipe;        ///< File that says what was not given otherwise.
    std::string saveRecipe;    ///< File that the recipe of this run is written to.
    std::string wantedWeights; ///< SHA-256 of the weights that the recipe was made with; empty: any.
};

/// One run of the command: the photo, its staircase, the files, and what is told about them at the end.
class UpscaleRun {
public:
    /// Reads photo and weights. Throws Error.
    explicit UpscaleRun(const UpscaleArguments& arguments);

    /// Writes the result and the steps that were asked for.
    void writeResult();

    /// Computes and assembles by way of a job folder.
    void runJob();

    /// Tells what the run would take, after one tile. Throws Error with the first problem when there is one.
    void examine();

    /// One line, or JSON.
    void tell() const;

    /// What makes this result again.
    Recipe recipe() const;

private:
    const Plan& plan() const { return m_staircase.plan(); }
    int lastLevel() const { return plan().levels() - 1; }

    Rect chosenRegion() const;
    ExportRequest requestFor(int level, const std::filesystem::path& output) const;
    void keepStep(int level);
    void addCache();
    JobDescription describeJob() const;
    void checkSource() const;
    void checkWeights() const;

    /// Told at once, and again in the JSON at the end.
    void addNotes(const std::vector<std::string>& notes);

    ExportProgress progress(int level);

    const UpscaleArguments& m_arguments;
    const std::string m_sourceHash; ///< Before the photo was read; empty where no tiles are kept.
    Picture m_picture;
    Photo m_photo;
    Rect m_region;
    std::shared_ptr<const Network> m_network;
    Staircase m_staircase;
    Exporter m_exporter;
    std::shared_ptr<DiskCache> m_cache;
    ProgressBar m_bar;
    double m_started = now();
    std::vector<std::string> m_notes;
    std::int64_t m_idleMemory = 0; ///< With photo and weights, before the first tile.
};

/// The arguments that `folder`'s job was started with, with the running options of `arguments`.
UpscaleArguments argumentsOfJob(const UpscaleArguments& arguments, const std::filesystem::path& folder);

} // namespace casr::cli
