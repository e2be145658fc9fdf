#include "core/base/text_wire.h"

#include <utility>

namespace casr {

bool sendText(const std::string& text, const WriteBytes& write) {
    const std::uint64_t size = text.size();
    return write(&size, sizeof size) && write(text.data(), text.size());
}

std::optional<std::string> receiveText(const ReadBytes& read, std::uint64_t most) {
    std::uint64_t size = 0;
    if (!read(&size, sizeof size) || size > most) {
        return std::nullopt;
    }
    std::string text(size, '\0');
    return read(text.data(), size) ? std::optional(std::move(text)) : std::nullopt;
}

} // namespace casr
