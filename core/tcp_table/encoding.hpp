// The %XX encoding of tcp_table(5) requests and replies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spfblock::tcp_table {

/// Decodes %XX, hexadecimal digits in any case; every other octet stands for
/// itself.
/// @return nothing if a % is not followed by two hexadecimal digits
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

/// Appends `text`, safe within a request or a reply: printable ASCII but % as
/// it is, a blank as it is, every other octet as %XX in upper case.
void append_encoded(std::string& out, std::string_view text);

/// As Postfix encodes a key in a request: a blank is encoded too.
[[nodiscard]] std::string encode_key(std::string_view key);

} // namespace spfblock::tcp_table
