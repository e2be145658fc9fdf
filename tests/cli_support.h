#pragma once

#include <QFile>
#include <QProcess>
#include <QString>
#include <QStringList>

/// What a run of the command line left behind; the code is -1 when it crashed, hung or did not begin.
struct Run {
    int code = -1;
    QString out;
    QString err;
};

inline Run runCasr(const QStringList& arguments) {
    QProcess process;
    process.start(CASR_PROGRAM, arguments);
    const bool ended = process.waitForFinished(300000) && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

inline QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}
