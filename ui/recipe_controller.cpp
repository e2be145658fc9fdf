#include "ui/recipe_controller.h"

#include "ui/guarded.h"

#include "core/base/error.h"
#include "core/recipe/recipe_controls.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

namespace casr {

namespace {

std::filesystem::path fileOf(const QString& path) {
    return std::filesystem::path(path.toStdU16String());
}

} // namespace

Recipe recipeOf(const Levels& levels, std::optional<Rect> region) {
    Recipe recipe;
    const ZoomSettings settings = levels.settings();
    recipe.scale = settings.scale;
    recipe.stepLimit = settings.stepLimit;
    recipe.controls = namedControls(settings.controls);
    recipe.region = region;
    if (levels.isReady()) {
        recipe.weightsHash = levels.staircase()->network().checksum();
        recipe.profile = levels.staircase()->profile();
    }
    return recipe;
}

Recipe recipeOf(const Levels& levels, std::optional<Rect> region, int level) {
    Recipe recipe = recipeOf(levels, region);
    if (level != levels.plan().levels() - 1) {
        recipe.controls.erase("plain");
    }
    return recipe;
}

RecipeController::RecipeController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window)
    : QObject(window), m_levels(levels), m_canvas(canvas), m_messages(messages), m_window(window) {}

void RecipeController::addCommands(QMenu* file, Commands& commands) {
    Commands::needingPhoto(commands.add(file, "saveRecipeAction", tr("&Save Recipe\u2026"),
                                        tr("Keep region, scale and all settings in a small file that makes the result again"),
                                        {QKeySequence("Ctrl+S")}, [this] { chooseSave(true); }));
    Commands::needingPhoto(commands.add(file, "savePresetAction", tr("Save &Preset\u2026"),
                                        tr("Keep the settings without the region, for any photo"), {QKeySequence("Ctrl+Shift+S")},
                                        [this] { chooseSave(false); }));
    Commands::needingPhoto(commands.add(file, "loadRecipeAction", tr("&Load Recipe\u2026"),
                                        tr("Take up the settings of a recipe or preset; dropping the file on the window does so too"),
                                        {QKeySequence("Ctrl+L")}, [this] { chooseLoad(); }));
}

bool RecipeController::isRecipeName(const QString& path) {
    return path.endsWith(".json", Qt::CaseInsensitive);
}

void RecipeController::chooseSave(bool withRegion) {
    const QString name = withRegion ? QFileInfo(m_levels.document()->path).completeBaseName() + ".recipe.json" : tr("preset.recipe.json");
    const QString path =
        QFileDialog::getSaveFileName(m_window, withRegion ? tr("Save Recipe") : tr("Save Preset"),
                                     QFileInfo(m_levels.document()->path).absoluteDir().filePath(name), tr("Recipes (*.json)"));
    if (!path.isEmpty()) {
        save(path, withRegion);
    }
}

void RecipeController::chooseLoad() {
    const QString path = QFileDialog::getOpenFileName(m_window, tr("Load Recipe"), QString(), tr("Recipes (*.json);;All files (*)"));
    if (!path.isEmpty()) {
        load(path);
    }
}

void RecipeController::save(const QString& path, bool withRegion) {
    m_files.post([this, path, recipe = recipeOf(m_levels, withRegion ? m_canvas.region() : std::nullopt)](std::stop_token) {
        const GuardedOutcome outcome = guarded([&] { saveRecipe(fileOf(path), recipe); });
        QMetaObject::invokeMethod(this, [this, path, error = outcome.error] {
            error.isEmpty() ? m_messages.showNotice(tr("Saved %1").arg(QDir::toNativeSeparators(path))) : m_messages.showError(error);
        });
    });
}

void RecipeController::load(const QString& path) {
    m_files.post([this, path](std::stop_token) {
        Recipe recipe;
        const GuardedOutcome outcome = guarded([&] { recipe = readRecipe(fileOf(path)); });
        QMetaObject::invokeMethod(this, [this, recipe, error = outcome.error] {
            const QString problem = error.isEmpty() ? guarded([&] { take(recipe); }).error : error;
            if (!problem.isEmpty()) {
                m_messages.showError(problem);
            }
        });
    });
}

void RecipeController::take(const Recipe& recipe) {
    if (!m_levels.document()) {
        throw Error("A recipe needs a photo. Open the photo first, then drop the recipe.");
    }
    const Size photo = m_levels.document()->size();
    if (recipe.region && !contains(rectOf(photo), *recipe.region)) {
        throw Error("The recipe's region lies outside this photo, which has " + std::to_string(photo.width) + " x " +
                    std::to_string(photo.height) + " pixels. Open the photo that it was made for, or use a preset.");
    }
    m_levels.choose({recipe.scale, recipe.stepLimit, controlsNamed(recipe.controls)});
    if (recipe.region) {
        m_canvas.setRegion(recipe.region);
        m_canvas.fitRegion();
    }
    const Recipe now = recipeOf(m_levels, recipe.region);
    const bool isSame =
        (recipe.weightsHash.empty() || recipe.weightsHash == now.weightsHash) && (recipe.profile.empty() || recipe.profile == now.profile);
    m_messages.showNotice(isSame ? tr("The recipe's settings are chosen; the result will be the same again.")
                                 : tr("The recipe's settings are chosen. It was made with other weights or on another kind of machine: the "
                                      "result will differ slightly."));
}

} // namespace casr
