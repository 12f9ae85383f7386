// Why an address is answered as it is.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/net/ip_address.hpp"
#include "core/support/result.hpp"
#include "core/table/snapshot.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::reports {

/// One listing that holds the address.
struct listing_reason {
  std::string listing; ///< the domain, or the network by hand
  std::string network; ///< of the listing, around the address
  std::string action;  ///< as configured
  /// How the network came to be listed:
  /// "a.example -> include:b.example -> ip4:192.0.2.0/24", or "by hand".
  std::string chain;
  /// When the term was first seen, and when the listing was last found good;
  /// nothing for a network by hand.
  std::optional<std::chrono::sys_seconds> first_seen{};
  std::optional<std::chrono::sys_seconds> last_seen{};
  /// Why it is not known whether it still passes, where the DNS failed at the
  /// last look: "dead.example TXT: SERVFAIL".
  std::string undecided{};
  /// The action with its places filled in, as Postfix gets it for the address.
  std::string answer{};

  friend bool operator==(const listing_reason&,
                         const listing_reason&) = default;
};

/// Something that keeps the address from being listed.
struct exemption {
  std::string listing; ///< the domain, or the network by hand
  /// "allowed by domain example.org", "too wide: a.example -> +all", "held: its
  /// network has hosts that delivered wanted mail: 192.0.2.7/32", or as
  /// objection::text: "limit widest_ipv4: found /8, allowed /16"; or, of the
  /// first few such domains, "undecided: dead.example TXT: SERVFAIL": the DNS
  /// failed for the address, and it was not listed before.
  std::string reason;

  friend bool operator==(const exemption&, const exemption&) = default;
};

/// The answer to "why is this address blocked?", or why it is not.
struct explanation {
  std::string address; ///< as inet_ntop(3) writes it
  /// All listings that hold it; the first one is the one that answers.
  std::vector<listing_reason> reasons;
  /// What keeps it off listings that would hold it otherwise.
  std::vector<exemption> exemptions;
  std::chrono::sys_seconds at{}; ///< when this was so
  /// Of one that is not listed: what keeps it off every listing, one that does
  /// not follow a provider, too: "provider a.example".  Empty where nothing
  /// does.
  std::string allowed_by{};

  friend bool operator==(const explanation&, const explanation&) = default;
};

/// Looks an address up in the table that is published and finds the reasons in
/// the book.  Between an expansion and the publication of its result the two
/// may differ: then the listing that answers stands first with the chain
/// "unknown: being refreshed", or one that will hold the address is an
/// exemption with the reason "not published yet".
[[nodiscard]] explanation explain(const net::ip_address& address,
                                  const table::snapshot& published,
                                  const domains::domain_book& book,
                                  timestamp now);

/// For people; at most 80 columns unless a word is longer; lines ended by LF.
/// Of many exemptions the first ten, and how many more there are; what allows
/// the address where none of them tells it.
[[nodiscard]] std::string to_text(const explanation& of);

/// The document of `/explain?address=` on the admin port; ends with LF.
/// docs/status-json.md
[[nodiscard]] std::string to_json(const explanation& of);

/// Reads what to_json() wrote; members it does not know are passed over.
/// @return errc::malformed for anything else
result<explanation> explanation_from_json(const std::string& text);

} // namespace spfblock::reports
