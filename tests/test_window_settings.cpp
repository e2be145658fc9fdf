// Preferences, shortcuts, undo and branches of the real window.

#include "tests/window_support.h"

#include "ui/message_bar.h"
#include "ui/preferences.h"
#include "ui/scale_choice.h"
#include "ui/session.h"
#include "ui/staircase_dock.h"

#include "core/base/error.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>

class TestWindowSettings : public WindowTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { startOnce(); }
    void init() { openAll(); }
    void cleanup() { closeAll(); }

    void undoBringsBackRegionAndScale();
    void aNewChoiceForgetsWhatWasUndone();
    void aBranchKeepsWhatItComputed();
    void whatCannotBeBroughtBackIsSaid();
    void theMemoryBudgetReachesTheStaircase();
    void everyKeyOfALabelLeadsSomewhere();
    void anImpossiblePreferenceIsRefusedInTheDialog();
    void anotherPrecisionComputesAnew();
    void aScreenProfileChangesColoursAndKeepsTheView();
    void aShortcutCanBeChangedAndIsKept();
    void aShortcutOfAnotherCommandIsRefused();
    void propertiesTellOfThePhoto();
    void theRegionKeepsItsShapeWhenLocked();
    void printSizesAreTakenInInches();
    void aRegionOnTheCommandLineIsParsed();
    void aPhotoOpensInTheWantedState();
    void anotherLargestStepIsThatOfTheNextPhoto();

private:
    QDialog* openDialog(Qt::Key key, Qt::KeyboardModifiers modifiers) const {
        QTest::keyClick(&canvas(), key, modifiers);
        return qobject_cast<QDialog*>(QApplication::activeModalWidget());
    }
    QDialog* openPreferences() const { return openDialog(Qt::Key_Comma, Qt::ControlModifier); }
};

void TestWindowSettings::undoBringsBackRegionAndScale() {
    QVERIFY(!command("undoAction")->isEnabled());
    canvas().setRegion(casr::Rect{10, 10, 50, 40});
    m_window->levels().setPlan(3, 2);
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(m_window->levels().plan().scale, 8.0);
    QCOMPARE(canvas().region(), std::optional<casr::Rect>(casr::Rect{10, 10, 50, 40}));
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(!canvas().region());
    QVERIFY(!command("undoAction")->isEnabled());
    QTest::keyClick(&canvas(), Qt::Key_Y, Qt::ControlModifier);
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(m_window->levels().plan().scale, 3.0);
    QCOMPARE(m_window->levels().plan().stepLimit, 2.0);
}

void TestWindowSettings::aNewChoiceForgetsWhatWasUndone() {
    canvas().setRegion(casr::Rect{10, 10, 50, 40});
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(command("redoAction")->isEnabled());
    QTest::keyClick(&canvas(), Qt::Key_A, Qt::ControlModifier);
    QVERIFY(!command("redoAction")->isEnabled());
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(!canvas().region());
}

