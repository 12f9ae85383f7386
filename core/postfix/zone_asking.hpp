// The DNSBLs that main.cf names.
#pragma once

#include <cstdint>
#include <string_view>

namespace spfblock::postfix {

/// A DNSBL as smtpd and postscreen are told of it: `ZONE=FILTER*WEIGHT`, where
/// filter and weight may be missing.
struct asked_zone {
  std::string_view name;
  std::string_view filter; ///< empty: any answer counts
  int weight = 1;          ///< of postscreen; less than 0 for a good client
};

/// @return a view of the text; what is no weight is 0
[[nodiscard]] asked_zone asked_zone_of(std::string_view text);

/// Whether the answer 127.0.0.2 of the door dnsbl counts with a filter: an
/// address, or in place of its octets `[N;N..N]`.
/// Source: postconf(5), Postfix ip_match.c.
[[nodiscard]] bool takes_our_answer(std::string_view filter);

} // namespace spfblock::postfix
