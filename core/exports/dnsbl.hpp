// What all that speaks as a DNSBL says of a listed address (RFC 5782).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spfblock::exports {

/// What a query for a listed address is answered.
inline constexpr std::string_view dnsbl_code = "127.0.0.2";

/// The name of the listing of 127.0.0.2, which every DNSBL lists for tests (RFC
/// 5782 §5).
inline constexpr std::string_view test_listing = "test entry";

/// The IPv4 addresses that every DNSBL lists and does not list, for tests; the
/// IPv6 addresses into which they are mapped, too (RFC 5782 §5).
inline constexpr std::uint32_t dnsbl_listed_test = 0x7f000002;   ///< 127.0.0.2
inline constexpr std::uint32_t dnsbl_unlisted_test = 0x7f000001; ///< 127.0.0.1

/// "listed by spfblock: NAME", at most 200 octets: one character-string of a
/// TXT record.  Printable ASCII if the name is.
[[nodiscard]] std::string dnsbl_reason(std::string_view listing);

} // namespace spfblock::exports
