#include "ui/preferences.h"

#include "core/base/error.h"
#include "core/zoom/tile_cache.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QSettings>

#include <xcb/xcb.h>

#include <algorithm>
#include <cstdlib>

namespace casr {

namespace {

/// No profile of a screen is larger; a property is asked for in units of four bytes.
constexpr std::uint32_t largestProfile = 16u << 20;

struct FreeReply {
    void operator()(void* reply) const { std::free(reply); }
};
template <class Reply>
using ReplyPointer = std::unique_ptr<Reply, FreeReply>;

xcb_atom_t atomOf(xcb_connection_t* connection, const std::string& name) {
    const xcb_intern_atom_cookie_t cookie = xcb_intern_atom(connection, 1, static_cast<std::uint16_t>(name.size()), name.c_str());
    const ReplyPointer<xcb_intern_atom_reply_t> reply(xcb_intern_atom_reply(connection, cookie, nullptr));
    return reply ? reply->atom : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
}

} // namespace

Preferences loadPreferences() {
    const QSettings settings;
    Preferences preferences;
    preferences.isDark = settings.value("dark", true).toBool();
    preferences.threads = std::clamp(settings.value("threads", 0).toInt(), 0, 1024);
    preferences.memoryMegabytes = std::max(settings.value("memoryMegabytes", 0).toInt(), 0);
    preferences.precision = static_cast<Precision>(std::clamp(settings.value("precision", 0).toInt(), 0, 3));
    preferences.stepLimit = std::clamp(settings.value("stepLimit", defaultStepLimit).toDouble(), smallestStepLimit, largestStepLimit);
    preferences.screen = static_cast<ScreenSource>(std::clamp(settings.value("screenSource", 0).toInt(), 0, 2));
    preferences.screenFile = settings.value("screenFile").toString();
    preferences.depthModel = settings.value("depthModel").toString();
    return preferences;
}

void savePreferences(const Preferences& preferences) {
    QSettings settings;
    settings.setValue("dark", preferences.isDark);
    settings.setValue("threads", preferences.threads);
    settings.setValue("memoryMegabytes", preferences.memoryMegabytes);
    settings.setValue("precision", static_cast<int>(preferences.precision));
    settings.setValue("stepLimit", preferences.stepLimit);
    settings.setValue("screenSource", static_cast<int>(preferences.screen));
    settings.setValue("screenFile", preferences.screenFile);
    settings.setValue("depthModel", preferences.depthModel);
}

std::size_t cacheBytes(const Preferences& preferences) {
    return preferences.memoryMegabytes > 0 ? static_cast<std::size_t>(preferences.memoryMegabytes) << 20 : TileCache::defaultBudget();
}

ScreenProfile systemScreenProfile() {
    const auto* x11 = qApp->nativeInterface<QNativeInterface::QX11Application>();
    // The offscreen platform has the interface too, without a connection.
    xcb_connection_t* connection = x11 ? x11->connection() : nullptr;
    if (!connection) {
        return nullptr;
    }
    const xcb_window_t root = xcb_setup_roots_iterator(xcb_get_setup(connection)).data->root;
    const xcb_get_property_cookie_t cookie =
        xcb_get_property(connection, 0, root, atomOf(connection, "_ICC_PROFILE"), XCB_GET_PROPERTY_TYPE_ANY, 0, largestProfile / 4);
    const ReplyPointer<xcb_get_property_reply_t> reply(xcb_get_property_reply(connection, cookie, nullptr));
    const int length = reply ? xcb_get_property_value_length(reply.get()) : 0;
    if (length == 0) {
        return nullptr;
    }
    return std::make_shared<const std::string>(static_cast<const char*>(xcb_get_property_value(reply.get())), length);
}

ScreenProfile screenProfileOf(const Preferences& preferences) {
    if (preferences.screen != ScreenSource::file) {
        return preferences.screen == ScreenSource::system ? systemScreenProfile() : nullptr;
    }
    QFile file(preferences.screenFile);
    if (!file.open(QIODevice::ReadOnly) || file.size() == 0) {
        throw Error("The screen's profile '" + QDir::toNativeSeparators(preferences.screenFile).toStdString() +
                    "' cannot be read. Choose another one in the preferences.");
    }
    auto bytes = std::make_shared<const std::string>(file.readAll().toStdString());
    const ScreenTransform check({}, *bytes, 3);
    return bytes;
}

} // namespace casr
