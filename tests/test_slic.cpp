#include "cli_folder.h"
#include "core/metrics/metrics.h"
#include "core/metrics/slic.h"
#include "core/network/network.h"

#include <QRegularExpression>
#include <QtTest>

#include <array>
#include <map>

using namespace casr;

namespace {

using Colour = std::array<float, 3>;

Colour colourAt(const Image& image, int x, int y) {
    return {image.at(x, y, 0), image.at(x, y, 1), image.at(x, y, 2)};
}

/// Squares of `edge` pixels, each of one of nine colours, so that neighbours differ.
Image squares(Size size, int edge) {
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const int column = x / edge % 3, row = y / edge % 3;
            for (const int step : {column, row, (column + row) % 3}) {
                values.push_back(0.1f + 0.4f * static_cast<float>(step));
            }
        }
    }
    return Image(size, 3, std::move(values));
}

} // namespace

/// SLIC, and `casr superpixels`, which measures the network's superpixels against it.
class TestSlic : public QObject, private CliFolder {
    Q_OBJECT

private:
    Run superpixels(const QStringList& further) const { return runCasr(QStringList{"superpixels"} + further); }

private Q_SLOTS:
    void initTestCase() {
        fill();
        writeTensorFile(path("cells.safetensors").toStdString(), strongWeights({16, 1, 16, 0, 8}, 3));
    }

    void squaresOfOneColourAreRebuiltExactly() {
        const Image picture = squares({24, 16}, 4);
        const SuperpixelPicture rebuilt = slicPicture(picture, 4, 5);
        QCOMPARE(rebuilt.count, 24);
        QVERIFY(psnr(rebuilt.mean, picture, 1.0) > 120);
    }

    void everySuperpixelHasTheMeanOfItsPixels() {
        const Image picture = noisePicture({37, 29}, 3, 4);
        const SuperpixelPicture rebuilt = slicPicture(picture, 4, 5);
        std::map<Colour, std::array<double, 4>> sums;
        for (int y = 0; y < 29; ++y) {
            for (int x = 0; x < 37; ++x) {
                std::array<double, 4>& sum = sums[colourAt(rebuilt.mean, x, y)];
                for (int channel = 0; channel < 3; ++channel) {
                    sum[static_cast<std::size_t>(channel)] += picture.at(x, y, channel);
                }
                sum[3] += 1;
            }
        }
        QVERIFY(rebuilt.count > 40 && static_cast<int>(sums.size()) <= rebuilt.count);
        for (const auto& [mean, sum] : sums) {
            for (std::size_t channel = 0; channel < 3; ++channel) {
                QVERIFY(std::abs(sum[channel] / sum[3] - mean[channel]) < 1e-5);
            }
        }
    }

    void theCommandTellsHowWellBothRebuildAPhoto() {
        const Run run = superpixels({path("photo.png"), path("truth/a.png"), "--weights", path("cells.safetensors"), "--threads", "1"});
        QVERIFY2(run.code == 0, qPrintable(run.err));
        const Image photo = pixels("photo.png");
        const auto network = Network::load(path("cells.safetensors").toStdString());
        const PlacedImage parent = coveringByBorder({photo, 0, 0}, expanded(rectOf(photo.size()), Reach::ofSuperpixels(superpixelCell)));
        const double own = psnr(network->superpixelsOf(parent, rectOf(photo.size()), superpixelCell).mean, photo, 1.0);
        const SuperpixelPicture slic = slicPicture(photo, superpixelCell, 5);
        const QString expected = QString("network\\s+80 cells\\s+%1 dB, SLIC\\s+%2 cells\\s+%3 dB")
                                     .arg(own, 0, 'f', 2)
                                     .arg(slic.count)
                                     .arg(psnr(slic.mean, photo, 1.0), 0, 'f', 2);
        QVERIFY2(QRegularExpression(expected).match(run.out).hasMatch(), qPrintable(run.out + expected));
        QVERIFY(run.out.contains("mean: network "));
    }

    void aPictureSmallerThanTwoCellsIsRefusedAndOneOfThatSizeIsNot() {
        writePicture(path("thin.png").toStdString(), {noisePicture({9, 7}, 3, 7), 8, {}});
        writePicture(path("small.png").toStdString(), {noisePicture({8, 8}, 3, 7), 8, {}});
        const Run thin = superpixels({path("thin.png"), "--weights", path("cells.safetensors")});
        QCOMPARE(thin.code, 1);
        QVERIFY2(thin.err.contains("thin.png") && thin.err.contains("8 x 8"), qPrintable(thin.err));
        QCOMPARE(superpixels({path("small.png"), "--weights", path("cells.safetensors")}).code, 0);
    }

    void weightsWithoutSuperpixelsAreRefused() {
        const Run run = superpixels({path("photo.png"), "--weights", path("tiny.safetensors")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("no superpixels"), qPrintable(run.err));
    }
};

QTEST_GUILESS_MAIN(TestSlic)
#include "test_slic.moc"
