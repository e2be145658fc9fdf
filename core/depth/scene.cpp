#include "core/depth/scene.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace casr {

namespace {

constexpr double pi = std::numbers::pi;
constexpr double never = std::numeric_limits<double>::infinity();
constexpr double nearest = 0.05; ///< Metres; nothing closer is seen.

/// Where a ray meets a surface.
struct Hit {
    double depth = never;
    Vector3 normal;
    double u = 0, v = 0; ///< Metres on the surface.
    const Paint* paint = nullptr;
};

/// Turns about the vertical by a fixed angle, its sine and cosine taken once.
class Turn {
public:
    explicit Turn(double angle) : m_c(std::cos(angle)), m_s(std::sin(angle)) {}
    Vector3 in(Vector3 a) const { return {m_c * a.x - m_s * a.z, a.y, m_c * a.z + m_s * a.x}; }
    Vector3 out(Vector3 a) const { return {m_c * a.x + m_s * a.z, a.y, m_c * a.z - m_s * a.x}; }

private:
    double m_c, m_s;
};

/// The stretch of a ray inside a slab along one axis.
struct Span {
    double enter = -never, leave = never;
    int axisIn = 1, axisOut = 1;

    void clip(double origin, double direction, double low, double high, int axis) {
        const double a = (low - origin) / direction, b = (high - origin) / direction;
        if (std::min(a, b) > enter) {
            enter = std::min(a, b);
            axisIn = axis;
        }
        if (std::max(a, b) < leave) {
            leave = std::max(a, b);
            axisOut = axis;
        }
    }
};

Vector3 axisVector(int axis, double sign) {
    return {axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0};
}

double along(Vector3 a, int axis) {
    return axis == 0 ? a.x : axis == 1 ? a.y : a.z;
}

/// The hit at `depth` on a face across `axis`, seen from the side that the ray comes from.
Hit faceHit(const Ray& local, double depth, int axis) {
    const Vector3 p = local.origin + depth * local.direction;
    const Vector3 normal = axisVector(axis, along(local.direction, axis) > 0 ? -1 : 1);
    return {depth, normal, axis == 0 ? p.z : p.x, axis == 1 ? p.z : p.y, nullptr};
}

Hit hitBox(const Solid& solid, const Ray& local) {
    Span span;
    span.clip(local.origin.x, local.direction.x, -solid.halfWidth, solid.halfWidth, 0);
    span.clip(local.origin.y, local.direction.y, 0, solid.height, 1);
    span.clip(local.origin.z, local.direction.z, -solid.halfDepth, solid.halfDepth, 2);
    return span.enter < span.leave && span.enter > nearest ? faceHit(local, span.enter, span.axisIn) : Hit{};
}

/// The first root of a t^2 + 2 b t + c = 0.
double firstRoot(double a, double b, double c) {
    const double discriminant = b * b - a * c;
    return discriminant > 0 ? (-b - std::sqrt(discriminant)) / a : never;
}

Hit hitCylinder(const Solid& solid, const Ray& local) {
    const Vector3 o = local.origin, d = local.direction;
    const double r = solid.halfWidth;
    const double side = firstRoot(d.x * d.x + d.z * d.z, o.x * d.x + o.z * d.z, o.x * o.x + o.z * o.z - r * r);
    const Vector3 p = o + side * d;
    if (side > nearest && side < never && p.y >= 0 && p.y <= solid.height) {
        return {side, {p.x / r, 0, p.z / r}, r * std::atan2(p.x, -p.z), p.y, nullptr};
    }
    const double cap = ((d.y < 0 ? solid.height : 0) - o.y) / d.y;
    const Vector3 q = o + cap * d;
    return cap > nearest && cap < never && q.x * q.x + q.z * q.z <= r * r ? faceHit(local, cap, 1) : Hit{};
}

Hit hitEllipsoid(const Solid& solid, const Ray& local) {
    const double h = 0.5 * solid.height;
    const auto scaled = [&](Vector3 a) { return Vector3{a.x / solid.halfWidth, a.y / h, a.z / solid.halfDepth}; };
    const Vector3 o = scaled(local.origin - Vector3{0, h, 0}), d = scaled(local.direction);
    const double depth = firstRoot(dot(d, d), dot(o, d), dot(o, o) - 1);
    if (depth <= nearest || depth == never) {
        return {};
    }
    const Vector3 p = o + depth * d, slope = scaled(p);
    return {depth, 1.0 / std::sqrt(dot(slope, slope)) * slope, solid.halfWidth * std::atan2(p.x, -p.z), h * p.y, nullptr};
}

bool isInside(const Solid& solid, double x, double y) {
    if (solid.kind == Solid::Kind::ridge) {
        return std::abs(x) <= solid.halfWidth && y >= 0 && y <= ridgeHeight(solid, x);
    }
    const double a = x / solid.halfWidth, b = 2 * y / solid.height - 1;
    return std::hypot(a, b) <= outlineRadius(solid, std::atan2(b, a));
}

Hit hitFlat(const Solid& solid, const Ray& local) {
    const double depth = -local.origin.z / local.direction.z;
    if (!(depth > nearest && depth < never)) {
        return {};
    }
    const Vector3 p = local.origin + depth * local.direction;
    const bool isNear = std::abs(p.x) <= solid.halfWidth && p.y >= 0 && p.y <= solid.height;
    return isNear && isInside(solid, p.x, p.y) ? faceHit(local, depth, 2) : Hit{};
}

Hit hitLocally(const Solid& solid, const Ray& local) {
    switch (solid.kind) {
    case Solid::Kind::box: return hitBox(solid, local);
    case Solid::Kind::cylinder: return hitCylinder(solid, local);
    case Solid::Kind::ellipsoid: return hitEllipsoid(solid, local);
    default: return hitFlat(solid, local);
    }
}

Hit hitSolid(const Solid& solid, const Turn& turn, const Ray& ray) {
    Hit hit = hitLocally(solid, {turn.in(ray.origin - solid.foot), turn.in(ray.direction)});
    hit.normal = turn.out(hit.normal);
    hit.paint = &solid.paint;
    return hit;
}

Hit hitRoom(const Scene& scene, const Turn& turn, const Ray& ray) {
    const Room& room = *scene.room;
    const Ray local{turn.in(ray.origin), turn.in(ray.direction)};
    Span span;
    span.clip(local.origin.x, local.direction.x, room.left, room.right, 0);
    span.clip(local.origin.y, local.direction.y, 0, room.height, 1);
    span.clip(local.origin.z, local.direction.z, room.back, room.front, 2);
    Hit hit = faceHit(local, span.leave, span.axisOut);
    hit.paint = span.axisOut != 1 ? &room.walls : local.direction.y < 0 ? &scene.ground : &room.ceiling;
    hit.normal = turn.out(hit.normal);
    return hit;
}

Hit hitSurroundings(const Scene& scene, const Turn& ofRoom, const Ray& ray) {
    if (scene.room) {
        return hitRoom(scene, ofRoom, ray);
    }
    if (ray.direction.y >= 0) {
        return {};
    }
    Hit hit = faceHit(ray, -ray.origin.y / ray.direction.y, 1);
    hit.paint = &scene.ground;
    return hit;
}

/// The camera's axes.
struct Axes {
    Vector3 right, up, forward;
};

Axes axesOf(const Camera& camera) {
    const double cp = std::cos(camera.pitch), sp = std::sin(camera.pitch), cr = std::cos(camera.roll), sr = std::sin(camera.roll);
    const Vector3 level{0, cp, sp};
    return {cr * Vector3{1, 0, 0} + sr * level, cr * level - sr * Vector3{1, 0, 0}, {0, -sp, cp}};
}

/// Focal length in pixels.
double focalOf(const Camera& camera, Size size) {
    return camera.focal * std::max(size.width, size.height);
}

/// Rays of one picture.
class Rays {
public:
    Rays(const Camera& camera, Size size) : m_axes(axesOf(camera)), m_size(size), m_focal(focalOf(camera, size)), m_height(camera.height) {}

