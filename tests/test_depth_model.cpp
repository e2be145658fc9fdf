// LibTorch first: its headers clash with Qt's.
#include <ATen/Parallel.h>
#include <torch/script.h>

#include "core/depth/depth_map.h"
#include "tests/support.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>

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
        return errorOf([&] { DepthModel::load(file); });
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
        const auto model = DepthModel::load(CASR_SOURCE_DIR "/models/depth.safetensors");
        QCOMPARE(model->checksum().size(), std::size_t{64});
        const DepthMap map = depthOf(noisePicture({64, 48}, 3, 1), *model, {});
        QCOMPARE(map.inverse.size(), (Size{64, 48}));
    }

    void aTorchScriptModelTakesDepthNetsPlace() {
        const auto model = DepthModel::load(saved("mean.pt", "def forward(self, x):\n  return x.mean(1)\n"));
        const auto deep = DepthModel::load(saved("deep.pt", "def forward(self, x):\n  return x.mean(1, True).double()\n"));
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
        std::ofstream(path("notes.pt")) << "no model at all";
        std::ofstream(path("empty.pt")) << "";
        for (const char* name : {"notes.pt", "empty.pt", "missing.pt", "missing.safetensors"}) {
            const std::string refusal = errorOf([&] { DepthModel::load(path(name)); });
            QVERIFY2(says(refusal, name) && !says(refusal, "\n"), refusal.c_str());
        }
        QVERIFY(says(errorOf([&] { DepthModel::load(path("")); }), "cannot be opened"));
        QVERIFY(says(errorOf([&] { DepthModel::load(CASR_SOURCE_DIR "/models/casr.safetensors"); }), "no depth network"));
    }
};

QTEST_APPLESS_MAIN(TestDepthModel)
#include "test_depth_model.moc"
