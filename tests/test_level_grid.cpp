#include "core/zoom/level_grid.h"

#include <QtTest>

#include <cmath>

using namespace casr;

namespace {

struct Case {
    Size parent;
    Size child;
    int limit;
};

std::vector<Case> cases() {
    std::vector<Case> list;
    for (const Size parent : {Size{1, 1}, Size{15, 17}, Size{37, 53}, Size{129, 128}, Size{300, 145}, Size{1153, 3}}) {
        for (const double factor : {1.0, 1.2, 2.05, 3.0, 4.0}) {
            const Size child{static_cast<int>(std::floor(parent.width * factor + 0.5)),
                             static_cast<int>(std::floor(parent.height * factor + 0.5))};
            for (const int limit : {16, 48, 100, LevelGrid::defaultTileCells}) {
                list.push_back({parent, child, limit});
            }
        }
    }
    return list;
}

/// For every child pixel the tile that holds it, or -1 where none or several do.
std::vector<int> ownersOf(const LevelGrid& grid) {
    std::vector<int> owners(static_cast<std::size_t>(grid.childSize().area()), -2);
    for (int row = 0; row < grid.rows(); ++row) {
        for (int column = 0; column < grid.columns(); ++column) {
            const Rect pixels = grid.pixelsOf(column, row);
            for (int y = pixels.top; y < pixels.bottom; ++y) {
                for (int x = pixels.left; x < pixels.right; ++x) {
                    int& owner = owners[static_cast<std::size_t>(y) * grid.childSize().width + x];
                    owner = owner == -2 ? row * grid.columns() + column : -1;
                }
            }
        }
    }
    return owners;
}

} // namespace

class TestLevelGrid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPixelIsInOneTile() {
        for (const Case& each : cases()) {
            const LevelGrid grid(each.parent, each.child, each.limit);
            const std::vector<int> owners = ownersOf(grid);
            QVERIFY(std::all_of(owners.begin(), owners.end(), [](int owner) { return owner >= 0; }));
        }
    }

    void everyTileHasPixelsAndTheirCells() {
        for (const Case& each : cases()) {
            const LevelGrid grid(each.parent, each.child, each.limit);
            for (int row = 0; row < grid.rows(); ++row) {
                for (int column = 0; column < grid.columns(); ++column) {
                    const Rect pixels = grid.pixelsOf(column, row);
                    QVERIFY(!pixels.isEmpty() && contains(rectOf(each.child), pixels));
                    QVERIFY(contains(grid.cellsOf(column, row), cellsOf(grid.columnAxis(), grid.rowAxis(), pixels)));
                }
            }
        }
    }

    void tilesAreEquallyLargeMultiplesOfSixteen() {
        for (const Case& each : cases()) {
            const LevelGrid grid(each.parent, each.child, each.limit);
            const Size first = grid.cellsOf(0, 0).size();
            QVERIFY(first.width % 16 == 0 && first.height % 16 == 0);
            QVERIFY(first.width > 0 && first.width <= each.limit && first.height > 0 && first.height <= each.limit);
            QCOMPARE(grid.cellsOf(grid.columns() - 1, grid.rows() - 1).size(), first);
            const Rect all = grid.tiles();
            QCOMPARE(all, (Rect{0, 0, grid.columns(), grid.rows()}));
            QVERIFY(grid.columns() * first.width >= each.parent.width && (grid.columns() - 1) * first.width < each.parent.width);
            QVERIFY(grid.rows() * first.height >= each.parent.height && (grid.rows() - 1) * first.height < each.parent.height);
        }
    }

    void aLimitBelowTheSmallestTileIsTheSmallestTile() {
        QCOMPARE(LevelGrid({100, 100}, {200, 200}, 1).cellsOf(0, 0), (Rect{0, 0, 16, 16}));
    }

    void aSmallPictureHasASmallTile() { QCOMPARE(LevelGrid({20, 40}, {80, 160}).cellsOf(0, 0), (Rect{0, 0, 32, 48})); }

    void tilesThatMeetARectangleAreExact() {
        for (const Case& each : cases()) {
            const LevelGrid grid(each.parent, each.child, each.limit);
            const int w = each.child.width, h = each.child.height;
            for (const Rect pixels : {Rect{0, 0, w, h}, Rect{0, 0, 1, 1}, Rect{w - 1, h - 1, w, h},
                                      Rect{w / 3, h / 4, w / 2 + 1, h / 2 + 1}, Rect{w / 2, 0, w / 2 + 1, h}}) {
                const Rect tiles = grid.tilesMeeting(pixels);
                for (int row = 0; row < grid.rows(); ++row) {
                    for (int column = 0; column < grid.columns(); ++column) {
                        const bool meets = !intersection(grid.pixelsOf(column, row), pixels).isEmpty();
                        QCOMPARE(contains(tiles, {column, row, column + 1, row + 1}), meets);
                    }
                }
                QVERIFY(contains(grid.tiles(), tiles));
            }
        }
    }

    void tilesOfCellsHoldThemAndNoMore() {
        const LevelGrid grid({1000, 700}, {2050, 1435});
        QCOMPARE(grid.tilesOfCells({0, 0, 1000, 700}), grid.tiles());
        QCOMPARE(grid.tilesOfCells({127, 127, 128, 128}), (Rect{0, 0, 1, 1}));
        QCOMPARE(grid.tilesOfCells({127, 128, 129, 384}), (Rect{0, 1, 2, 3}));
    }

    void theGridFollowsFromTheSizesAlone() {
        const LevelGrid grid({1000, 700}, {2050, 1435});
        QCOMPARE(grid.columns(), 8);
        QCOMPARE(grid.rows(), 6);
        QCOMPARE(grid.cellsOf(3, 2), (Rect{384, 256, 512, 384}));
    }
};

QTEST_APPLESS_MAIN(TestLevelGrid)
#include "test_level_grid.moc"