    Ray through(double x, double y) const {
        const double u = (x + 0.5 - 0.5 * m_size.width) / m_focal, v = (0.5 * m_size.height - y - 0.5) / m_focal;
        return {{0, m_height, 0}, u * m_axes.right + v * m_axes.up + m_axes.forward};
    }

    /// Pixels that may see the ball of `radius` about `centre`: all of them when it comes close.
    Rect pixelsOf(Vector3 centre, double radius) const {
        const Vector3 p = centre - Vector3{0, m_height, 0};
        const double x = dot(p, m_axes.right), y = dot(p, m_axes.up), z = dot(p, m_axes.forward);
        if (z + radius < nearest) {
            return {};
        }
        if (z - radius < nearest) {
            return rectOf(m_size);
        }
        const auto low = [&](double a, double half) { return half + m_focal * (a - radius) / (a < radius ? z - radius : z + radius); };
        const auto high = [&](double a, double half) { return half + m_focal * (a + radius) / (a > -radius ? z - radius : z + radius); };
        const Rect seen{pixel(low(x, 0.5 * m_size.width)), pixel(low(-y, 0.5 * m_size.height)), pixel(high(x, 0.5 * m_size.width)) + 1,
                        pixel(high(-y, 0.5 * m_size.height)) + 1};
        return intersection(seen, rectOf(m_size));
    }

private:
    static int pixel(double position) { return static_cast<int>(std::floor(std::clamp(position, -1e6, 1e6))); }

