#pragma once

#include "core/depth/textures.h"
#include "core/image/image.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace casr {

/// A point or direction in metres: right, up, forward.
struct Vector3 {
    double x = 0, y = 0, z = 0;
};

inline Vector3 operator+(Vector3 a, Vector3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(Vector3 a, Vector3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator*(double factor, Vector3 a) {
    return {factor * a.x, factor * a.y, factor * a.z};
}
inline double dot(Vector3 a, Vector3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

/// How a surface is painted with a texture.
struct Paint {
    int texture = 0;
    double texelsPerMetre = 64;
    double offset = 0;                  ///< Added to both texel coordinates.
    std::array<float, 3> tint{1, 1, 1}; ///< Factor of each colour.
};

/// A body standing in the scene. Its own axes have their origin at the middle of its foot and are turned about the vertical.
struct Solid {
    enum class Kind {
        box,       ///< |x| <= halfWidth, 0 <= y <= height, |z| <= halfDepth.
        cylinder,  ///< Upright, of radius halfWidth.
        ellipsoid, ///< Fills the box.
        billboard, ///< Flat in z = 0, with a ragged round outline (outlineRadius) inside the box's face.
        ridge      ///< Flat in z = 0, from the foot up to a wavy line (ridgeHeight).
    };

    Kind kind = Kind::box;
    Vector3 foot;
    double halfWidth = 1, height = 1, halfDepth = 1;
    double turn = 0;               ///< Radians about the vertical.
    std::array<double, 4> waves{}; ///< Amplitudes of the outline's waves.
    std::array<double, 4> phases{};
    Paint paint;
};

/// Outline of a billboard: radius 0 .. 1 in units of half the face, at `angle` about the face's middle.
double outlineRadius(const Solid& solid, double angle);

/// Upper line of a ridge, metres above its foot, at `x` from its middle.
double ridgeHeight(const Solid& solid, double x);

/// The inside of a box that everything stands in: floor, four walls and a ceiling.
struct Room {
    double turn = 0;
    double left = -2, right = 2, back = -1, front = 4, height = 2.5; ///< From the camera's foot, along the room's own axes.
    Paint walls, ceiling;
};

struct Camera {
    double height = 1.6; ///< Above the ground, metres.
    double pitch = 0;    ///< Radians, positive looks down.
    double roll = 0;     ///< Radians.
    double focal = 1;    ///< Focal length in units of the picture's longer side.
};

/// Light and air.
struct Weather {
    Vector3 light{0, 1, 0}; ///< Unit vector towards the light.
    double ambient = 0.6;   ///< Share of light that falls on every surface alike.
    double haze = 0;        ///< Extinction for each metre.
    std::array<float, 3> horizon{0.8f, 0.85f, 0.9f}, zenith{0.4f, 0.6f, 0.9f};
    Paint clouds;
    float cloudiness = 0; ///< 0 .. 1.
};

struct Scene {
    Camera camera;
    Paint ground;
    std::optional<Room> room; ///< Without one: an endless ground below an open sky.
    std::vector<Solid> solids;
    Weather weather;
    double blur = 0;         ///< Strength of defocus; 0: all is sharp.
    double focusInverse = 0; ///< Inverse depth in focus, 1/m.
};

/// A scene drawn at random, a function of its arguments: a landscape or a room, with solids of all kinds, some close.
/// `textures` is the number of textures to choose from.
Scene drawScene(std::uint64_t seed, std::uint64_t index, int textures);

/// A ray through the middle of a pixel. Its direction has length 1 along the optical axis, so distances along it are depths.
struct Ray {
    Vector3 origin, direction;
};

Ray rayThrough(const Camera& camera, Size size, double x, double y);

/// A picture of a scene with its exact geometry.
struct SceneView {
    Image colour;       ///< RGB, 0 .. 1.
    Image inverseDepth; ///< One channel, 1/m along the optical axis; 0 in the sky.
};

/// One ray through the middle of every pixel.
SceneView render(const Scene& scene, const TextureSet& textures, Size size);

/// Half the size: means of 2 x 2 pixels. Width and height of `image` are even.
Image halved(const Image& image);

} // namespace casr
