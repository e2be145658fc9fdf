// LibTorch first: its headers clash with Qt's.
#include "script_archive.h"

#include <ATen/Parallel.h>
#include <torch/script.h>

#include "core/base/helper_process.h"
#include "core/depth/depth_map.h"
#include "core/depth/guarded_depth_model.h"
#include "file_support.h"
#include "helper_support.h"
#include "support.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace casr;

class TestDepthModel : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

    std::filesystem::path saved(const char* name, const std::string& code) const {
        torch::jit::Module module("model");
        module.define(code);
        module.save(path(name).string());
        return path(name);
    }

    std::string refusalOf(const char* name, const std::string& code) const {
        const std::filesystem::path file = saved(name, code);
        return errorOf([&] { loadDepthModel(file); });
    }

    DepthScript goodScript(const char* name) const { return readDepthScript(saved(name, "def forward(self, x):\n  return x.mean(1)\n")); }

    /// A shell script in casr-try-model's place.
    std::filesystem::path fakeTrial(const std::string& script) const {
        putBytes(path("fake"), "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(path("fake"), std::filesystem::perms::owner_all);
        return path("fake");
    }

    /// The script of a trial that takes the bytes of a model and gives these back, as printf of the shell writes them.
    static std::string answering(const DepthScript& model, const std::string& answer) {
        return "head -c " + std::to_string(sizeof(std::uint64_t) + model.bytes.size()) + " <&3 >/dev/null; printf '" + answer + "' >&3";
    }

    std::string errorOfTrial(const std::string& script, const TrialLimits& limits = {}) const {
        return errorOf([&] { tryDepthModel(fakeTrial(script), goodScript("good.pt"), limits, {}); });
    }

    /// A module whose code holds brackets within brackets: its parser calls itself until the stack ends.
    std::filesystem::path deepModel() const {
        ScriptMembers members = membersOf(bytesOf(saved("deep.pt", "def forward(self, x):\n  return x.mean(1)\n")));
        std::string& code = members.at("code/__torch__.py");
        const std::size_t begin = code.find("return ") + 7;
        const std::size_t end = code.find('\n', begin);
        code.replace(begin, end - begin, std::string(1 << 20, '(') + "x" + std::string(1 << 20, ')'));
        putBytes(path("deep.pt"), archiveOf(members));
        return path("deep.pt");
    }

private Q_SLOTS:
    void depthNetAnswersAtHalfTheSize() {
        const auto model = DepthModel::untrained(1);
        QCOMPARE(model->run(noisePicture({192, 160}, 3, 1), {}).size(), (Size{96, 80}));
        QCOMPARE(model->longerSide() % model->granule(), 0);
    }

    void aStopEndsDepthNet() {
        int polls = 0;
        QVERIFY_THROWS_EXCEPTION(Cancelled, DepthModel::untrained(2)->run(noisePicture({64, 32}, 3, 3), [&] { return polls++ == 3; }));
        QCOMPARE(polls, 4);
    }

    void depthNetGivesTheSameBitsWithAnyNumberOfThreads() {
        const Image photo = noisePicture({211, 157}, 3, 3);
        const auto model = DepthModel::untrained(2);
        const int before = at::get_num_threads();
        at::set_num_threads(1);
        const DepthMap one = depthOf(photo, *model, {});
        at::set_num_threads(3);
        const DepthMap three = depthOf(photo, *model, {});
        at::set_num_threads(before);
        QVERIFY(sameBits(one.inverse, three.inverse));
        QVERIFY(!sameBits(one.inverse, depthOf(photo, *DepthModel::untrained(3), {}).inverse));
    }

    void theShippedWeightsLoad() {
        const auto model = loadDepthModel(CASR_SOURCE_DIR "/models/depth.safetensors");
        QCOMPARE(model->checksum().size(), std::size_t{64});
        const DepthMap map = depthOf(noisePicture({64, 48}, 3, 1), *model, {});
        QCOMPARE(map.inverse.size(), (Size{64, 48}));
    }

    void aTorchScriptModelTakesDepthNetsPlace() {
        const auto model = loadDepthModel(saved("mean.pt", "def forward(self, x):\n  return x.mean(1)\n"));
        const auto deep = loadDepthModel(saved("double.pt", "def forward(self, x):\n  return x.mean(1, True).double()\n"));
        const Image photo = noisePicture({70, 42}, 3, 1);
        QCOMPARE(model->run(photo, {}).size(), photo.size());
        for (int y = 0; y < 42; y += 5) {
            const float mean = (photo.at(8, y, 0) + photo.at(8, y, 1) + photo.at(8, y, 2)) / 3;
            QVERIFY(std::abs(model->run(photo, {}).at(8, y, 0) - mean) < 1e-6f);
        }
        QVERIFY(sameBits(model->run(photo, {}), deep->run(photo, {})));
        QVERIFY(model->checksum() != deep->checksum());
        QCOMPARE(model->longerSide() % model->granule(), 0);
        std::vector<float> values;
        for (int i = 0; i < 90 * 60 * 3; ++i) {
            values.push_back(static_cast<float>(i / (3 * 90)) / 60);
        }
        const DepthMap map = depthOf(Image({90, 60}, 3, values), *model, {});
        QVERIFY(map.inverse.at(45, 50, 0) > 0.7f && map.inverse.at(45, 10, 0) < 0.3f);
    }

    void aWrongTorchScriptModelIsRefusedByName_data() {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("hint");
        QTest::newRow("keeps colours") << "return x"
                                       << "shape";
        QTest::newRow("other size") << "return x.mean(1)[:, 1:]"
                                    << "shape";
        QTest::newRow("no sides") << "return x.mean()"
                                  << "shape";
        QTest::newRow("five dimensions") << "return x.mean(1).unsqueeze(0).unsqueeze(0)"
                                         << "shape";
        QTest::newRow("not finite") << "return (x * 0.0).mean(1) / 0.0"
                                    << "finite";
        QTest::newRow("infinite") << "return 1.0 / (x * 0.0).mean(1)"
                                  << "finite";
        QTest::newRow("sparse") << "return x.mean(1).to_sparse()"
                                << "fails";
        QTest::newRow("two results") << "return (x, x)"
                                     << "no tensor";
        QTest::newRow("throws") << "assert x.size(0) == 9, \"out of sorts\"\n  return x"
                                << "fails";
        QTest::newRow("wrong operator") << "return x.matmul(x.mean(1).view([7]))"
                                        << "fails";
    }

    void aWrongTorchScriptModelIsRefusedByName() {
        QFETCH(QString, body);
        QFETCH(QString, hint);
        const std::string refusal = refusalOf("wrong.pt", "def forward(self, x):\n  " + body.toStdString() + "\n");
        QVERIFY2(says(refusal, "wrong.pt") && says(refusal, hint.toStdString()) && says(refusal, "1xHxW"), refusal.c_str());
        QVERIFY2(!says(refusal, "\n"), refusal.c_str());
    }

    void aModelThatTakesSomethingElseIsRefused() {
        const std::string refusal = refusalOf("two.pt", "def forward(self, x, y):\n  return x.mean(1) + y\n");
        QVERIFY2(says(refusal, "two.pt") && says(refusal, "fails"), refusal.c_str());
    }

    void filesThatAreNoModelAreRefusedByName() {
        putBytes(path("notes.pt"), "no model at all");
        putBytes(path("empty.pt"), "");
        for (const char* name : {"notes.pt", "empty.pt", "missing.pt", "missing.safetensors"}) {
            const std::string refusal = errorOf([&] { loadDepthModel(path(name)); });
            QVERIFY2(says(refusal, name) && !says(refusal, "\n"), refusal.c_str());
        }
        QVERIFY(says(errorOf([&] { loadDepthModel(path("")); }), "cannot be opened"));
        QVERIFY(says(errorOf([&] { loadDepthModel(CASR_SOURCE_DIR "/models/casr.safetensors"); }), "no depth network"));
    }

    void aTensorThatReachesBeyondItsNumbersIsRefused_data() {
        QTest::addColumn<bool>("isFrozen");
        QTest::addColumn<QString>("member");
        QTest::newRow("weight") << false << "data.pkl";
        QTest::newRow("constant") << true << "constants.pkl";
    }

    void aTensorThatReachesBeyondItsNumbersIsRefused() {
        QFETCH(bool, isFrozen);
        QFETCH(QString, member);
        torch::jit::Module module("model");
        module.register_parameter("weight", at::full({1, 3, 3, 3}, 0.1), false);
        module.define("def forward(self, x):\n  return torch.conv2d(x, self.weight, None, [1, 1], [1, 1])\n");
        (isFrozen ? torch::jit::freeze(module) : module).save(path("strides.pt").string());
        QVERIFY(loadDepthModel(path("strides.pt")));

        using namespace std::string_literals;
        ScriptMembers members = membersOf(bytesOf(path("strides.pt")));
        std::string& pickle = members.at(member.toStdString());
        const std::string strides = "(K\x1BK\x09K\x03K\x01t";
        QVERIFY(says(pickle, strides));
        pickle.replace(pickle.find(strides), strides.size(), "(K\x1BK\x09K\x03J\0\1\0\0t"s); // 256 instead of 1
        putBytes(path("strides.pt"), archiveOf(members));
        QVERIFY(says(errorOf([&] { loadDepthModel(path("strides.pt")); }), "no TorchScript model"));
    }

    void theTrialPassesOnWhatTheReaderSays() {
        putBytes(path("notes.pt"), "no model at all");
        for (const auto& file : {saved("wrong.pt", "def forward(self, x):\n  return x\n"), path("notes.pt")}) {
            const std::string refusal = errorOf([&] { loadDepthModel(file); });
            QVERIFY(!refusal.empty());
            QCOMPARE(refusal, errorOf([&] { DepthModel::ofScript(readDepthScript(file)); }));
        }
    }

    void aModelIsTriedOnce() {
        const auto file = saved("once.pt", "def forward(self, x):\n  return x.mean(1) * 0.5\n");
        const TrialLimits noTime{.seconds = 0};
        QVERIFY(says(errorOf([&] { loadDepthModel(file, {}, noTime); }), "0 seconds"));
        QVERIFY(loadDepthModel(file));
        QVERIFY(loadDepthModel(file, {}, noTime));
    }

    void aModelThatCrashesItsReaderIsToldOf() {
        const std::string text = errorOf([&] { loadDepthModel(deepModel()); });
        QVERIFY2(says(text, "deep.pt") && says(text, "made its reader crash") && says(text, "choose another"), text.c_str());
        QVERIFY(!says(text, "\n"));
    }

    void aModelThatNeverEndsIsEnded() {
        const auto file = saved("endless.pt", "def forward(self, x):\n  while bool(x.size(0) > 0):\n    x = x + 0.0\n  return x\n");
        const std::string text = errorOf([&] { loadDepthModel(file, {}, {.seconds = 3}); });
        QVERIFY2(says(text, "endless.pt") && says(text, "3 seconds") && says(text, "was ended"), text.c_str());
        QVERIFY(hasNoChild());
    }

    void aModelThatTakesTooMuchMemoryIsToldOf() {
#if !defined(__SANITIZE_ADDRESS__)
        const auto file = saved("huge.pt", "def forward(self, x):\n  return x.mean(1) + torch.ones([1024, 1024, 512]).mean()\n");
        const std::string text = errorOf([&] { loadDepthModel(file, {}, {.memoryBytes = std::int64_t{1} << 30}); });
        QVERIFY2(says(text, "huge.pt") && says(text, "more memory") && says(text, "smaller"), text.c_str());
        QVERIFY(loadDepthModel(file));
#endif
        QVERIFY(says(errorOfTrial("echo 'terminate called: std::bad_alloc' >&2; kill -ABRT $$"), "more memory"));
    }

    void aTrialThatCrashesIsToldAndSurvived() {
        const std::string text = errorOfTrial("kill -SEGV $$");
        QVERIFY2(says(text, "good.pt") && says(text, "crash") && says(text, "Segmentation fault"), text.c_str());
        QVERIFY(says(errorOfTrial("exit 7"), "exit code 7"));
    }

    void aTrialThatHangsIsEnded() {
        const std::string text = errorOfTrial("while true; do :; done", {.seconds = 0.3});
        QVERIFY2(says(text, "0.3 seconds") && says(text, "was ended"), text.c_str());
        QVERIFY(hasNoChild());
        QVERIFY(says(errorOfTrial("exec 3>&-; while true; do :; done", {.seconds = 0.3}), "0.3 seconds"));
        QVERIFY(hasNoChild());
    }

    void aTrialThatLiesIsNotBelieved() {
        const DepthScript wrong = readDepthScript(saved("wrong.pt", "def forward(self, x):\n  return x\n"));
        tryDepthModel(fakeTrial(answering(wrong, R"(\004\0\0\0\0\0\0\0good)")), wrong, {}, {});
        QVERIFY(says(errorOf([&] { DepthModel::ofScript(wrong); }), "shape"));
        const DepthScript good = goodScript("good.pt");
        QVERIFY(says(errorOfTrial(answering(good, "nonsense nonsense nonsense")), "crash"));
        QVERIFY(says(errorOfTrial(answering(good, R"(\0\0\0\0\0\0\0\0)")), "crash"));
        QCOMPARE(errorOfTrial(answering(good, R"(\005\0\0\0\0\0\0\0a\nb\tc)")), std::string("a b c"));
    }

    void aStopEndsTheTrial() {
        const auto program = fakeTrial(endlessScript);
        const auto folder = program.parent_path();
        QVERIFY_THROWS_EXCEPTION(Cancelled, tryDepthModel(program, goodScript("good.pt"), {}, [&] { return hasBegun(folder); }));
        QVERIFY(hasEnded(folder) && hasNoChild());
    }

    void aTrialThatCannotStartIsToldOf() {
        const std::string text = errorOf([&] { tryDepthModel(path("none"), goodScript("good.pt"), {}, {}); });
        QVERIFY2(says(text, "cannot be started") && says(text, "Install"), text.c_str());
    }

    void theTrialAloneSaysWhatItIsFor() {
        QProcess process;
        process.start(QString::fromStdString(helperProgram("casr-try-model").string()), {"model.pt"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 2);
        QVERIFY(process.readAllStandardError().contains("part of casr"));
        QVERIFY(says(errorOf([] { helperProgram("casr-none"); }), "Install"));
    }
};

QTEST_GUILESS_MAIN(TestDepthModel)
#include "test_depth_model.moc"
