#include "ui/message_bar.h"

#include "ui/guarded.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

namespace casr {

MessageBar::MessageBar(QWidget* parent) : QFrame(parent), m_label(new QLabel(this)), m_button(new QPushButton(this)) {
    setObjectName("messageBar");
    m_button->setObjectName("messageButton");
    m_button->hide();
    m_label->setWordWrap(true);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton(this);
    close->setText(QString(QChar(0x00d7)));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close the message"));
    close->setToolTip(close->accessibleName());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addWidget(m_label, 1);
    layout->addWidget(m_button);
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void MessageBar::showError(const QString& message) {
    showText(message, "#7a2e2e");
}

bool MessageBar::showProblemOf(const std::function<void()>& work) {
    const GuardedOutcome outcome = guarded(work);
    if (!outcome.error.isEmpty()) {
        showError(outcome.error);
    }
    return outcome.error.isEmpty();
}

void MessageBar::showNotice(const QString& message) {
    showText(message, "#2e5a3e");
}

void MessageBar::showOffer(const QString& message, const QString& button, const std::function<void()>& call) {
    showText(message, "#33506e");
    m_button->setText(button);
    m_button->disconnect();
    connect(m_button, &QPushButton::clicked, this, [this, call] {
        hide();
        call();
    });
    m_button->show();
}

void MessageBar::withdrawOffer() {
    if (!m_button->isHidden()) {
        hide();
    }
}

QString MessageBar::text() const {
    return isHidden() ? QString() : m_label->text();
}

void MessageBar::showText(const QString& message, const QString& colour) {
    setStyleSheet(
        QString("#messageBar { background: %1; } #messageBar * { color: white; background: transparent; } #messageBar QPushButton { "
                "background: rgba(255, 255, 255, 50); border: 1px solid white; border-radius: 3px; padding: 3px 12px; }")
            .arg(colour));
    m_button->hide();
    m_label->setText(message);
    m_label->setAccessibleName(message);
    show();
}

} // namespace casr
