#pragma once

#include "core/base/stop.h"
#include "core/image/image.h"

#include <filesystem>
#include <memory>
#include <string>

namespace casr {

/// A TorchScript file (torch.jit.save).
struct DepthScript {
    std::string name; ///< For messages.
    std::string bytes;
    std::string checksum; ///< SHA-256 of the bytes.
};

/// What is told of a model for which the memory does not suffice.
std::string tooLargeModel(const std::string& name);

/// What estimates depth from one picture: DepthNet, or a TorchScript model of the user's choice. Immutable; one inference at a time
/// (calls from several threads wait for each other).
class DepthModel {
public:
    /// DepthNet, from a .safetensors file. Throws Error when the file cannot be read or holds something else.
    static std::shared_ptr<const DepthModel> ofWeights(const std::filesystem::path& path);

    /// A TorchScript module which takes 1 x 3 x H x W RGB, 0 .. 1, and gives relative inverse depth, the nearer the larger, as 1 x H x W or
    /// 1 x 1 x H x W; H and W are multiples of 14, the longer one about 518 (what an exported Depth Anything takes). It is tried on a
    /// small picture, here: a hostile file can crash this program or keep it for ever, so loadDepthModel is what a choice of the user goes
    /// through. Throws Error when the bytes are no module, or it does something else; OutOfMemory.
    static std::shared_ptr<const DepthModel> ofScript(DepthScript script);

    /// DepthNet with fresh, untrained weights: for tests.
    static std::shared_ptr<const DepthModel> untrained(std::uint64_t seed);

    virtual ~DepthModel() = default;
    DepthModel(const DepthModel&) = delete;
    DepthModel& operator=(const DepthModel&) = delete;

    /// Length, in pixels, to which the longer side of a photo is brought.
    virtual int longerSide() const = 0;
    /// Both sides of what run() takes are multiples of this.
    virtual int granule() const = 0;
    /// SHA-256 of the weights: the identity of the model in keys.
    virtual const std::string& checksum() const = 0;

    /// Relative inverse depth, up to scale and shift, one channel, of `picture` (RGB, sides multiples of granule()): the same field of
    /// view, maybe fewer pixels. Throws Cancelled, or Error when the model fails or gives values that are no finite numbers.
    virtual Image run(const Image& picture, const StopCheck& stop) const = 0;

protected:
    DepthModel() = default;
};

} // namespace casr
