#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QPushButton;

namespace casr {

/// A line above the photo that says what went wrong or what was done, until it is closed or replaced. Never blocks.
class MessageBar : public QFrame {
    Q_OBJECT

public:
    explicit MessageBar(QWidget* parent = nullptr);

    void showError(const QString& message);
    /// Does `work`; when it fails, shows why and gives false.
    bool showProblemOf(const std::function<void()>& work);
    void showNotice(const QString& message);
    /// A notice with a button that does something.
    void showOffer(const QString& message, const QString& button, const std::function<void()>& call);
    /// Hides the bar when it shows an offer.
    void withdrawOffer();
    QString text() const;

private:
    void showText(const QString& message, const QString& colour);

    QLabel* m_label;
    QPushButton* m_button;
};

} // namespace casr
