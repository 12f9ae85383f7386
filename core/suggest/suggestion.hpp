// What is suggested, and what is told beside it.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"
#include "core/suggest/mark.hpp"
#include "core/suggest/objection.hpp"
#include "core/suggest/traffic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::suggest {

/// A host whose mail a suggestion is made of.
struct shown_host {
  net::ip_address address{};
  std::uint64_t bad = 0;
  std::uint64_t wanted = 0;
  bool log_says_pass = false; ///< so did an SPF checker, then

  friend bool operator==(const shown_host&, const shown_host&) = default;
};

/// How much of a suggestion's networks one listing has already.
struct overlap {
  std::string listing;  ///< safe for output
  unsigned percent = 0; ///< of the addresses, rounded down

  friend bool operator==(const overlap&, const overlap&) = default;
};

/// A domain to be listed, if a person thinks so, too.
struct suggestion {
  dns::name name{};
  dns::name sender{}; ///< its registrable domain; of an include: its own name
  bool is_include = false;
  /// Mail in its name, of hosts that pass; of an include that of its users.
  mark_counts marks{};
  std::vector<shown_host> hosts{}; ///< that pass, the worst first
  net::address_set networks{};     ///< that would be listed
  suggest::traffic traffic{};      ///< from these
  std::vector<dns::name> includes{};
  std::vector<overlap> listed{};  ///< the largest first
  std::vector<dns::name> users{}; ///< of an include: who shares it
  /// The include that lists all its networks, too, and is suggested.
  std::optional<dns::name> covered_by{};
};

/// Suggestions that share an include, or of whose networks some are of the same
/// listing.
struct group {
  std::vector<std::string> in_common{}; ///< "include spf.example"; safe
  std::vector<suggestion> suggestions{};
};

/// A sender that is not suggested though its record passes who sent: it may be
/// named, since it is no victim.
struct objected_sender {
  dns::name name{};
  objection why = objection::wanted;
  std::string detail{}; ///< safe for output
  mark_counts marks{};
};

struct judgement {
  std::vector<group> groups{};             ///< the worst first
  std::vector<objected_sender> objected{}; ///< the worst first
  objection_counts objections{};           ///< of senders with bad marks
};

} // namespace spfblock::suggest
