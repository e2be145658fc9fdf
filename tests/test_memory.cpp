// LibTorch first: its headers clash with Qt's.
#include "core/network/token_memory.h"

#include "core/network/architecture.h"
#include "core/network/memory_selection.h"
#include "core/network/network.h"
#include "tests/support.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace casr;

namespace {

at::Tensor hashed(at::IntArrayRef shape, std::uint64_t seed) {
    at::Tensor tensor = at::empty(shape);
    HashRandom random(seed);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        tensor.data_ptr<float>()[i] = static_cast<float>(random.uniform(-1, 1));
    }
    return tensor;
}

TokenAttention attentionOf(int channels) {
    TokenAttention attention = TokenAttention::initialised(channels, 16, 1);
    attention.output = hashed(attention.output.sizes(), 2);
    attention.empty.fill_(2.0f);
    return attention;
}

std::vector<double> product(const at::Tensor& matrix, const at::Tensor& vector) {
    std::vector<double> result(static_cast<std::size_t>(matrix.size(0)));
    for (std::int64_t i = 0; i < matrix.size(0); ++i) {
        for (std::int64_t j = 0; j < matrix.size(1); ++j) {
            result[static_cast<std::size_t>(i)] += static_cast<double>(matrix[i][j].item<float>()) * vector[j].item<float>();
        }
    }
    return result;
}

double cosine(const std::vector<double>& a, const std::vector<double>& b) {
    double dot = 0, first = 0, second = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        dot += a[i] * b[i];
        first += a[i] * a[i];
        second += b[i] * b[i];
    }
    return dot / std::sqrt(first * second);
}

/// What cell `cell` takes from tokens `tokens` (M, 4 C): softmax over cosines and the empty token, in plain loops.
std::vector<double> slowlyTaken(const TokenAttention& attention, const at::Tensor& cell, const at::Tensor& tokens) {
    const std::vector<double> query = product(attention.key, cell);
    double total = std::exp(static_cast<double>(attention.empty.item<float>()));
    std::vector<double> sum(static_cast<std::size_t>(attention.value.size(0)));
    for (std::int64_t token = 0; token < tokens.size(0); ++token) {
        const double factor = std::exp(static_cast<double>(attention.sharpness.item<float>()));
        const double weight = std::exp(factor * cosine(query, product(attention.key, tokens[token])));
        const std::vector<double> value = product(attention.value, tokens[token]);
        total += weight;
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += weight * value[i];
        }
    }
    at::Tensor taken = at::empty({static_cast<std::int64_t>(sum.size())});
    for (std::size_t i = 0; i < sum.size(); ++i) {
        taken.data_ptr<float>()[i] = static_cast<float>(sum[i] / total);
    }
    return product(attention.output, taken);
}

Image withTexture(Size size, Rect where) {
    std::vector<float> values;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const bool inside = x >= where.left && x < where.right && y >= where.top && y < where.bottom;
            values.insert(values.end(), 3, inside ? static_cast<float>((x * 7 + y * 5) % 11) / 10.0f : 0.5f);
        }
    }
    return Image(size, 3, values);
}

std::size_t tokensIn(const std::vector<MemoryWindow>& windows) {
    std::size_t count = 0;
    for (const MemoryWindow& window : windows) {
        count += window.cells.size();
    }
    return count;
}

} // namespace