    Axes m_axes;
    Size m_size;
    double m_focal;
    double m_height;
};

Vector3 middleOf(const Solid& solid) {
    return solid.foot + Vector3{0, 0.5 * solid.height, 0};
}

double radiusOf(const Solid& solid) {
    const double depth = solid.kind == Solid::Kind::cylinder ? solid.halfWidth : solid.halfDepth;
    return std::sqrt(solid.halfWidth * solid.halfWidth + 0.25 * solid.height * solid.height + depth * depth);
}

/// The nearest hit of every pixel.
std::vector<Hit> hitsOf(const Scene& scene, const Rays& rays, Size size) {
    std::vector<Hit> hits(static_cast<std::size_t>(size.area()));
    const auto at = [&](int x, int y) -> Hit& { return hits[static_cast<std::size_t>(y) * size.width + x]; };
    const auto forEach = [](Rect rect, auto&& act) {
        for (int y = rect.top; y < rect.bottom; ++y) {
            for (int x = rect.left; x < rect.right; ++x) {
                act(x, y);
            }
        }
    };
    const Turn ofRoom(scene.room ? scene.room->turn : 0);
    forEach(rectOf(size), [&](int x, int y) { at(x, y) = hitSurroundings(scene, ofRoom, rays.through(x, y)); });
    for (const Solid& solid : scene.solids) {
        const Turn turn(solid.turn);
        forEach(rays.pixelsOf(middleOf(solid), radiusOf(solid)), [&](int x, int y) {
            const Hit hit = hitSolid(solid, turn, rays.through(x, y));
            if (hit.depth < at(x, y).depth) {
                at(x, y) = hit;
            }
        });
    }
    return hits;
}

using Colour = std::array<float, 3>;

Colour mixed(const Colour& a, const Colour& b, float share) {
    return {a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])};
}

Colour skyAt(const Weather& weather, const TextureSet& textures, Vector3 direction) {
    const double length = std::sqrt(dot(direction, direction));
    const double rise = std::clamp(direction.y / length, 0.0, 1.0);
    const Colour clear = mixed(weather.horizon, weather.zenith, static_cast<float>(std::sqrt(rise)));
    if (weather.cloudiness == 0) {
        return clear;
    }
    const double texels = weather.clouds.texelsPerMetre;
    const Colour cloud = textures.at(weather.clouds.texture, texels * std::atan2(direction.x, direction.z) + weather.clouds.offset,
                                     texels * rise + weather.clouds.offset, 1.0);
    return mixed(clear, cloud, weather.cloudiness);
}

/// Texels of level 0 that one pixel covers on the surface; a slanting surface counts by the mean of its two extents.
double footprintOf(const Hit& hit, Vector3 direction, double focal) {
    const double slant = std::max(0.04, std::abs(dot(direction, hit.normal)) / std::sqrt(dot(direction, direction)));
    return hit.paint->texelsPerMetre * hit.depth / focal / std::sqrt(slant);
}

Colour surfaceAt(const Scene& scene, const TextureSet& textures, const Hit& hit, Vector3 direction, double focal) {
    const Paint& paint = *hit.paint;
    const Colour texel = textures.at(paint.texture, paint.texelsPerMetre * hit.u + paint.offset,
                                     paint.offset - paint.texelsPerMetre * hit.v, footprintOf(hit, direction, focal));
    const Weather& weather = scene.weather;
    const double lit = weather.ambient + (1 - weather.ambient) * std::max(0.0, dot(hit.normal, weather.light));
    Colour colour{};
    for (std::size_t c = 0; c < 3; ++c) {
        colour[c] = std::min(1.0f, texel[c] * paint.tint[c] * static_cast<float>(lit));
    }
    return mixed(weather.horizon, colour, static_cast<float>(std::exp(-weather.haze * hit.depth)));
}

