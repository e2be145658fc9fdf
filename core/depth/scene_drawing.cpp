#include "core/depth/scene.h"

#include "core/base/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace casr {

namespace {

constexpr double pi = std::numbers::pi;

using Colour = std::array<float, 3>;

double logUniform(HashRandom& random, double low, double high) {
    return low * std::pow(high / low, random.uniform());
}

bool happens(HashRandom& random, double probability) {
    return random.uniform() < probability;
}

Paint drawPaint(HashRandom& random, int textures, double texelsLow, double texelsHigh) {
    Paint paint;
    paint.texture = random.below(textures);
    paint.texelsPerMetre = logUniform(random, texelsLow, texelsHigh);
    paint.offset = random.uniform(0, 256);
    const double gain = random.uniform(0.6, 1.4);
    for (float& tint : paint.tint) {
        tint = static_cast<float>(gain * random.uniform(0.8, 1.2));
    }
    return paint;
}

Camera drawCamera(HashRandom& random, bool isRoom) {
    Camera camera;
    camera.height = isRoom ? random.uniform(0.9, 1.9) : logUniform(random, 0.5, 6);
    camera.pitch = random.uniform(-0.15, isRoom ? 0.5 : 0.3);
    camera.roll = random.uniform(-0.07, 0.07);
    camera.focal = logUniform(random, 0.55, 1.8);
    return camera;
}

Room drawRoom(HashRandom& random, int textures) {
    Room room;
    room.turn = random.uniform(-pi, pi);
    room.left = -random.uniform(0.8, 4);
    room.right = random.uniform(0.8, 4);
    room.back = -random.uniform(0.8, 4);
    room.front = random.uniform(1.2, 6);
    room.height = random.uniform(2.1, 3.4);
    room.walls = drawPaint(random, textures, 10, 80);
    room.ceiling = drawPaint(random, textures, 10, 60);
    return room;
}

Colour drawColour(HashRandom& random, Colour low, Colour high) {
    const double share = random.uniform();
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = std::clamp(static_cast<float>(low[c] + share * (high[c] - low[c]) + random.uniform(-0.08, 0.08)), 0.0f, 1.0f);
    }
    return colour;
}

Weather drawWeather(HashRandom& random, int textures, bool isRoom) {
    Weather weather;
    const double angle = random.uniform(0, 2 * pi), height = random.uniform(0.2, 1);
    const double flat = std::sqrt(1 - height * height);
    weather.light = {flat * std::cos(angle), height, flat * std::sin(angle)};
    weather.ambient = random.uniform(0.4, 0.9);
    weather.haze = isRoom || happens(random, 0.4) ? 0 : logUniform(random, 0.002, 0.05);
    weather.horizon = drawColour(random, {0.6f, 0.6f, 0.62f}, {0.95f, 0.93f, 0.9f});
    weather.zenith = happens(random, 0.6) ? drawColour(random, {0.15f, 0.3f, 0.6f}, {0.5f, 0.7f, 0.95f})
                                          : drawColour(random, {0.3f, 0.3f, 0.33f}, {0.9f, 0.9f, 0.92f});
    weather.clouds = drawPaint(random, textures, 40, 160);
    weather.cloudiness = happens(random, 0.5) ? static_cast<float>(random.uniform(0.05, 0.6)) : 0.0f;
    return weather;
}

void drawOutline(HashRandom& random, Solid& solid) {
    for (std::size_t k = 0; k < solid.waves.size(); ++k) {
        solid.waves[k] = random.uniform(0, 0.18) / std::sqrt(static_cast<double>(k + 1));
        solid.phases[k] = random.uniform(0, 2 * pi);
    }
}

/// A point on the ground in front of the camera, `distance` metres away, inside a picture whose focal length is `focal`.
Vector3 drawPlace(HashRandom& random, double distance, double focal) {
    return {random.uniform(-0.6, 0.6) * distance / focal, 0, distance};
}