class TestMemory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cellsTakeWhatPlainLoopsGive() {
        const TokenAttention attention = attentionOf(4);
        const at::Tensor features = hashed({1, 4, 6, 8}, 3), tokens = hashed({1, 5, 16}, 4);
        const at::Tensor result = attention.attended(features, attention.remember(tokens), at::kFloat);
        for (int row = 0; row < 3; ++row) {
            for (int column = 0; column < 4; ++column) {
                const at::Tensor cell = at::empty({16});
                for (int i = 0; i < 16; ++i) {
                    cell[i] = features[0][i / 4][2 * row + i % 4 / 2][2 * column + i % 2];
                }
                const std::vector<double> taken = slowlyTaken(attention, cell, tokens[0]);
                for (int i = 0; i < 16; ++i) {
                    const double expected = cell[i].item<float>() + taken[static_cast<std::size_t>(i)];
                    const double found = result[0][i / 4][2 * row + i % 4 / 2][2 * column + i % 2].item<float>();
                    QVERIFY(std::abs(found - expected) < 1e-4);
                }
            }
        }
    }

    void keysAndValuesInBfloat16GiveNearlyTheSame() {
        if (!hasFastBfloat16()) {
            QSKIP("This CPU has no bfloat16.");
        }
        const at::NoGradGuard noGradient;
        const TokenAttention attention = attentionOf(4);
        const at::Tensor features = hashed({1, 4, 60, 90}, 3);
        const TokenMemory memory = attention.remember(hashed({1, 50, 16}, 4));
        const at::Tensor exact = attention.attended(features, memory, at::kFloat);
        const at::Tensor rough = attention.attended(features, memory, at::kBFloat16);
        const double change = (exact - features).square().mean().sqrt().item<double>();
        const double error = (rough - exact).square().mean().sqrt().item<double>();
        QVERIFY2(error < 0.02 * change, qPrintable(QString("%1 of %2").arg(error).arg(change)));
    }

    void weightsSumToOneAndTheEmptyTokenIsTheLast() {
        TokenAttention attention = attentionOf(4);
        const at::Tensor cells = hashed({1, 7, 16}, 3);
        const TokenMemory memory = attention.remember(hashed({1, 5, 16}, 4));
        QVERIFY(at::allclose(attention.weights(cells, memory).sum(-1), at::ones({1, 7})));
        attention.empty.fill_(60.0f);
        const at::Tensor weights = attention.weights(cells, attention.remember(hashed({1, 5, 16}, 4)));
        QVERIFY(weights.select(2, 5).min().item<float>() > 0.999f);
    }

    void aFreshMemoryChangesNothing() {
        const TokenAttention attention = TokenAttention::initialised(4, 16, 1);
        const at::Tensor features = hashed({1, 4, 6, 8}, 3);
        QVERIFY(at::equal(attention.attended(features, attention.remember(hashed({1, 5, 16}, 4)), at::kFloat), features));
    }

    void groupsRememberApart() {
        const TokenAttention attention = attentionOf(4);
        const at::Tensor features = hashed({4, 4, 6, 6}, 3), tokens = hashed({2, 9, 16}, 4);
        const at::Tensor together = attention.attended(features, attention.remember(tokens), at::kFloat);
        for (std::int64_t group = 0; group < 2; ++group) {
            const at::Tensor alone =
                attention.attended(features.narrow(0, 2 * group, 2), attention.remember(tokens.narrow(0, group, 1)), at::kFloat);
            QVERIFY(at::allclose(together.narrow(0, 2 * group, 2), alone, 1e-4, 1e-5));
        }
    }

    void aSmallPhotoIsRememberedWhole() {
        const std::vector<MemoryWindow> windows = memoryWindowsOf(noisePicture({40, 36}, 3, 1));
        QCOMPARE(windows.size(), std::size_t{4});
        QCOMPARE(tokensIn(windows), std::size_t{20 * 18});
    }

    void aLargePhotoGivesNoMoreThanTheMost() {
        const std::vector<MemoryWindow> windows = memoryWindowsOf(noisePicture({1500, 1100}, 3, 1));
        QVERIFY(windows.size() <= mostMemoryWindows && windows.size() > mostMemoryWindows / 3);
        QCOMPARE(tokensIn(windows), mostMemoryTokens);
        std::set<std::pair<int, int>> places;
        for (const MemoryWindow& window : windows) {
            QCOMPARE(window.rect.size(), (Size{memoryWindowEdge, memoryWindowEdge}));
            places.insert({window.rect.left, window.rect.top});
            QVERIFY(std::is_sorted(window.cells.begin(), window.cells.end()));
            const double share = static_cast<double>(mostMemoryTokens) / static_cast<double>(windows.size());
            QVERIFY(std::abs(static_cast<double>(window.cells.size()) - share) < 5 * std::sqrt(share));
        }
        QCOMPARE(places.size(), windows.size());
    }

    void aWindowIsWhereTextureIs() {
        const Rect texture{70, 40, 80, 50};
        const std::vector<MemoryWindow> windows = memoryWindowsOf(withTexture({1500, 1100}, texture));
        const auto holdsTexture = [&](const MemoryWindow& window) { return contains(window.rect, texture); };
        QCOMPARE(std::count_if(windows.begin(), windows.end(), holdsTexture), std::ptrdiff_t{1});
    }

    void cellsAreDrawnWhateverTheyHold() {
        const Image flat({300, 200}, 3, std::vector<float>(3 * 300 * 200, 0.5f));
        const std::vector<MemoryWindow> one = memoryWindowsOf(flat), two = memoryWindowsOf(withTexture({300, 200}, {0, 0, 9, 9}));
        QCOMPARE(tokensIn(one), mostMemoryTokens);
        for (std::size_t i = 0; i < one.size(); ++i) {
            QVERIFY(one[i].rect == two[i].rect && one[i].cells == two[i].cells);
        }
    }

    void theChoiceIsAFunctionOfThePhoto() {
        const Image photo = noisePicture({300, 200}, 3, 1);
        const std::vector<MemoryWindow> one = memoryWindowsOf(photo), two = memoryWindowsOf(photo);
        QCOMPARE(one.size(), two.size());
        for (std::size_t i = 0; i < one.size(); ++i) {
            QVERIFY(one[i].rect == two[i].rect && one[i].cells == two[i].cells);
        }
    }

    void aPhotoSmallerThanACellHasNoTokens() { QCOMPARE(tokensIn(memoryWindowsOf(noisePicture({1, 1}, 3, 1))), std::size_t{0}); }
};

QTEST_APPLESS_MAIN(TestMemory)
#include "test_memory.moc"
