// The controls of the picture in the real window: what is removed of the photo, the detail, the share of what is computed.

#include "tests/window_support.h"

#include "ui/cleaning_dialog.h"
#include "ui/message_bar.h"
#include "ui/read_outs.h"
#include "ui/recipe_controller.h"

#include "core/batch/zoom_file.h"
#include "core/image/resample.h"
#include "core/metrics/degradation_estimate.h"

#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QSlider>

class TestWindowControls : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void cleaningReachesTheStaircaseAndIsUndone();
    void estimatesAreShownAndTaken();
    void tracesOfCompressionAreOfferedToBeRemoved();
    void theOfferNamesWhatWasFoundAlone();
    void theOfferGoesWhenTheAmountsAreChosenByHand();
    void removingTracesLeavesTheOtherControlsAlone();
    void theDetailSliderIsThereForWeightsThatHaveDetail();
    void photosBeginWithTheUsualDetailWhereTheWeightsHaveIt();
    void theDetailSliderLeavesTheFirstStepsFieldsAndWhatIsShown();
    void theComputedSliderMixesFinishedTilesWithoutComputing();
    void anExportHoldsTheMixtureThatIsShown();

private:
    QDialog* openCleaning() const {
        QTest::keyClick(&canvas(), Qt::Key_D, Qt::ControlModifier);
        return qobject_cast<QDialog*>(QApplication::activeModalWidget());
    }
};

void TestWindowControls::cleaningReachesTheStaircaseAndIsUndone() {
    QDialog* dialog = openCleaning();
    QVERIFY(dialog);
    dialog->findChild<QSlider*>("cleaningNoise")->setValue(30);
    dialog->findChild<QSlider*>("cleaningJpeg")->setValue(45);
    dialog->findChild<QSlider*>("cleaningBlur")->setValue(60);
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().staircase()->controls().noise, 0.3f);
    QCOMPARE(m_window->levels().staircase()->controls().jpeg, 0.45f);
    QCOMPARE(m_window->levels().staircase()->controls().blur, 0.6f);
    QCOMPARE(m_window->levels().branches().size(), std::size_t{2});
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(m_window->levels().staircase()->controls(), casr::StepControls());
    QTest::keyClick(&canvas(), Qt::Key_Y, Qt::ControlModifier);
    QCOMPARE(m_window->levels().staircase()->controls().noise, 0.3f);
    QVERIFY(casr::settingsText(m_window->levels().settings()).contains("noise 30 %, JPEG artifacts 45 %, blur 60 %"));
}

void TestWindowControls::estimatesAreShownAndTaken() {
    const casr::Degradation found = casr::estimatedDegradation(m_window->levels().document()->picture.image);
    QDialog* dialog = openCleaning();
    QVERIFY(dialog);
    auto* button = dialog->findChild<QPushButton*>("cleaningEstimate");
    button->click();
    QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), patience);
    QCOMPARE(dialog->findChild<QSlider*>("cleaningJpeg")->value(), static_cast<int>(std::lround(found.jpeg * 100)));
    QCOMPARE(dialog->findChild<QSlider*>("cleaningNoise")->value(), static_cast<int>(std::lround(found.noise * 100)));
    QCOMPARE(dialog->findChild<QSlider*>("cleaningBlur")->value(), static_cast<int>(std::lround(found.blur * 100)));
    QVERIFY(dialog->findChild<QLabel*>("cleaningFound")->text().contains('%'));
    clickButton(QDialogButtonBox::Cancel);
    QCOMPARE(m_window->levels().settings().controls, casr::StepControls());
}

void TestWindowControls::tracesOfCompressionAreOfferedToBeRemoved() {
    QVERIFY(!casr::isWorthCleaning({}));
    const QString path = m_folder->filePath("blocks.png");
    casr::writePicture(path.toStdString(), {photograph(8), 8, {}});
    m_window->openPhoto(path);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().document()->path, path, patience);
    const casr::Degradation found = casr::estimatedDegradation(m_window->levels().document()->picture.image);
    QVERIFY(casr::isWorthCleaning(found));
    auto* button = child<QPushButton>("messageButton");
    QTRY_VERIFY_WITH_TIMEOUT(button->isVisible(), patience);
    button->click();
    QCOMPARE(m_window->levels().settings().controls.jpeg, static_cast<float>(found.jpeg));
}

void TestWindowControls::theOfferNamesWhatWasFoundAlone() {
    casr::StartState kept; // of a session before
    kept.controls.emplace().blur = 0.5f;
    const QString path = m_folder->filePath("blocks.png");
    casr::writePicture(path.toStdString(), {photograph(8), 8, {}});
    m_window->openPhoto(path, kept);
    QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>("messageButton")->isVisible(), patience);
    const QString text = child<casr::MessageBar>("messageBar")->text();
    QVERIFY2(text.contains("JPEG") && !text.contains("blur"), qPrintable(text));
}

