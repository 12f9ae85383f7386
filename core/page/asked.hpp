// What somebody typed, or pasted, into the field of the page.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace spfblock::page {

/// A question, and what it is about: nothing where no address or domain is in
/// it.
struct asked {
  std::string text; ///< any octets, trimmed
  std::variant<std::monostate, net::ip_address, dns::name> about;

  friend bool operator==(const asked&, const asked&) = default;
};

/// Finds what a question is about: an address; else the first address that
/// stands in brackets, as in a line of the mail log, or in what a sender was
/// told ("unknown[192.0.2.7]", "[IPv6:2001:db8::1]"); else the first word that
/// is an address; else a domain, that of a mail address too.  A network stands
/// for its first address.
[[nodiscard]] asked read_question(std::string_view text);

} // namespace spfblock::page
