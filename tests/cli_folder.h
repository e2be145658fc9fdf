#pragma once

#include "cli_support.h"
#include "core/io/picture_file.h"
#include "core/network/tensor_file.h"
#include "network_support.h"
#include "support.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

/// A folder for runs of the command line: two pictures in truth/, a photo, weights of a tiny network.
class CliFolder {
protected:
    QString path(const char* name) const { return m_folder.filePath(name); }

    void fill() const {
        casr::startPictureLibrary();
        QDir(m_folder.path()).mkdir("truth");
        casr::writePicture(path("truth/a.png").toStdString(), {noisePicture({41, 33}, 3, 5), 8, {}});
        casr::writePicture(path("truth/b.png").toStdString(), {noisePicture({110, 100}, 3, 6), 8, {}});
        casr::writePicture(path("photo.png").toStdString(), {noisePicture({40, 30}, 3, 1), 8, {}});
        casr::writeTensorFile(path("tiny.safetensors").toStdString(), strongWeights({16, 1, 16}, 2));
    }

    QStringList evaluate(const QStringList& further) const {
        return QStringList{"evaluate", "--data", path("truth"), "--weights", path("tiny.safetensors"), "--precision", "fp32"} + further;
    }

    QStringList upscale(const QStringList& further) const {
        return QStringList{"upscale", path("photo.png"), "--weights", path("tiny.safetensors"), "--precision", "fp32"} + further;
    }

    casr::Image pixels(const char* name) const { return casr::readPicture(path(name).toStdString()).image; }

    QByteArray contents(const char* name) const { return bytesOf(path(name)); }

    void putBytes(const char* name, const QByteArray& bytes) const {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    /// Of scale 2, with one more key.
    void putRecipe(const char* name, const QByteArray& further) const {
        putBytes(name, R"({"format": "casr-recipe", "version": 1, "scale": 2, )" + further + "}");
    }

    QJsonObject jsonIn(const char* name) const { return QJsonDocument::fromJson(bytesOf(path(name))).object(); }

    QTemporaryDir m_folder;
};
