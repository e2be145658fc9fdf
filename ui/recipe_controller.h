#pragma once

#include "ui/canvas.h"
#include "ui/commands.h"
#include "ui/message_bar.h"
#include "ui/worker.h"

#include "core/recipe/recipe.h"

namespace casr {

/// The window's settings as a recipe: weights, profile, scale, step limit, controls and, when `region` is there, the region.
Recipe recipeOf(const Levels& levels, std::optional<Rect> region);
/// The same for the picture of one level: only the last one is mixed with the plain enlargement.
Recipe recipeOf(const Levels& levels, std::optional<Rect> region, int level);

/// Saves the window's settings as recipes and takes recipes up: by menu, and when a file is dropped.
class RecipeController : public QObject {
    Q_OBJECT

public:
    RecipeController(Levels& levels, Canvas& canvas, MessageBar& messages, QWidget* window);

    void addCommands(QMenu* file, Commands& commands);
    /// True for a file name that may be a recipe.
    static bool isRecipeName(const QString& path);
    /// On a thread of its own; what came of it is shown.
    void save(const QString& path, bool withRegion);
    void load(const QString& path);

private:
    void chooseSave(bool withRegion);
    void chooseLoad();
    void take(const Recipe& recipe);

    Levels& m_levels;
    Canvas& m_canvas;
    MessageBar& m_messages;
    QWidget* m_window;
    Worker m_files; ///< Last: stopped before the rest goes.
};

} // namespace casr
