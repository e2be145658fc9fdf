#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/picture_folder.h"
#include "app/cli/read_options.h"
#include "core/base/error.h"
#include "core/image/resample.h"
#include "core/io/picture_file.h"
#include "core/metrics/pristine_file.h"

#include <cstdio>

namespace casr::cli {

namespace {

struct Arguments {
    std::string photos;
    std::string output;
    ReadOptions read;
};

/// The sharp blocks of all photos. "castle_3.png" and "castle_4.png" are parts of one photo, as in casr-train pack.
class PhotoBlocks {
public:
    explicit PhotoBlocks(const ReadOptions& read) : m_read(read) {}

    void add(const std::filesystem::path& path) {
        const std::string stem = path.stem().string(), photo = stem.substr(0, stem.rfind('_'));
        if (photo != m_photo) {
            finishPhoto();
            m_photo = photo;
        }
        const std::vector<SceneBlock> blocks = sceneBlocks(roundedTo8Bit(readForRun(path, m_read).image));
        m_ofPhoto.insert(m_ofPhoto.end(), blocks.begin(), blocks.end());
    }

    SceneGaussian gaussian() {
        finishPhoto();
        return m_sharp.empty() ? SceneGaussian() : gaussianOf(m_sharp);
    }

private:
    void finishPhoto() {
        const std::vector<SceneBlock> sharp = sharpBlocks(m_ofPhoto);
        m_sharp.insert(m_sharp.end(), sharp.begin(), sharp.end());
        m_ofPhoto.clear();
    }

    const ReadOptions& m_read;
    std::string m_photo;
    std::vector<SceneBlock> m_ofPhoto, m_sharp;
};

void fit(const Arguments& arguments) {
    const std::vector<std::filesystem::path> files = picturesIn(arguments.photos, "Give a folder of sharp photos.");
    PhotoBlocks blocks(arguments.read);
    ProgressBar bar;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (isInterrupted()) {
            throw Cancelled();
        }
        blocks.add(files[i]);
        bar.show(static_cast<double>(i + 1) / static_cast<double>(files.size()), files[i].filename().string());
    }
    const SceneGaussian pristine = blocks.gaussian();
    writePristine(arguments.output, pristine);
    std::printf("%lld sharp blocks of %zu pictures\n", static_cast<long long>(pristine.blocks), files.size());
}

} // namespace

Action addFitNiqe(CLI::App& app) {
    CLI::App* command = app.add_subcommand("fit-niqe", "Learn from sharp photos what casr evaluate takes for natural (NIQE, drift)");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("photos", arguments->photos, "Folder of photos; names that agree up to the last _ are parts of one photo")
        ->required();
    command->add_option("-o,--out", arguments->output, "The file to write (JSON)")->required();
    addReadOptions(*command, arguments->read);
    return [arguments] { fit(*arguments); };
}

} // namespace casr::cli
