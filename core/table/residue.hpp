// For whom only the mail decides whether a listed domain authorises him.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"

#include <vector>

namespace spfblock::table {

/// Clients whom a listed domain authorises if the DNS confirms a name of theirs
/// that is `target` or below it.
struct named_clients {
  dns::name target;
  net::address_set addresses;

  friend bool operator==(const named_clients&, const named_clients&) = default;
};

/// Of a listed domain the addresses for which a term decides that depends on
/// the mail (ptr, exists, a macro of the sender or the client), and on what of
/// the mail beside its client.  Regular value type.
struct residue {
  dns::name domain;
  net::address_set addresses;
  bool on_local_part = false; ///< of the sender
  bool on_helo = false;
  /// Those among `addresses` whom their names alone decide about, a target
  /// once.
  std::vector<named_clients> named{};

  friend bool operator==(const residue&, const residue&) = default;
};

} // namespace spfblock::table
