// Recipes and the queue of files in the real window, and what it asks before long work ends.

#include "tests/window_support.h"

#include "ui/message_bar.h"
#include "ui/queue_dock.h"
#include "ui/recipe_controller.h"

#include "core/recipe/recipe_controls.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QTableWidget>

class TestWindowQueue : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void aSavedRecipeBringsTheSettingsBack();
    void aPresetHasNoRegion();
    void aRecipeOfAnotherPhotoIsRefused();
    void aFileThatIsNoRecipeIsSaid();
    void aRecipeThatIsDroppedIsTakenUp();
    void oneBadFileDoesNotStopTheQueue();
    void theResultIsTheWindowsExport();
    void itemsAreMovedRemovedAndEdited();
    void aWrongEditIsRefused();
    void aStoppedItemWaitsAgain();
    void aWindowWhoseQueueRunsAsksBeforeItCloses();
    void theQueueSurvivesARestart();
    void aDamagedQueueIsKeptAsideAndSaid();
    void twoQueuesDoNotShareAFile();
    void theShownPhotoKeepsItsOwnSettings();
    void aPastedPictureHasNoFileToQueue();
    void muchWorkEndsOnlyWhenTheUserAgrees();

private:
    casr::QueueRunner& queue() const { return m_window->queue(); }
    casr::QueueDock& dock() const { return *child<casr::QueueDock>("queueDock"); }
    casr::RecipeController& recipes() const { return *m_window->findChild<casr::RecipeController*>(); }
    QString message() const { return m_window->findChild<casr::MessageBar*>("messageBar")->text(); }
    QTableWidget& table() const { return *child<QTableWidget>("queueTable"); }
    void press(const char* name) const { QTest::mouseClick(child<QPushButton>(name), Qt::LeftButton); }
    QString photoNamed(const QString& name, casr::Size size = {40, 30}) const {
        const QString path = m_folder->filePath(name);
        casr::writePicture(path.toStdU16String(), {casr::cropped(photograph(), casr::rectOf(size)), 8, {}});
        return path;
    }
    void saveRecipeAt(const QString& path, bool withRegion) {
        recipes().save(path, withRegion);
        QTRY_VERIFY_WITH_TIMEOUT(message().contains("Saved"), patience);
    }
    void add(const QStringList& paths) {
        const std::size_t expected = queue().batch().items.size() + static_cast<std::size_t>(paths.size());
        dock().add(paths);
        QTRY_COMPARE_WITH_TIMEOUT(queue().batch().items.size(), expected, patience);
    }
    void finish() {
        press("queueStart");
        QVERIFY(queue().isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!queue().isRunning(), patience);
    }
};

void TestWindowQueue::aSavedRecipeBringsTheSettingsBack() {
    casr::ZoomSettings settings{5, 2.5, {}};
    settings.controls.noise = 0.25f;
    m_window->levels().choose(settings);
    canvas().setRegion(casr::Rect{10, 20, 60, 70});
    const QString path = m_folder->filePath("a.recipe.json");
    saveRecipeAt(path, true);
    m_window->levels().choose({});
    canvas().setRegion(std::nullopt);
    recipes().load(path);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().settings(), settings, patience);
    QCOMPARE(canvas().region(), std::optional<casr::Rect>(casr::Rect{10, 20, 60, 70}));
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("the same again"), patience);
}

void TestWindowQueue::aPresetHasNoRegion() {
    canvas().setRegion(casr::Rect{10, 20, 60, 70});
    const QString path = m_folder->filePath("preset.json");
    saveRecipeAt(path, false);
    QVERIFY(!casr::readRecipe(path.toStdU16String()).region);
    recipes().save(m_folder->filePath("none/preset.json"), false);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("none"), patience);
}

void TestWindowQueue::aRecipeOfAnotherPhotoIsRefused() {
    casr::Recipe recipe;
    recipe.region = casr::Rect{0, 0, 5000, 10};
    const QString path = m_folder->filePath("large.json");
    casr::saveRecipe(path.toStdU16String(), recipe);
    const casr::ZoomSettings before = m_window->levels().settings();
    recipes().load(path);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("outside this photo"), patience);
    QCOMPARE(m_window->levels().settings(), before);
    recipe.region.reset();
    recipe.weightsHash = std::string(64, 'a');
    casr::saveRecipe(path.toStdU16String(), recipe);
    recipes().load(path);
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("differ slightly"), patience);
}

void TestWindowQueue::aFileThatIsNoRecipeIsSaid() {
    QFile file(m_folder->filePath("x.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[1, 2]");
    file.close();
    recipes().load(file.fileName());
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("x.json"), patience);
    casr::Recipe recipe;
    recipe.controls["sparkle"] = 1;
    casr::saveRecipe(file.fileName().toStdU16String(), recipe);
    recipes().load(file.fileName());
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("sparkle"), patience);
    recipe.controls = {{"detail", 0.5}};
    casr::saveRecipe(file.fileName().toStdU16String(), recipe);
    recipes().load(file.fileName());
    QTRY_VERIFY_WITH_TIMEOUT(message().contains("no perceptual detail"), patience);
    QVERIFY(m_window->levels().isReady());
}

