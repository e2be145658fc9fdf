#pragma once

#include <QFile>
#include <QProcess>
#include <QString>
#include <QStringList>

/// What a run of the command line left behind.
struct Run {
    int code = -1;
    QString out;
    QString err;
};

inline Run runCasr(const QStringList& arguments) {
    QProcess process;
    process.start(CASR_PROGRAM, arguments);
    process.waitForFinished(300000);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

inline QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}