Solid drawSolid(HashRandom& random, int textures, const Camera& camera, bool isRoom) {
    constexpr std::array kinds{Solid::Kind::box,       Solid::Kind::box,       Solid::Kind::cylinder,
                               Solid::Kind::ellipsoid, Solid::Kind::billboard, Solid::Kind::billboard};
    Solid solid;
    solid.kind = kinds[static_cast<std::size_t>(random.below(kinds.size()))];
    const double distance = isRoom ? logUniform(random, 0.8, 5) : logUniform(random, 2, 60);
    const double size = isRoom ? logUniform(random, 0.15, 0.9) : logUniform(random, 0.3, 2) * std::sqrt(distance / 6);
    solid.foot = drawPlace(random, distance, camera.focal);
    solid.halfWidth = size * random.uniform(0.3, 1);
    solid.halfDepth = size * random.uniform(0.3, 1);
    solid.height = size * random.uniform(0.5, isRoom ? 2.5 : 4);
    solid.turn = solid.kind == Solid::Kind::billboard ? random.uniform(-0.6, 0.6) : random.uniform(-pi, pi);
    if (happens(random, isRoom ? 0.35 : 0.2)) { // on a shelf, hanging, flying
        solid.foot.y = random.uniform(0, isRoom ? 1.8 : 0.3 * distance);
    }
    solid.paint = drawPaint(random, textures, 0.3 * 128 / size, 2 * 128 / size);
    drawOutline(random, solid);
    return solid;
}

/// Something close that fills a good part of the picture: the subject of a portrait.
Solid drawSubject(HashRandom& random, int textures, const Camera& camera) {
    Solid solid = drawSolid(random, textures, camera, true);
    const double distance = logUniform(random, 0.7, 3);
    const double size = distance / camera.focal * random.uniform(0.12, 0.45);
    solid.foot = drawPlace(random, distance, 1.6 * camera.focal);
    solid.halfWidth = size * random.uniform(0.5, 1);
    solid.halfDepth = 0.5 * size;
    solid.height = size * random.uniform(1, 2.5);
    const double axis = camera.height - distance * std::tan(camera.pitch);
    solid.foot.y = axis - solid.height * random.uniform(0.3, 1);
    solid.paint.texelsPerMetre = 128 / size * random.uniform(0.3, 1.5);
    return solid;
}

/// A hill or a line of trees in the distance.
Solid drawRidge(HashRandom& random, int textures) {
    Solid solid;
    solid.kind = Solid::Kind::ridge;
    const double distance = logUniform(random, 15, 300);
    solid.foot = {random.uniform(-0.5, 0.5) * distance, 0, distance};
    solid.halfWidth = distance * random.uniform(0.3, 2.5);
    solid.height = distance * random.uniform(0.05, 0.45);
    solid.halfDepth = 0;
    solid.turn = random.uniform(-0.5, 0.5);
    solid.paint = drawPaint(random, textures, 300 / distance, 2000 / distance);
    drawOutline(random, solid);
    return solid;
}

void drawSolids(HashRandom& random, int textures, Scene& scene) {
    const bool isRoom = scene.room.has_value();
    const int ridges = isRoom ? 0 : random.below(4);
    for (int i = 0; i < ridges; ++i) {
        scene.solids.push_back(drawRidge(random, textures));
    }
    const int solids = random.below(isRoom ? 14 : 16);
    for (int i = 0; i < solids; ++i) {
        scene.solids.push_back(drawSolid(random, textures, scene.camera, isRoom));
    }
}

/// Portraits are focused on their subject, and what lies behind is often blurred.
void drawFocus(HashRandom& random, int textures, Scene& scene) {
    if (!happens(random, 0.35)) {
        return;
    }
    scene.solids.push_back(drawSubject(random, textures, scene.camera));
    if (happens(random, 0.6)) {
        scene.focusInverse = 1 / scene.solids.back().foot.z;
        scene.blur = random.uniform(0.5, 4) / scene.focusInverse;
    }
}

} // namespace

Scene drawScene(std::uint64_t seed, std::uint64_t index, int textures) {
    HashRandom random(seed, index);
    Scene scene;
    const bool isRoom = happens(random, 0.35);
    scene.camera = drawCamera(random, isRoom);
    scene.ground = drawPaint(random, textures, isRoom ? 15 : 3, isRoom ? 120 : 60);
    if (isRoom) {
        scene.room = drawRoom(random, textures);
    }
    drawSolids(random, textures, scene);
    drawFocus(random, textures, scene);
    scene.weather = drawWeather(random, textures, isRoom);
    return scene;
}

} // namespace casr