void TestWindowQueue::aRecipeThatIsDroppedIsTakenUp() {
    casr::Recipe recipe;
    recipe.scale = 6;
    const QString path = m_folder->filePath("drop.json");
    casr::saveRecipe(path.toStdU16String(), recipe);
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &drop);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().plan().scale, 6.0, patience);
}

void TestWindowQueue::oneBadFileDoesNotStopTheQueue() {
    QFile broken(m_folder->filePath("b.jpg"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("no picture");
    broken.close();
    m_window->levels().setPlan(2, 2);
    add({photoNamed("a.png"), broken.fileName(), photoNamed("c.png")});
    finish();
    QCOMPARE(casr::countOf(queue().batch(), casr::ItemState::done), std::size_t{2});
    QCOMPARE(queue().batch().items[1].state, casr::ItemState::failed);
    QVERIFY(!queue().batch().items[1].error.empty());
    QVERIFY(child<QLabel>("queueSummary")->text().contains("1 failed"));
    QCOMPARE(casr::readPictureInfo(m_folder->filePath("c-x2.png").toStdU16String()).size, (casr::Size{80, 60}));
    broken.remove();
    photoNamed("b.jpg");
    table().selectRow(1);
    press("queueRetry");
    finish();
    QCOMPARE(casr::countOf(queue().batch(), casr::ItemState::done), std::size_t{3});
}

void TestWindowQueue::theResultIsTheWindowsExport() {
    m_window->levels().setPlan(3, 2);
    canvas().setRegion(casr::Rect{10, 12, 50, 41});
    dock().addShown();
    finish();
    const casr::BatchItem& item = queue().batch().items.front();
    QVERIFY2(item.state == casr::ItemState::done, item.error.c_str());
    const int level = m_window->levels().plan().levels() - 1;
    const QString exported = m_folder->filePath("window.png");
    m_window->exporter().start({{exported, level, casr::regionAt(m_window->levels().plan(), level, *canvas().region()), {}}});
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->exporter().isRunning(), patience);
    const casr::Image queued = casr::readPicture(item.output).image, shown = casr::readPicture(exported.toStdU16String()).image;
    QCOMPARE(queued.size(), shown.size());
    QVERIFY(std::equal(queued.values().begin(), queued.values().end(), shown.values().begin()));
}

void TestWindowQueue::itemsAreMovedRemovedAndEdited() {
    add({"/one.png", "/two.png", "/three.png"});
    table().selectRow(2);
    press("queueUp");
    press("queueUp");
    press("queueUp");
    QCOMPARE(queue().batch().items.front().input, std::string("/three.png"));
    table().selectRow(0);
    press("queueDown");
    QCOMPARE(queue().batch().items[1].input, std::string("/three.png"));
    table().item(1, 1)->setText("1,2,30,40");
    table().item(1, 2)->setText("2,5");
    QCOMPARE(queue().batch().items[1].region, std::optional<casr::Rect>(casr::Rect{1, 2, 31, 42}));
    QCOMPARE(queue().batch().items[1].scale, std::optional<double>(2.5));
    table().selectRow(0);
    press("queueRemove");
    QCOMPARE(queue().batch().items.size(), std::size_t{2});
    child<QLineEdit>("queueName")->setText("{name}-big.{ext}");
    Q_EMIT child<QLineEdit>("queueName")->editingFinished();
    child<QComboBox>("queueConflict")->setCurrentIndex(0);
    Q_EMIT child<QComboBox>("queueConflict")->activated(0);
    QCOMPARE(queue().batch().nameTemplate, std::string("{name}-big.{ext}"));
    QCOMPARE(queue().batch().conflict, casr::Conflict::skip);
}

void TestWindowQueue::aWrongEditIsRefused() {
    add({"/one.png"});
    table().item(0, 2)->setText("900");
    QVERIFY(message().contains("1 to 64"));
    QVERIFY(!queue().batch().items[0].scale);
    QCOMPARE(table().item(0, 2)->text(), QString());
    table().item(0, 1)->setText("5");
    QVERIFY(message().contains("x,y,width,height"));
}

void TestWindowQueue::aStoppedItemWaitsAgain() {
    m_window->levels().setPlan(64, 4);
    add({photoNamed("a.png", {150, 100})});
    press("queueStart");
    QVERIFY(queue().isRunning());
    press("queueStop");
    QTRY_VERIFY_WITH_TIMEOUT(!queue().isRunning(), patience);
    QCOMPARE(queue().batch().items[0].state, casr::ItemState::waiting);
    QVERIFY(!QFile::exists(m_folder->filePath("a-x64.png")));
}

void TestWindowQueue::aWindowWhoseQueueRunsAsksBeforeItCloses() {
    askBeforeAllWorkEnds();
    m_window->levels().setPlan(64, 4);
    add({photoNamed("a.png", {150, 100})});
    const auto close = [&] { m_window->close(); };
    press("queueStart");
    QVERIFY(!questionOf(close, QMessageBox::No).isEmpty());
    QVERIFY(m_window->isVisible());
    QVERIFY(!questionOf(close, QMessageBox::Yes).isEmpty());
    QVERIFY(!m_window->isVisible());
    queue().stop();
    QTRY_VERIFY_WITH_TIMEOUT(!queue().isRunning(), patience);
}

void TestWindowQueue::theQueueSurvivesARestart() {
    add({photoNamed("a.png")});
    m_window.reset();
    openWindow(smallNetwork);
    QTRY_COMPARE_WITH_TIMEOUT(queue().batch().items.size(), std::size_t{1}, patience);
    QCOMPARE(table().rowCount(), 1);
}

void TestWindowQueue::aDamagedQueueIsKeptAsideAndSaid() {
    const QString file = m_folder->filePath("kept.json");
    QFile damaged(file);
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write("{\"format\": 7");
    damaged.close();
    casr::QueueRunner runner(file);
    QSignalSpy failed(&runner, &casr::QueueRunner::failed);
    QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
    QVERIFY(failed.first().first().toString().contains("kept.json.damaged"));
    QFile aside(file + ".damaged");
    QVERIFY(aside.open(QIODevice::ReadOnly));
    QCOMPARE(aside.readAll(), QByteArray("{\"format\": 7"));
}

void TestWindowQueue::twoQueuesDoNotShareAFile() {
    const QString file = m_folder->filePath("shared.json");
    casr::Batch other;
    {
        casr::QueueRunner first(file), second(file);
        const auto item = [](const char* name) {
            return [name](casr::Batch& batch) {
                batch.items.emplace_back();
                batch.items.back().input = name;
            };
        };
        first.change(item("/first.png"));
        second.change(item("/second.png"));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), patience);
    }
    const casr::Batch kept = casr::loadBatch(file.toStdU16String());
    QCOMPARE(kept.items.size(), std::size_t{1});
    QCOMPARE(kept.items[0].input, std::string("/first.png"));
}