void TestWindowControls::theOfferGoesWhenTheAmountsAreChosenByHand() {
    const QString path = m_folder->filePath("blocks.png");
    casr::writePicture(path.toStdString(), {photograph(8), 8, {}});
    m_window->openPhoto(path);
    QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>("messageButton")->isVisible(), patience);
    QDialog* dialog = openCleaning();
    QVERIFY(dialog);
    dialog->findChild<QSlider*>("cleaningJpeg")->setValue(20);
    clickButton(QDialogButtonBox::Ok);
    auto* bar = child<casr::MessageBar>("messageBar");
    QVERIFY2(bar->text().isEmpty(), qPrintable(bar->text()));
    bar->showError("A problem stays.");
    bar->withdrawOffer();
    QCOMPARE(bar->text(), QString("A problem stays."));
}

void TestWindowControls::removingTracesLeavesTheOtherControlsAlone() {
    const QString path = m_folder->filePath("blocks.png");
    casr::writePicture(path.toStdString(), {photograph(8), 8, {}});
    m_window->openPhoto(path);
    auto* button = child<QPushButton>("messageButton");
    QTRY_VERIFY_WITH_TIMEOUT(button->isVisible(), patience);
    casr::ZoomSettings settings = m_window->levels().settings();
    settings.controls.plain = 0.5f;
    m_window->levels().choose(settings);
    button->click();
    QVERIFY(m_window->levels().settings().controls.jpeg > 0);
    QCOMPARE(m_window->levels().settings().controls.plain, 0.5f);
}

void TestWindowControls::theDetailSliderIsThereForWeightsThatHaveDetail() {
    auto* slider = child<QSlider>("detailSlider");
    m_window->resize(1400, 800); // all of the toolbar
    QVERIFY(!slider->isVisible());
    m_window->levels().setNetwork(casr::Network::untrained({16, 1, 16, 0, 0, 1}, 7));
    QTRY_VERIFY_WITH_TIMEOUT(slider->isVisible(), patience);
    slider->setValue(40);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().settings().controls.detail, 0.4f, patience);
    QCOMPARE(m_window->levels().staircase()->controls().lastDetail, 0.4f);
    QVERIFY(casr::settingsText(m_window->levels().settings()).contains("40 %"));
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(slider->value(), 0);
    QTest::keyClick(&canvas(), Qt::Key_Y, Qt::ControlModifier);
    m_window->levels().setNetwork(smallNetwork());
    QTRY_VERIFY_WITH_TIMEOUT(!slider->isVisible(), patience);
    QCOMPARE(m_window->levels().settings().controls.detail, 0.0f);
}

void TestWindowControls::photosBeginWithTheUsualDetailWhereTheWeightsHaveIt() {
    const auto detailed = casr::Network::untrained({16, 1, 16, 0, 0, 1}, 7);
    const auto detailAfter = [&](const auto&... actions) {
        casr::Levels levels;
        (actions(levels), ...);
        return levels.settings().controls;
    };
    const auto open = [&](casr::Levels& levels) { levels.setDocument(m_window->levels().document()); };
    const auto load = [&](casr::Levels& levels) { levels.setNetwork(detailed); };
    const auto loadPlain = [](casr::Levels& levels) { levels.setNetwork(smallNetwork()); };
    const auto chooseNone = [](casr::Levels& levels) { levels.choose({2, 2, {}}); };
    QCOMPARE(detailAfter(load, open).detail, casr::usualDetail);
    QCOMPARE(detailAfter(open, load).lastDetail, casr::usualDetail);
    QCOMPARE(detailAfter(loadPlain, open).detail, 0.0f);
    QCOMPARE(detailAfter(open, loadPlain).lastDetail, 0.0f);
    QCOMPARE(detailAfter(open, chooseNone, load).detail, 0.0f); // a session that had none
    QCOMPARE(detailAfter(load, open, chooseNone, open).detail, casr::usualDetail);
}

