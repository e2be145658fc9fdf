// The levels of a photo as the window holds them, without a window.

#include "tests/picture_support.h"
#include "tests/staircase_support.h"

#include "ui/levels.h"

#include "core/base/error.h"
#include "core/batch/zoom_file.h"
#include "core/recipe/recipe_controls.h"

#include <optional>

using namespace casr;

namespace {

constexpr double scale = 3.5, stepLimit = 2;
const StepControls detailedControls{0, 0, {}, 0.75f, 1};

std::shared_ptr<const Network> detailedNetwork() {
    static const std::shared_ptr<const Network> network = strongNetwork({16, 2, 16, 16, 8, 1}, 2);
    return network;
}

/// What the window holds of `picture` under the controls above.
void open(Levels& levels, Picture picture) {
    levels.setNetwork(detailedNetwork());
    levels.setDocument(documentOf({}, std::move(picture), {}, {}));
    levels.choose({scale, stepLimit, detailedControls});
}

} // namespace

class TestLevels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startPictureLibrary(); }

    void theResultHasTheBitsOfAStaircaseThatEndsThere() {
        Levels levels;
        open(levels, {photo(), 8, {}});
        const Plan plan = planSchedule(photoSize, scale, stepLimit);
        QVERIFY(levels.viewingPlan().levels() > plan.levels());
        Staircase ending(photo(), detailedNetwork(), plan, levels.precision(), plenty, detailedControls);
        const int result = plan.levels() - 1;
        QVERIFY(sameBits(wholeLevel(*levels.staircase(), result), wholeLevel(ending, result)));
    }

    void theResultIsThatOfARecipe() {
        const TestFolder folder;
        writePicture(folder / "photo.png", {photo(), 16, {}});
        Levels levels;
        open(levels, readPicture(folder / "photo.png"));
        Recipe recipe;
        recipe.scale = scale;
        recipe.stepLimit = stepLimit;
        recipe.controls = namedControls(detailedControls);
        zoomFile(folder / "photo.png", recipe, folder / "result.tif", {detailedNetwork(), levels.precision(), plenty}, {}, {});
        const Image written = readPicture(folder / "result.tif").image;
        const Image expected = wholeLevel(*levels.staircase(), levels.plan().levels() - 1);
        QCOMPARE(written.size(), expected.size());
        float largest = 0;
        for (std::size_t i = 0; i < expected.values().size(); ++i) {
            largest = std::max(largest, std::abs(expected.values()[i] - written.values()[i]));
        }
        QVERIFY2(largest <= 0.51f / 65535, qPrintable(QString::number(largest)));
    }

    void whatShowsATileMayThrowAndIsTold() {
        Levels levels;
        open(levels, {photo(), 8, {}});
        QStringList failures;
        connect(&levels, &Levels::failed, this, [&](const QString& message) { failures << message; });
        std::optional<Outcome> outcome;
        const auto fail = [](const Levels::Arrival&) { throw Error("no room to show it"); };
        levels.request(Priority::visible, tilesOfStep(levels.plan(), 1, rectOf(photoSize)),
                       {fail, {}, [&](Outcome how, const QString&) { outcome = how; }});
        QTRY_VERIFY_WITH_TIMEOUT(outcome.has_value(), 120000);
        QCOMPARE(failures, QStringList{"no room to show it"});
        QVERIFY(levels.hasTile({1, 0, 0}));
    }
};

QTEST_MAIN(TestLevels)
#include "test_levels.moc"
