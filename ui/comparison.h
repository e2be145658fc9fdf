#pragma once

#include "ui/level_painter.h"
#include "ui/turned_wipe.h"
#include "ui/view_picture.h"

#include <QTimer>

#include <array>

namespace casr {

enum class CompareMode { none, wipeAcross, wipeDown, wipeTurned, sideBySide, fourfold, difference, signedDifference, loupe };
constexpr int compareModes = 9;

/// What can be held against the step that is shown.
struct ComparedPicture {
    enum class Kind { step, nearest, bicubic, lanczos, file };
    Kind kind = Kind::bicubic;
    int level = 0; ///< Of a step.

    bool operator==(const ComparedPicture&) const = default;
};

/// How pictures are held against each other, all under the one transform of the canvas. Lives in the GUI thread.
class Comparison : public QObject {
    Q_OBJECT

public:
    /// The pictures beside the shown one; wipe, blink and difference use the first.
    static constexpr int others = 3;
    static constexpr int blinkMs = 400;

    /// One pane of the canvas, in device coordinates from its own top left.
    struct Frame {
        int shownLevel = 0;
        const ViewTransform& view;
        Magnified magnified = Magnified::smooth;
        double unit = 1; ///< Device pixels of a logical one.
    };

    explicit Comparison(Levels& levels, QObject* parent = nullptr);

    CompareMode mode() const { return m_mode; }
    void setMode(CompareMode mode);
    /// A wipe whose line is upright or level.
    bool isStraightWipe() const { return m_mode == CompareMode::wipeAcross || m_mode == CompareMode::wipeDown; }

    ComparedPicture other(int index) const { return m_others[static_cast<std::size_t>(index)]; }
    void setOther(int index, ComparedPicture picture);
    /// Which of the others a pane shows; none: the shown step.
    std::optional<int> otherOfPane(int pane) const;
    /// The file that Kind::file means; it is laid over the whole photo, or over `place` of it. Another photo takes it away.
    void setFile(std::shared_ptr<const Document> file, Area place);
    const std::shared_ptr<const Document>& file() const { return m_file; }
    Area filePlace() const { return m_filePlace; }

    /// Factor of the differences, 1 or more.
    double gain() const { return m_gain; }
    void setGain(double gain);
    void setLabelsShown(bool on);
    bool areLabelsShown() const { return m_areLabelsShown; }
    void setBlinking(bool on);
    bool isBlinking() const { return m_isBlinking; }
    void setAutoBlinking(bool on);
    bool isAutoBlinking() const { return m_blinkTimer.isActive(); }

    /// Share of the view before a straight wipe's line.
    double wipe() const { return m_wipe; }
    void setWipe(double share);
    const TurnedWipe& turnedWipe() const { return m_turnedWipe; }
    void setTurnedWipe(const TurnedWipe& wipe);

    /// Where the loupe is, in device coordinates of a pane; none: nowhere.
    void setLoupe(std::optional<Point> place);

    /// The parts of a canvas of `canvas` device pixels, all of one size.
    std::vector<Rect> panes(Size canvas) const;
    /// The highest step that the others show.
    int highestOther() const;
    /// "Step 2, x4", "Photo, bicubic".
    QString labelOf(ComparedPicture picture) const;
    void paint(QPainter& painter, int pane, const Frame& frame);

Q_SIGNALS:
    /// Something looks different.
    void changed();
    /// The panes are others now.
    void relaid();

private:
    ComparedPicture shownPicture(const Frame& frame) const { return {ComparedPicture::Kind::step, frame.shownLevel}; }
    void paintPicture(QPainter& painter, ComparedPicture picture, const Frame& frame);
    void paintLabelled(QPainter& painter, ComparedPicture picture, const Frame& frame, QRectF clip, Qt::Alignment side);
    void paintWipe(QPainter& painter, const Frame& frame);
    void paintTurnedWipe(QPainter& painter, const Frame& frame);
    void paintTurnedSide(QPainter& painter, TurnedWipe::Side side, ComparedPicture picture, const Frame& frame);
    void paintDifference(QPainter& painter, const Frame& frame);
    void paintLoupe(QPainter& painter, const Frame& frame);
    void askForDifference(const Frame& frame);
    /// Forgets what the new photo or plan has not.
    void takePhoto();
    QImage rendered(ComparedPicture picture, const Frame& frame);

    Levels& m_levels;
    std::shared_ptr<const Document> m_document;
    CompareMode m_mode = CompareMode::none;
    std::array<ComparedPicture, others> m_others{
        {{ComparedPicture::Kind::bicubic, 0}, {ComparedPicture::Kind::nearest, 0}, {ComparedPicture::Kind::lanczos, 0}}};
    std::shared_ptr<const Document> m_file;
    Area m_filePlace;
    double m_gain = 4;
    double m_wipe = 0.5;
    TurnedWipe m_turnedWipe;
    std::optional<Point> m_loupe;
    bool m_areLabelsShown = true;
    bool m_isBlinking = false;
    QTimer m_blinkTimer;
    PlainEnlargement m_bicubic;
    PlainEnlargement m_lanczos;
    ViewPicture m_difference;
    bool m_isDifferenceStale = true;
    std::optional<ViewTransform> m_differenceView;
    NewestJob m_differenceJob;
};

/// The absolute difference of two pictures of one size times `gain`, or, when `isSigned`, second less first around middle grey.
QImage differenceOf(const QImage& first, const QImage& second, double gain, bool isSigned);

} // namespace casr
