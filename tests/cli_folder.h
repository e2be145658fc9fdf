#pragma once

#include "cli_support.h"
#include "core/io/picture_file.h"
#include "core/network/tensor_file.h"
#include "network_support.h"
#include "support.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

/// A folder for runs of the command line: two pictures in truth/, weights of a tiny network.
class CliFolder {
protected:
    QString path(const char* name) const { return m_folder.filePath(name); }

    void fill() const {
        casr::startPictureLibrary();
        QDir(m_folder.path()).mkdir("truth");
        casr::writePicture(path("truth/a.png").toStdString(), {noisePicture({41, 33}, 3, 5), 8, {}});
        casr::writePicture(path("truth/b.png").toStdString(), {noisePicture({110, 100}, 3, 6), 8, {}});
        casr::writeTensorFile(path("tiny.safetensors").toStdString(), strongWeights({16, 1, 16}, 2));
    }

    QStringList evaluate(const QStringList& further) const {
        return QStringList{"evaluate", "--data", path("truth"), "--weights", path("tiny.safetensors"), "--precision", "fp32"} + further;
    }

    QJsonObject jsonIn(const char* name) const { return QJsonDocument::fromJson(bytesOf(path(name))).object(); }

    QTemporaryDir m_folder;
};
