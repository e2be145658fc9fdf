#include "core/batch/batch.h"
#include "core/recipe/recipe.h"
#include "picture_support.h"

using namespace casr;

namespace {

Recipe fullRecipe() {
    Recipe recipe;
    recipe.program = "0.1.0";
    recipe.weightsHash = std::string(64, 'a');
    recipe.profile = "fp32, test";
    recipe.scale = 5.3;
    recipe.stepLimit = 2.5;
    recipe.region = Rect{3, 5, 40, 50};
    recipe.controls = {{"fidelity", 0.7}, {"similarity", 1}};
    recipe.page = 2;
    recipe.tone = ToneCurve::clip;
    recipe.output = {16, 80, true, false, false};
    recipe.pyramid = true;
    recipe.colours = OutputColours::displayP3;
    return recipe;
}

const std::string smallest = R"({"format":"casr-recipe","version":1,"scale":4)";

std::string refusalOf(const std::string& further) {
    return errorOf([&] { parseRecipe(smallest + further + "}", "my.json"); });
}

Batch batchOf(const std::vector<std::string>& inputs) {
    Batch batch;
    batch.recipe.scale = 4;
    for (const std::string& input : inputs) {
        BatchItem item;
        item.input = input;
        batch.items.push_back(item);
    }
    return batch;
}

const auto nothingExists = [](const std::filesystem::path&) { return false; };

} // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRecipeSurvivesWritingAndReading() {
        const std::string text = writeRecipe(fullRecipe());
        const Recipe read = parseRecipe(text, "text");
        QCOMPARE(writeRecipe(read), text);
        QVERIFY(read.region == fullRecipe().region && read.controls == fullRecipe().controls);
        QCOMPARE(read.scale, 5.3);
        QVERIFY(read.tone == ToneCurve::clip && !read.output.keepPosition && !read.output.keepMetadata);
        QVERIFY(read.colours == OutputColours::displayP3);

        const TestFolder folder;
        saveRecipe(folder / "a.json", fullRecipe());
        QCOMPARE(writeRecipe(readRecipe(folder / "a.json")), text);
    }

    void whatIsMissingHasItsDefault() {
        const Recipe read = parseRecipe(smallest + "}", "text");
        QCOMPARE(read.scale, 4.0);
        QCOMPARE(read.stepLimit, defaultStepLimit);
        QVERIFY(!read.region && read.controls.empty() && read.weightsHash.empty());
        QCOMPARE(read.output.quality, 92);
    }

    void aMistakeIsNamed_data() {
        QTest::addColumn<QString>("further");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* further, const char* said) { QTest::newRow(further) << QString(further) << QString(said); };
        row(R"(,"sclae":3)", "'sclae' is unknown");
        row(R"(,"output":{"colours":"cmyk"})", "'output.colours' is not");
        row(R"(,"output":{"qualty":3})", "'output.qualty' is unknown");
        row(R"(,"input":{"depth":3})", "'input.depth' is unknown");
        row(R"(,"step_limit":5)", "'step_limit' is no number from 1.5 to 4");
        row(R"(,"step_limit":"3")", "'step_limit' is no number");
        row(R"(,"region":[1,2,3])", "'region' is not [x, y, width, height]");
        row(R"(,"region":[1,2,0,3])", "'region' has no area");
        row(R"(,"region":[-1,2,3,3])", "'region' is not");
        row(R"(,"region":[1,2,3,1e30])", "'region' is not");
        row(R"(,"controls":{"a":"b"})", "'controls.a' is no number");
        row(R"(,"controls":[1])", "'controls' is not an object");
        row(R"(,"weights_sha256":"xyz")", "64 hexadecimal digits");
        row(R"(,"output":{"quality":92.5})", "'output.quality' is no whole number");
        row(R"(,"output":{"bits_per_sample":12})", "'output.bits_per_sample' is not 8, 16");
        row(R"(,"output":{"lossless":1})", "'output.lossless' is neither true nor false");
        row(R"(,"input":{"tone":"hard"})", "'input.tone'");
        row(R"(,"profile":7)", "'profile' is no text");
    }
    void aMistakeIsNamed() {
        QFETCH(QString, further);
        QFETCH(QString, said);
        const std::string text = refusalOf(further.toStdString());
        QVERIFY2(says(text, said.toStdString()) && says(text, "my.json") && says(text, "Correct it"), text.c_str());
    }

    void whatIsNoRecipeIsRefused() {
        for (const char* text :
             {"", "{", "[]", "7", R"({"format":"casr-recipe","version":1})", R"({"format":"casr-job","version":1,"scale":2})",
              R"({"format":"casr-recipe","version":2,"scale":2})", R"({"format":"casr-recipe","version":1,"scale":65})",
              R"({"format":"casr-recipe","version":1,"scale":null})"}) {
            QVERIFY2(says(errorOf([&] { parseRecipe(text, "my.json"); }), "no recipe"), text);
        }
        const TestFolder folder;
        QVERIFY(says(errorOf([&] { readRecipe(folder / "none.json"); }), "--save-recipe"));
        putBytes(folder / "huge.json", std::string((1 << 20) + 1, ' '));
        QVERIFY(says(errorOf([&] { readRecipe(folder / "huge.json"); }), "no recipe file"));
    }

    void whatWasDoneIsSaidInWords() {
        const auto done = doneBy(fullRecipe(), planSchedule({640, 480}, 5.3, 2.5));
        const auto value = [&](const std::string& name) {
            const auto found = std::find_if(done.begin(), done.end(), [&](const auto& each) { return each.first == name; });
            return found == done.end() ? std::string() : found->second;
        };
        QCOMPARE(value("Scale"), std::string("5.3"));
        QCOMPARE(value("Region"), std::string("3,5,37,45"));
        QCOMPARE(value("Controls"), std::string("fidelity=0.7, similarity=1"));
        QCOMPARE(value("Weights"), std::string(64, 'a'));
        QVERIFY(value("Steps").front() == 'x');
        const auto copied = doneBy(fullRecipe(), planSchedule({640, 480}, 1)); // no step, so nothing was controlled
        QVERIFY(std::none_of(copied.begin(), copied.end(), [](const auto& each) { return each.first == "Controls"; }));
        QVERIFY(done.size() == 7 && doneBy(Recipe(), planSchedule({64, 48}, 2)).size() == 4);
    }

    void namesAreFilledIn() {
        Batch batch = batchOf({"/photos/one.two.JPG", "/photos/three.cr2"});
        QCOMPARE(resultName(batch, 0), std::string("one.two-x4.jpg"));
        QCOMPARE(resultName(batch, 1), std::string("three-x4.tif"));
        batch.items[1].scale = 2.5;
        batch.nameTemplate = "{number}_{name}_{scale}.{ext}";
        batch.extension = "png";
        QCOMPARE(resultName(batch, 1), std::string("2_three_2.5.png"));
        batch.nameTemplate = "{name}{nmae}";
        QVERIFY(says(errorOf([&] { resultName(batch, 0); }), "{nmae}"));
        batch.nameTemplate = "a/{name}";
        QVERIFY(says(errorOf([&] { resultName(batch, 0); }), "no file name"));
    }

    void aTakenNameIsSkippedNumberedOrReplaced() {
        Batch batch = batchOf({"/photos/a.jpg"});
        batch.folder = "/results";
        const std::filesystem::path wanted = "/results/a-x4.jpg";
        const auto exists = [&](const std::filesystem::path& path) { return path == wanted; };
        QCOMPARE(resultPath(batch, 0, {}, nothingExists).value(), wanted);
        batch.conflict = Conflict::skip;
        QVERIFY(!resultPath(batch, 0, {}, exists));
        batch.conflict = Conflict::number;
        QCOMPARE(resultPath(batch, 0, {}, exists).value(), std::filesystem::path("/results/a-x4-2.jpg"));
        batch.conflict = Conflict::replace;
        QCOMPARE(resultPath(batch, 0, {}, exists).value(), wanted);
        // A result of the same batch is never replaced.
        QCOMPARE(resultPath(batch, 0, {wanted}, nothingExists).value(), std::filesystem::path("/results/a-x4-2.jpg"));
    }

    void aPhotoIsNeverReplacedByItsOwnResult() {
        Batch batch = batchOf({"/photos/a.jpg"});
        batch.nameTemplate = "{name}.{ext}";
        for (const Conflict conflict : {Conflict::skip, Conflict::number, Conflict::replace}) {
            batch.conflict = conflict;
            QCOMPARE(resultPath(batch, 0, {}, nothingExists).value(), std::filesystem::path("/photos/a-2.jpg"));
        }
    }

    void foldersGiveTheirPicturesByName() {
        const TestFolder folder;
        for (const char* name : {"b.png", "a.JPG", "c.txt", "d"}) {
            putBytes(folder / name, "x");
        }
        QCOMPARE(expandedInputs({"one.tif", folder.path().string()}),
                 (std::vector<std::string>{"one.tif", (folder / "a.JPG").string(), (folder / "b.png").string()}));
    }

    void oneBadFileNeverStopsTheRest() {
        Batch batch = batchOf({"a", "b", "c", "d"});
        std::vector<std::string> states;
        const auto make = [](const BatchItem& item, const Recipe&, const std::filesystem::path&) {
            if (item.input == "b") {
                throw Error("'b' is damaged.");
            }
            if (item.input == "c") {
                throw std::bad_alloc();
            }
        };
        runBatch(batch, make, [&](const Batch& now) { states.emplace_back(nameOf(now.items[0].state)); }, {});
        QVERIFY(states.at(0) == "running" && states.at(1) == "done" && states.size() == 8);
        QCOMPARE(countOf(batch, ItemState::done), std::size_t{2});
        QCOMPARE(countOf(batch, ItemState::failed), std::size_t{2});
        const std::string report = reportOf(batch);
        QVERIFY2(says(report, "b: 'b' is damaged.") && says(report, "memory") &&
                     says(report, "4 files: 2 done, 0 skipped, 2 failed, 0 waiting"),
                 report.c_str());
    }

    void aCancelledBatchGoesOnWhereItWas() {
        Batch batch = batchOf({"a", "b", "c"});
        const auto until = [](const std::string& last) {
            return [last](const BatchItem& item, const Recipe&, const std::filesystem::path&) {
                if (item.input == last) {
                    throw Cancelled();
                }
            };
        };
        std::string saved;
        const auto keep = [&](const Batch& now) { saved = writeBatch(now); };
        QVERIFY_THROWS_EXCEPTION(Cancelled, runBatch(batch, until("b"), keep, {}));
        Batch again = parseBatch(saved, "queue");
        QCOMPARE(countOf(again, ItemState::done), std::size_t{1});
        QCOMPARE(countOf(again, ItemState::waiting), std::size_t{2});
        runBatch(again, until("nothing"), keep, {});
        QCOMPARE(countOf(again, ItemState::done), std::size_t{3});
        QVERIFY_THROWS_EXCEPTION(Cancelled, ([] {
                                     Batch stopped = batchOf({"a"});
                                     runBatch(stopped, {}, {}, [] { return true; });
                                 }()));
    }

    void aQueueSurvivesItsFile() {
        const TestFolder folder;
        Batch batch = batchOf({"/a.jpg", "/b.jpg"});
        batch.recipe = fullRecipe();
        batch.conflict = Conflict::replace;
        batch.items[0].region = Rect{1, 2, 11, 22};
        batch.items[0].scale = 3.5;
        batch.items[1].state = ItemState::failed;
        batch.items[1].error = "It is damaged.";
        saveBatch(folder / "queue.json", batch);
        QCOMPARE(writeBatch(loadBatch(folder / "queue.json")), writeBatch(batch));
        QVERIFY(says(errorOf([&] { loadBatch(folder / "none.json"); }), "--queue"));
        const std::string text = writeBatch(batch);
        for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
            QVERIFY(!errorOf([&] { parseBatch(text.substr(0, length), "queue"); }).empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "test_recipe.moc"
