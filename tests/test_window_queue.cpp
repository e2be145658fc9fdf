// Recipes and the queue of files in the real window.

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
    void theQueueSurvivesARestart();
    void aPastedPictureHasNoFileToQueue();

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
    recipes().save(path, true);
    m_window->levels().choose({});
    canvas().setRegion(std::nullopt);
    recipes().load(path);
    QCOMPARE(m_window->levels().settings(), settings);
    QCOMPARE(canvas().region(), std::optional<casr::Rect>(casr::Rect{10, 20, 60, 70}));
    QVERIFY(message().contains("the same again"));
}

void TestWindowQueue::aPresetHasNoRegion() {
    canvas().setRegion(casr::Rect{10, 20, 60, 70});
    const QString path = m_folder->filePath("preset.json");
    recipes().save(path, false);
    QVERIFY(!casr::readRecipe(path.toStdU16String()).region);
    recipes().save(m_folder->filePath("none/preset.json"), false);
    QVERIFY(message().contains("none"));
}

void TestWindowQueue::aRecipeOfAnotherPhotoIsRefused() {
    casr::Recipe recipe;
    recipe.region = casr::Rect{0, 0, 5000, 10};
    const QString path = m_folder->filePath("large.json");
    casr::saveRecipe(path.toStdU16String(), recipe);
    const casr::ZoomSettings before = m_window->levels().settings();
    recipes().load(path);
    QVERIFY(message().contains("outside this photo"));
    QCOMPARE(m_window->levels().settings(), before);
    recipe.region.reset();
    recipe.weightsHash = std::string(64, 'a');
    casr::saveRecipe(path.toStdU16String(), recipe);
    recipes().load(path);
    QVERIFY(message().contains("differ slightly"));
}

void TestWindowQueue::aFileThatIsNoRecipeIsSaid() {
    QFile file(m_folder->filePath("x.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[1, 2]");
    file.close();
    recipes().load(file.fileName());
    QVERIFY(message().contains("x.json"));
    casr::Recipe recipe;
    recipe.controls["sparkle"] = 1;
    casr::saveRecipe(file.fileName().toStdU16String(), recipe);
    recipes().load(file.fileName());
    QVERIFY(message().contains("sparkle"));
    recipe.controls = {{"detail", 0.5}};
    casr::saveRecipe(file.fileName().toStdU16String(), recipe);
    recipes().load(file.fileName());
    QVERIFY(message().contains("no perceptual detail"));
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
    QCOMPARE(m_window->levels().plan().scale, 6.0);
}

void TestWindowQueue::oneBadFileDoesNotStopTheQueue() {
    QFile broken(m_folder->filePath("b.jpg"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("no picture");
    broken.close();
    m_window->levels().setPlan(2, 2);
    dock().add({photoNamed("a.png"), broken.fileName(), photoNamed("c.png")});
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
    dock().add({"/one.png", "/two.png", "/three.png"});
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
    dock().add({"/one.png"});
    table().item(0, 2)->setText("900");
    QVERIFY(message().contains("1 to 64"));
    QVERIFY(!queue().batch().items[0].scale);
    QCOMPARE(table().item(0, 2)->text(), QString());
    table().item(0, 1)->setText("5");
    QVERIFY(message().contains("x,y,width,height"));
}

void TestWindowQueue::aStoppedItemWaitsAgain() {
    m_window->levels().setPlan(64, 4);
    dock().add({photoNamed("a.png", {150, 100})});
    press("queueStart");
    QVERIFY(queue().isRunning());
    press("queueStop");
    QTRY_VERIFY_WITH_TIMEOUT(!queue().isRunning(), patience);
    QCOMPARE(queue().batch().items[0].state, casr::ItemState::waiting);
    QVERIFY(!QFile::exists(m_folder->filePath("a-x64.png")));
}

void TestWindowQueue::theQueueSurvivesARestart() {
    dock().add({photoNamed("a.png")});
    openWindow(smallNetwork);
    QCOMPARE(queue().batch().items.size(), std::size_t{1});
    QCOMPARE(table().rowCount(), 1);
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

QTEST_MAIN(TestWindowQueue)

#include "test_window_queue.moc"
