// What both DNSBL formats say of a listed address (RFC 5782).
#pragma once

#include <string>
#include <string_view>

namespace spfblock::exports {

/// What a query for a listed address is answered.
inline constexpr std::string_view dnsbl_code = "127.0.0.2";

/// The name of the listing of 127.0.0.2, which every DNSBL lists for tests (RFC
/// 5782 §5).
inline constexpr std::string_view test_listing = "test entry";

/// "listed by spfblock: NAME", at most 200 octets: one character-string of a
/// TXT record.  Printable ASCII if the name is.
[[nodiscard]] std::string dnsbl_reason(std::string_view listing);

} // namespace spfblock::exports
