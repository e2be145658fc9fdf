#include "core/train/weight_mean.h"

#include "core/base/error.h"
#include "core/train/text.h"

#include <algorithm>

namespace casr {

namespace {

std::string entryOf(const TensorFile& file, const std::string& key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
}

bool isAlike(const NamedTensor& a, const NamedTensor& b) {
    return a.name == b.name && a.shape == b.shape;
}

} // namespace

TensorFile weightMean(const TensorFile& first, const TensorFile& second, double share) {
    if (!std::equal(first.tensors.begin(), first.tensors.end(), second.tensors.begin(), second.tensors.end(), isAlike)) {
        throw Error("These weights are not of one architecture. Give two runs that began from the same weights.");
    }
    TensorFile mean = first;
    for (std::size_t i = 0; i < mean.tensors.size(); ++i) {
        std::vector<float>& values = mean.tensors[i].values;
        std::transform(values.begin(), values.end(), second.tensors[i].values.begin(), values.begin(),
                       [&](float a, float b) { return static_cast<float>((1.0 - share) * a + share * b); });
    }
    mean.metadata["training"] = formatted("Mean of %.3g of these: ", 1.0 - share) + entryOf(first, "training") +
                                formatted("And %.3g of these: ", share) + entryOf(second, "training");
    return mean;
}

} // namespace casr