/// Means over (2 radius + 1)^2 pixels, borders repeated: two passes of running sums.
Image boxBlurred(const Image& image, int radius) {
    std::vector<float> values(image.values().begin(), image.values().end()), next(values.size());
    const int channels = image.channels();
    const auto pass = [&](int length, int lines, std::size_t step, std::size_t lineStep) {
        for (int line = 0; line < lines; ++line) {
            for (int c = 0; c < channels; ++c) {
                const std::size_t first = static_cast<std::size_t>(line) * lineStep + static_cast<std::size_t>(c);
                const auto at = [&](int i) { return values[first + step * static_cast<std::size_t>(std::clamp(i, 0, length - 1))]; };
                double sum = 0;
                for (int i = -radius - 1; i < radius; ++i) {
                    sum += at(i);
                }
                for (int i = 0; i < length; ++i) {
                    sum += at(i + radius) - at(i - radius - 1);
                    next[first + step * static_cast<std::size_t>(i)] = static_cast<float>(sum / (2 * radius + 1));
                }
            }
        }
        std::swap(values, next);
    };
    const std::size_t row = static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(channels);
    pass(image.width(), image.height(), static_cast<std::size_t>(channels), row);
    pass(image.height(), image.width(), row, static_cast<std::size_t>(channels));
    return Image(image.size(), channels, std::move(values));
}

/// What lies out of focus, blurred: each pixel between the sharp picture and two box blurs by its own distance from the focus.
Image defocused(const Image& colour, const Image& inverseDepth, double blur, double focusInverse) {
    const int unit = std::max(1, std::max(colour.width(), colour.height()) / 80);
    const Image some = boxBlurred(colour, unit), much = boxBlurred(some, 3 * unit);
    std::vector<float> values;
    values.reserve(colour.values().size());
    for (std::size_t i = 0; i < colour.values().size(); ++i) {
        const double amount = std::min(2.0, blur * std::abs(static_cast<double>(inverseDepth.values()[i / 3]) - focusInverse));
        const float a = amount < 1 ? colour.values()[i] : some.values()[i], b = amount < 1 ? some.values()[i] : much.values()[i];
        values.push_back(a + static_cast<float>(amount < 1 ? amount : amount - 1) * (b - a));
    }
    return Image(colour.size(), 3, std::move(values));
}

} // namespace

double outlineRadius(const Solid& solid, double angle) {
    double radius = 0.72;
    for (std::size_t k = 0; k < solid.waves.size(); ++k) {
        radius += solid.waves[k] * std::cos(static_cast<double>(2 * k + 1) * angle + solid.phases[k]);
    }
    return std::clamp(radius, 0.2, 1.0);
}

double ridgeHeight(const Solid& solid, double x) {
    double share = 0.55;
    for (std::size_t k = 0; k < solid.waves.size(); ++k) {
        share += solid.waves[k] * std::sin(static_cast<double>(3 * k + 1) * pi * x / solid.halfWidth + solid.phases[k]);
    }
    return solid.height * std::clamp(share, 0.0, 1.0);
}

Ray rayThrough(const Camera& camera, Size size, double x, double y) {
    return Rays(camera, size).through(x, y);
}

SceneView render(const Scene& scene, const TextureSet& textures, Size size) {
    const Rays rays(scene.camera, size);
    const std::vector<Hit> hits = hitsOf(scene, rays, size);
    const double focal = focalOf(scene.camera, size);
    std::vector<float> colours, inverse;
    for (std::size_t i = 0; i < hits.size(); ++i) {
        const int x = static_cast<int>(i) % size.width, y = static_cast<int>(i) / size.width;
        const Vector3 direction = rays.through(x, y).direction;
        const bool isSky = hits[i].depth == never;
        const Colour colour = isSky ? skyAt(scene.weather, textures, direction) : surfaceAt(scene, textures, hits[i], direction, focal);
        colours.insert(colours.end(), colour.begin(), colour.end());
        inverse.push_back(static_cast<float>(1 / hits[i].depth));
    }
    SceneView view{Image(size, 3, std::move(colours)), Image(size, 1, std::move(inverse))};
    if (scene.blur > 0) {
        view.colour = defocused(view.colour, view.inverseDepth, scene.blur, scene.focusInverse);
    }
    return view;
}

Image halved(const Image& image) {
    const Size size{image.width() / 2, image.height() / 2};
    const int channels = image.channels();
    std::vector<float> values;
    values.reserve(static_cast<std::size_t>(size.area()) * static_cast<std::size_t>(channels));
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            for (int c = 0; c < channels; ++c) {
                values.push_back(0.25f * (image.at(2 * x, 2 * y, c) + image.at(2 * x + 1, 2 * y, c) + image.at(2 * x, 2 * y + 1, c) +
                                          image.at(2 * x + 1, 2 * y + 1, c)));
            }
        }
    }
    return Image(size, channels, std::move(values));
}

} // namespace casr
