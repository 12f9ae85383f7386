// What a domain's record says of one address, and by which term.
#pragma once

#include "core/net/ip_address.hpp"
#include "core/spf/expansion.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::spf {

struct verdict {
  enum class kind : std::uint8_t {
    pass,      ///< listed
    other,     ///< fail, softfail or neutral, or no term matches
    too_wide,  ///< it would pass, by a term that is too wide to count
    permerror, ///< the record has an error where this address comes to it
    temperror, ///< the DNS leaves it undecided
    no_record, ///< the domain has none
  };

  kind what = kind::other;
  /// The chain to the term that decided, or the question that failed; empty if
  /// there is none.  Safe for output.
  std::string by;
  /// Where it does not pass: why a receiver may see that otherwise, the first
  /// few: "a.example -> include:p.example: not followed: a provider", "the mail
  /// decides: a.example -> ptr".  Safe for output.
  std::vector<std::string> doubts{};

  friend bool operator==(const verdict&, const verdict&) = default;
};

/// @pre nothing is missing in the expansion
[[nodiscard]] verdict verdict_on(const net::ip_address& address,
                                 const expansion& of);

/// For people: "192.0.2.1 passes a.example", below it the chain, and doubts. At
/// most 80 columns unless a word is longer; ends with LF.
[[nodiscard]] std::string to_text(const verdict& of,
                                  const net::ip_address& address,
                                  const dns::name& domain);

} // namespace spfblock::spf
