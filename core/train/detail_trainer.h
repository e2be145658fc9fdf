#pragma once

#include "core/train/trainer.h"

namespace casr {

struct DetailTrainOptions {
    TrainOptions run; ///< `start` is needed and gives the architecture; sample.dense is set.
    std::filesystem::path
        branch;          ///< Weights whose detail branch to begin from, perhaps beside another trunk; else that of `start` or fresh.
    int blocks = 1;      ///< Of a fresh branch.
    double strength = 1; ///< Factor on what the branch to begin from says of its gains, before they are limited.
    int critic = 24;     ///< Width of the discriminator.
    int judged = 64;     ///< Edge of the part of every patch that the discriminator sees, output pixels.
    int life = 2000;     ///< Iterations after which the discriminator is replaced by a fresh one: an old one has it all its own way.
};

/// Trains the branch of perceptual detail against a discriminator (Goodfellow et al. 2014; relativistic: Jolicoeur-Martineau 2018); trunk,
/// memory, superpixels and the faithful field stay bit for bit. Whole patches are rendered through the field at full detail and projected
/// back to their parents, so that only what the parent leaves open is judged. folder/weights.safetensors holds the averaged branch, log.csv
/// the losses, the checkpoint all that an exact resume needs. As train() otherwise. Throws Error.
void trainDetail(const CropFile& crops, const CropFile& validation, const DetailTrainOptions& options,
                 const std::function<void(const std::string&)>& report, const std::function<bool()>& isStopped);

} // namespace casr
