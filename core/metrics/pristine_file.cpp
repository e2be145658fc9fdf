#include "core/metrics/pristine_file.h"

#include "core/base/error.h"
#include "core/base/safe_file.h"
#include "core/base/sha256.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace casr {

namespace {

using Json = nlohmann::json;

constexpr const char* formatName = "casr-pristine-1";
constexpr std::size_t triangle = sceneFeatureCount * (sceneFeatureCount + 1) / 2;
constexpr std::uintmax_t largestFile = 1u << 20;
constexpr double roundingShare = 1e-9; // of the largest eigenvalue; what a true covariance may fall below 0

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
    throw Error("'" + path.string() + "' is not a usable model of natural photos: " + what +
                ". Use the file as it was shipped, or make one with casr fit-niqe.");
}

std::string checksumOf(Json json) {
    json.erase("sha256");
    const std::string text = json.dump();
    return sha256(std::as_bytes(std::span(text)));
}

std::vector<double> upperTriangle(const SquareMatrix& matrix) {
    std::vector<double> values;
    for (int row = 0; row < matrix.side(); ++row) {
        for (int column = row; column < matrix.side(); ++column) {
            values.push_back(matrix.at(row, column));
        }
    }
    return values;
}

SquareMatrix symmetricOf(const std::vector<double>& values) {
    SquareMatrix matrix(sceneFeatureCount);
    auto value = values.begin();
    for (int row = 0; row < sceneFeatureCount; ++row) {
        for (int column = row; column < sceneFeatureCount; ++column) {
            matrix.at(row, column) = matrix.at(column, row) = *value++;
        }
    }
    return matrix;
}

Json parsed(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        refuse(path, "there is no such file");
    }
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::file_size(path, ignored) > largestFile) {
        refuse(path, "it cannot be read, or is far too large");
    }
    const std::string text(std::istreambuf_iterator<char>(in), {});
    Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || json.value("format", Json()) != formatName) {
        refuse(path, "it is another kind of file");
    }
    if (json.value("sha256", Json()) != checksumOf(json)) {
        refuse(path, "its SHA-256 does not match, so it was altered");
    }
    return json;
}

std::vector<double> numbersOf(const Json& json, const char* name, std::size_t count, const std::filesystem::path& path) {
    const Json list = json.value(name, Json());
    const auto isNumber = [](const Json& item) { return item.is_number(); };
    if (!list.is_array() || list.size() != count || !std::all_of(list.begin(), list.end(), isNumber)) {
        refuse(path, "'" + std::string(name) + "' is not " + std::to_string(count) + " numbers");
    }
    return list.get<std::vector<double>>();
}

bool isCovariance(const SquareMatrix& matrix) {
    const std::vector<double> values = eigenSystemOf(matrix).values;
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    return *largest > 0 && *smallest >= -roundingShare * *largest;
}

} // namespace

void writePristine(const std::filesystem::path& path, const SceneGaussian& pristine) {
    if (pristine.blocks < enoughBlocks) {
        throw Error("The photos give " + std::to_string(pristine.blocks) +
                    " sharp blocks of 96 x 96 pixels, too few for a model. Give at least " + std::to_string(enoughBlocks) +
                    ": more or larger photos.");
    }
    Json json{
        {"format", formatName}, {"blocks", pristine.blocks}, {"mean", pristine.mean}, {"covariance", upperTriangle(pristine.covariance)}};
    json["sha256"] = checksumOf(json);
    writeBesideAndRename(path, [&](std::ostream& out) { out << json.dump() << '\n'; });
}

SceneGaussian readPristine(const std::filesystem::path& path) {
    const Json json = parsed(path);
    SceneGaussian pristine;
    const std::vector<double> mean = numbersOf(json, "mean", sceneFeatureCount, path);
    std::copy(mean.begin(), mean.end(), pristine.mean.begin());
    pristine.covariance = symmetricOf(numbersOf(json, "covariance", triangle, path));
    const Json blocks = json.value("blocks", Json());
    if (!blocks.is_number_integer() || blocks.get<std::int64_t>() < enoughBlocks) {
        refuse(path, "it was made of too few blocks");
    }
    pristine.blocks = blocks.get<std::int64_t>();
    if (!isCovariance(pristine.covariance)) {
        refuse(path, "'covariance' is none");
    }
    return pristine;
}

} // namespace casr
