#pragma once

#include <string>

namespace casr {

/// The bare IPTC datasets of a block that is one, or that wraps them as Photoshop does for JPEG; empty when there are none.
std::string iimOf(const std::string& block);

/// The block as JPEG stores it. One that is wrapped already comes back as it is, with everything else that Photoshop put there.
std::string photoshopBlockOf(const std::string& block);

} // namespace casr