void TestWindowQueue::theShownPhotoKeepsItsOwnSettings() {
    add({"/one.png"});
    casr::ZoomSettings settings{5, 3, {}};
    settings.controls.jpeg = 0.5f;
    m_window->levels().choose(settings);
    dock().addShown();
    const casr::Batch& batch = queue().batch();
    QVERIFY(casr::recipeOf(batch, batch.items[0]).controls.empty());
    QCOMPARE(casr::recipeOf(batch, batch.items[1]).controls.at("jpeg"), 0.5);
    QCOMPARE(table().item(1, 2)->text(), QString("5"));
    table().selectRow(0);
    press("queueTakeSettings");
    QCOMPARE(casr::recipeOf(queue().batch(), queue().batch().items[0]).scale, 5.0);
    QVERIFY(queue().batch().recipe.controls.empty());
    const casr::Batch read = casr::parseBatch(casr::writeBatch(queue().batch()), "queue");
    QCOMPARE(casr::recipeOf(read, read.items[1]).controls.at("jpeg"), 0.5);
}

void TestWindowQueue::aPastedPictureHasNoFileToQueue() {
    dock().addShown();
    QCOMPARE(queue().batch().items.size(), std::size_t{1});
    QImage picture(30, 20, QImage::Format_RGB32);
    picture.fill(Qt::red);
    QApplication::clipboard()->setImage(picture);
    QTest::keyClick(&canvas(), Qt::Key_V, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document()->path.isEmpty(), patience);
    dock().addShown();
    QCOMPARE(queue().batch().items.size(), std::size_t{1});
    QVERIFY(message().contains("file"));
}

void TestWindowQueue::muchWorkEndsOnlyWhenTheUserAgrees() {
    const auto stop = [&] { command("stopAction")->trigger(); };
    const auto close = [&] { m_window->close(); };
    askBeforeAllWorkEnds();
    QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
    m_window->run().setPaused(true);
    QVERIFY(questionOf(stop, QMessageBox::No).contains("run"));
    QVERIFY(m_window->run().isRunning());
    QVERIFY(questionOf(close, QMessageBox::No).contains("Close"));
    QVERIFY(m_window->isVisible());
    QVERIFY(questionOf(stop, QMessageBox::Yes).contains("run"));
    QVERIFY(!m_window->run().isRunning());
    QCOMPARE(questionOf(close, QMessageBox::No), QString());
    QVERIFY(!m_window->isVisible());
}

QTEST_MAIN(TestWindowQueue)

#include "test_window_queue.moc"
