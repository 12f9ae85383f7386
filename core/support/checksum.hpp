// By which a file tells that it was damaged.
#pragma once

#include <string>
#include <string_view>

namespace spfblock {

/// The CRC-32 of a text (ISO 3309, as gzip and zip have it), as eight
/// hexadecimal digits.
[[nodiscard]] std::string crc32_text(std::string_view text);

} // namespace spfblock