void TestWindowControls::theDetailSliderLeavesTheFirstStepsFieldsAndWhatIsShown() {
    casr::Levels& levels = m_window->levels();
    levels.setNetwork(casr::Network::untrained({16, 1, 16, 0, 0, 1}, 7));
    levels.setPlan(2, 2);
    canvas().setHeldLevel(1);
    canvas().setScreenShare(1);
    auto* slider = child<QSlider>("detailSlider");
    slider->setValue(40);
    QTRY_COMPARE_WITH_TIMEOUT(levels.settings().controls.detail, 0.4f, patience);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().isComplete, patience);
    QVERIFY(levels.staircase()->statistics().tilesComputed > 0);
    const casr::TileKey first{1, 0, 0};
    QVERIFY(levels.hasTile(first));
    casr::ZoomSettings more = levels.settings();
    more.controls.detail = more.controls.lastDetail = 0.8f;
    levels.choose(more);
    QVERIFY(levels.tile(first) && !levels.hasTile(first) && canvas().shown().isOutdated); // shown until the new one comes
    QVERIFY2(child<QLabel>("badge")->text().contains("earlier settings"), qPrintable(child<QLabel>("badge")->text()));
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().isComplete, patience);
    QVERIFY(levels.hasTile(first) && !canvas().shown().isOutdated);
    QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>("badge")->text().startsWith("Computed"), patience);
    QCOMPARE(levels.staircase()->controls().detail, 0.8f);
    QCOMPARE(levels.staircase()->statistics().tilesComputed, std::int64_t{0});
}

void TestWindowControls::theComputedSliderMixesFinishedTilesWithoutComputing() {
    m_window->levels().setPlan(2, 2);
    m_window->resize(1600, 800); // all of the toolbar
    canvas().setHeldLevel(1);
    canvas().setScreenShare(1);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().isComplete, patience);
    const auto staircase = m_window->levels().staircase();
    const auto computed = staircase->statistics().tilesComputed;
    const QImage before = canvas().grab().toImage();
    auto* slider = child<QSlider>("computedSlider");
    QVERIFY(slider->isVisible());
    auto* badge = child<QLabel>("badge");
    QTRY_VERIFY_WITH_TIMEOUT(badge->text().startsWith("Computed"), patience);
    slider->setValue(40);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().settings().controls.plain, 0.6f, patience);
    QTRY_VERIFY_WITH_TIMEOUT(badge->text().contains("40 % computed"), patience);
    slider->setValue(0);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().settings().controls.plain, 1.0f, patience);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().isComplete, patience);
    QTRY_COMPARE_WITH_TIMEOUT(badge->text(), QString("Interpolated from the photo"), patience);
    const casr::Point middle{photoSize.width / 2.0, photoSize.height / 2.0};
    const casr::Image plain = casr::resized(m_window->levels().document()->photo.rgb, m_window->levels().plan().result());
    for (int channel = 0; channel < 3; ++channel) {
        const float value = casr::pixelAt(m_window->levels(), 1, middle).values[static_cast<std::size_t>(channel)];
        QVERIFY(std::abs(value - plain.at(photoSize.width, photoSize.height, channel)) < 1e-5f);
    }
    QVERIFY(canvas().grab().toImage() != before);
    QCOMPARE(m_window->levels().staircase(), staircase);
    QCOMPARE(staircase->statistics().tilesComputed, computed);
    QVERIFY(casr::settingsText(m_window->levels().settings()).contains("0 % computed"));
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(slider->value(), 100);
    QTRY_VERIFY_WITH_TIMEOUT(canvas().shown().isComplete, patience);
    QCOMPARE(canvas().grab().toImage(), before);
    QCOMPARE(staircase->statistics().tilesComputed, computed);
}

void TestWindowControls::anExportHoldsTheMixtureThatIsShown() {
    casr::ZoomSettings settings{2, 2, {}};
    settings.controls.plain = 0.5f;
    m_window->levels().choose(settings);
    const std::string mixed = m_folder->filePath("mixed.png").toStdString(), again = m_folder->filePath("again.png").toStdString();
    const casr::Recipe recipe = casr::recipeOf(m_window->levels(), std::nullopt, 1);
    m_window->exporter().start({{QString::fromStdString(mixed), 1, casr::rectOf(m_window->levels().plan().result()), {}, recipe}});
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->exporter().isRunning(), patience);
    const casr::ZoomMeans means{m_window->levels().network(), m_window->levels().precision(), m_window->levels().cacheBudget(), false};
    casr::zoomFile(m_photoPath.toStdU16String(), recipe, again, means, {}, {});
    const casr::Image shown = casr::readPicture(mixed).image, repeated = casr::readPicture(again).image;
    QVERIFY(std::equal(shown.values().begin(), shown.values().end(), repeated.values().begin(), repeated.values().end()));
    QVERIFY(!casr::recipeOf(m_window->levels(), std::nullopt, 0).controls.contains("plain"));
    QCOMPARE(recipe.controls.at("plain"), 0.5);
}

QTEST_MAIN(TestWindowControls)

#include "test_window_controls.moc"
