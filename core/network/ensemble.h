#pragma once

#include "core/network/network.h"

namespace casr {

/// How many times as many waves the mean field of `passes` passes has: with a wave its negative is there too.
constexpr int waveFamilies(int passes) {
    return passes < 4 ? 1 : passes / 2;
}

/// `network` with every field the mean of `passes` fields: those of the parent turned by the first so many `symmetries`, turned
/// back (geometric self-ensemble, Timofte et al. 2016; Lim et al. 2017, EDSR+). Waves turn with their picture, so the mean is a field of up
/// to four times as many waves, and of as many for two passes; whatever reads fields reads it too. Memories and borrowings are those of
/// each pass and of the first; superpixels are those of `network`. With eight passes a picture that is turned or mirrored gives the same
/// field, turned or mirrored, but for rounding. Checksum and record are those of `network`: whoever keeps results names the number of
/// passes beside them. One pass is `network` itself. Throws std::invalid_argument unless areGroup(passes).
std::shared_ptr<const Network> ensembleOf(std::shared_ptr<const Network> network, int passes);

} // namespace casr
