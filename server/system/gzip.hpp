// Texts made small.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::server {

/// The text in the format of gzip(1) (RFC 1952), by the fastest way: what is
/// written for each domain or network shrinks to a tenth and less.
/// @param given_up looked at about a hundred times a second; any thread may
///        set it
/// @return nothing if it is given up, or memory is lacking
[[nodiscard]] std::optional<std::string>
gzip(std::string_view text, const std::atomic<bool>& given_up);

} // namespace spfblock::server