void TestWindowSettings::aBranchKeepsWhatItComputed() {
    canvas().setRegion(casr::Rect{20, 20, 50, 45});
    QTest::keyClick(&canvas(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(!m_window->run().isRunning(), patience);
    const auto staircase = m_window->levels().staircase();
    m_window->levels().setPlan(2, 2);
    QVERIFY(m_window->levels().staircase() != staircase);
    auto* list = child<QComboBox>("branchList");
    QTRY_COMPARE_WITH_TIMEOUT(list->count(), 2, patience);
    list->setCurrentIndex(1);
    Q_EMIT list->activated(1);
    QCOMPARE(m_window->levels().plan().scale, 8.0);
    QCOMPARE(m_window->levels().staircase(), staircase);
    QVERIFY(staircase->cachedTile({1, 0, 0}).has_value());
    for (int scale = 3; scale < 12; ++scale) {
        m_window->levels().setPlan(scale, 2);
    }
    QCOMPARE(m_window->levels().branches().size(), casr::Levels::mostBranches);
}

void TestWindowSettings::whatCannotBeBroughtBackIsSaid() {
    casr::Levels& levels = m_window->levels();
    levels.setNetwork(casr::Network::untrained({16, 1, 16, 0, 0, 1}, 7));
    casr::ZoomSettings detailed = levels.settings();
    detailed.controls.detail = detailed.controls.lastDetail = 0.4f;
    levels.choose(detailed);
    levels.setNetwork(smallNetwork());
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(child<casr::MessageBar>("messageBar")->text().contains("no perceptual detail"));
    QCOMPARE(levels.settings().controls.detail, 0.0f);
    canvas().setRegion(casr::Rect{10, 10, 50, 40});
    QTest::keyClick(&canvas(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(!canvas().region());
    levels.setPlan(3, 2);
    Q_EMIT m_window->findChild<casr::StaircaseDock*>()->branchChosen(detailed);
    QVERIFY(child<casr::MessageBar>("messageBar")->text().contains("no perceptual detail"));
    QCOMPARE(levels.plan().scale, 3.0);
}

void TestWindowSettings::theMemoryBudgetReachesTheStaircase() {
    QDialog* dialog = openPreferences();
    QVERIFY(dialog);
    dialog->findChild<QSpinBox*>("preferMemory")->setValue(77);
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().staircase()->cache().budget(), std::size_t{77} << 20);
    QCOMPARE(casr::loadPreferences().memoryMegabytes, 77);
}

void TestWindowSettings::everyKeyOfALabelLeadsSomewhere() {
    for (const Qt::Key key : {Qt::Key_Comma, Qt::Key_E, Qt::Key_P, Qt::Key_R, Qt::Key_D}) {
        const QDialog* dialog = openDialog(key, Qt::ControlModifier);
        QVERIFY2(dialog, qPrintable(QString::number(key, 16)));
        for (const QLabel* label : dialog->findChildren<QLabel*>()) {
            QVERIFY2(!label->text().contains('&') || label->buddy(), qPrintable(label->text()));
        }
        clickButton(QDialogButtonBox::Cancel);
    }
}

void TestWindowSettings::anImpossiblePreferenceIsRefusedInTheDialog() {
    QDialog* dialog = openPreferences();
    QVERIFY(dialog);
    const QPushButton* ok = dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    QVERIFY(ok->isEnabled());
    dialog->findChild<QLineEdit*>("preferStepLimit")->setText("9");
    QVERIFY(!ok->isEnabled());
    dialog->findChild<QLineEdit*>("preferStepLimit")->setText("2,5");
    QVERIFY(ok->isEnabled());
    dialog->findChild<QLineEdit*>("preferScreenFile")->setText(m_photoPath);
    dialog->findChild<QComboBox*>("preferScreen")->setCurrentIndex(1);
    QVERIFY(!ok->isEnabled());
    QVERIFY(dialog->findChild<QLabel*>("preferencesProblem")->text().contains("profile"));
    dialog->findChild<QComboBox*>("preferScreen")->setCurrentIndex(0);
    QVERIFY(ok->isEnabled());
    dialog->findChild<QComboBox*>("preferPrecision")->setCurrentIndex(static_cast<int>(casr::Precision::cuda));
    QTRY_COMPARE_WITH_TIMEOUT(ok->isEnabled(), casr::hasCuda(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(dialog->findChild<QLabel*>("preferencesProblem")->text().contains("CUDA"), !casr::hasCuda(), patience);
    dialog->findChild<QComboBox*>("preferPrecision")->setCurrentIndex(static_cast<int>(casr::Precision::float32));
    QVERIFY(ok->isEnabled());
    clickButton(QDialogButtonBox::Cancel);
    QCOMPARE(casr::loadPreferences().stepLimit, casr::defaultStepLimit);
}

void TestWindowSettings::anotherPrecisionComputesAnew() {
    const auto before = m_window->levels().staircase();
    const casr::Precision other = m_window->levels().precision();
    QDialog* dialog = openPreferences();
    dialog->findChild<QComboBox*>("preferPrecision")->setCurrentIndex(static_cast<int>(casr::Precision::float32));
    clickButton(QDialogButtonBox::Ok);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().precision(), casr::Precision::float32, patience);
    QCOMPARE(m_window->levels().staircase() != before, other != casr::Precision::float32);
}

void TestWindowSettings::aScreenProfileChangesColoursAndKeepsTheView() {
    const QString path = m_folder->filePath("screen.icc");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(exchangedProfile());
    file.close();
    canvas().setScreenShare(4);
    canvas().setHeldLevel(0);
    const casr::ViewTransform view = canvas().view();
    const QPoint corner(canvas().width() - 5, canvas().height() / 2);
    const QColor before = canvas().grab().toImage().pixelColor(corner);
    QDialog* dialog = openPreferences();
    dialog->findChild<QLineEdit*>("preferScreenFile")->setText(path);
    dialog->findChild<QComboBox*>("preferScreen")->setCurrentIndex(1);
    clickButton(QDialogButtonBox::Ok);
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(canvas().grab().toImage().pixelColor(corner).green() - before.red()) <= 2, patience);
    QVERIFY(std::abs(canvas().grab().toImage().pixelColor(corner).red() - before.green()) <= 2);
    QCOMPARE(canvas().view(), view);
}

void TestWindowSettings::aShortcutCanBeChangedAndIsKept() {
    QDialog* dialog = openPreferences();
    auto* edit = dialog->findChild<QKeySequenceEdit*>("compareActionKeys");
    edit->setKeySequence(QKeySequence("Q"));
    Q_EMIT edit->editingFinished();
    clickButton(QDialogButtonBox::Ok);
    QTest::keyClick(&canvas(), Qt::Key_C);
    QCOMPARE(canvas().comparison().mode(), casr::CompareMode::none);
    QTest::keyClick(&canvas(), Qt::Key_Q);
    QCOMPARE(canvas().comparison().mode(), casr::CompareMode::wipeAcross);
    openWindow(smallNetwork);
    QCOMPARE(command("compareAction")->shortcut(), QKeySequence("Q"));
    dialog = openPreferences();
    QTest::mouseClick(dialog->findChild<QPushButton*>("standardShortcuts"), Qt::LeftButton);
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(command("compareAction")->shortcut(), QKeySequence("C"));
}

void TestWindowSettings::aShortcutOfAnotherCommandIsRefused() {
    QDialog* dialog = openPreferences();
    auto* edit = dialog->findChild<QKeySequenceEdit*>("compareActionKeys");
    for (const char* taken : {"K", "Ctrl+O", "Z", "Ctrl+="}) {
        edit->setKeySequence(QKeySequence(taken));
        Q_EMIT edit->editingFinished();
        QCOMPARE(edit->keySequence(), QKeySequence("C"));
        QVERIFY(!dialog->findChild<QLabel*>("shortcutProblem")->text().isEmpty());
    }
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(command("compareAction")->shortcut(), QKeySequence("C"));
}

void TestWindowSettings::propertiesTellOfThePhoto() {
    QDialog* dialog = openDialog(Qt::Key_Return, Qt::AltModifier);
    QVERIFY(dialog);
    QStringList texts;
    for (const QLabel* label : dialog->findChildren<QLabel*>()) {
        texts << label->text();
    }
    const QString all = texts.join('\n');
    QVERIFY2(all.contains("157") && all.contains("101") && all.contains("1256"), qPrintable(all));
    QVERIFY(all.contains("sRGB"));
    clickButton(QDialogButtonBox::Close);
}

void TestWindowSettings::theRegionKeepsItsShapeWhenLocked() {
    canvas().setRegion(casr::Rect{10, 10, 70, 40});
    QDialog* dialog = openDialog(Qt::Key_G, Qt::ControlModifier);
    dialog->findChild<QCheckBox*>("regionLock")->setChecked(true);
    dialog->findChild<QSpinBox*>("regionWidth")->setValue(30);
    QCOMPARE(dialog->findChild<QSpinBox*>("regionHeight")->value(), 15);
    dialog->findChild<QSpinBox*>("regionHeight")->setValue(20);
    QCOMPARE(dialog->findChild<QSpinBox*>("regionWidth")->value(), 40);
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(canvas().region(), std::optional<casr::Rect>(casr::Rect{10, 10, 50, 30}));
}

void TestWindowSettings::printSizesAreTakenInInches() {
    using casr::ScaleBasis;
    QCOMPARE(casr::scaleOf(ScaleBasis::printWidthInches, 10, 300, {1500, 1000}), 2.0);
    QCOMPARE(casr::scaleOf(ScaleBasis::printHeightInches, 10, 300, {1500, 1000}), 3.0);
    QCOMPARE(casr::valueOf(ScaleBasis::printWidthInches, 2, 300, {1500, 1000}), 10.0);
    QVERIFY(std::abs(casr::scaleOf(ScaleBasis::printWidth, 25.4, 300, {1500, 1000}) - 2.0) < 1e-12);
}

void TestWindowSettings::aRegionOnTheCommandLineIsParsed() {
    QCOMPARE(casr::parsedRegion("10, 20,30,40"), std::optional<casr::Rect>(casr::Rect{10, 20, 40, 60}));
    for (const char* text : {"", "1,2,3", "1,2,3,4,5", "a,2,3,4", "-1,2,3,4", "1,2,0,4", "1.5,2,3,4"}) {
        QVERIFY2(!casr::parsedRegion(text), text);
    }
}

void TestWindowSettings::aPhotoOpensInTheWantedState() {
    casr::StartState state;
    state.region = casr::Rect{20, 20, 60, 50};
    state.scale = 6;
    m_window->openPhoto(m_photoPath, state);
    QTRY_COMPARE_WITH_TIMEOUT(canvas().region(), state.region, patience);
    QCOMPARE(m_window->levels().plan().scale, 6.0);
    state.scale = 65;
    m_window->openPhoto(m_photoPath, state);
    auto* bar = child<casr::MessageBar>("messageBar");
    QTRY_VERIFY_WITH_TIMEOUT(bar->text().contains("64"), patience);
}

void TestWindowSettings::anotherLargestStepIsThatOfTheNextPhoto() {
    QDialog* dialog = openPreferences();
    QVERIFY(dialog);
    dialog->findChild<QLineEdit*>("preferStepLimit")->setText("2.5");
    clickButton(QDialogButtonBox::Ok);
    QCOMPARE(m_window->levels().plan().stepLimit, casr::defaultStepLimit);
    const auto before = m_window->levels().document();
    m_window->openPhoto(m_photoPath);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->levels().document() != before, patience);
    QCOMPARE(m_window->levels().plan().stepLimit, 2.5);
    QCOMPARE(m_window->levels().branches().size(), std::size_t{1});
    casr::StartState state;
    state.stepLimit = 3;
    m_window->openPhoto(m_photoPath, state);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->levels().plan().stepLimit, 3.0, patience);
}

QTEST_MAIN(TestWindowSettings)

#include "test_window_settings.moc"
