// The %XX encoding of keys and values in tcp_table(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spfblock {

/// Decodes %XX, hexadecimal digits in any case; every other octet stands for
/// itself.
/// @return nothing if a % is not followed by two hexadecimal digits
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Appends `text`, safe within a request or a reply: printable ASCII but % as
/// it is, a blank as it is, every other octet as %XX in upper case.
void append_percent_encoded(std::string& out, std::string_view text);

/// As Postfix encodes a key in a request: a blank is encoded too.
[[nodiscard]] std::string percent_encode_key(std::string_view key);

/// A value in the query of a URL: all but the unreserved characters of RFC 3986
/// §2.3 is encoded.
[[nodiscard]] std::string percent_encode_query(std::string_view value);

/// The value of a field in the query of a URL as forms write it
/// (application/x-www-form-urlencoded): a `+` is a blank.
/// @return as percent_decode()
[[nodiscard]] std::optional<std::string> form_decode(std::string_view text);

} // namespace spfblock
