// For whom only the mail decides whether a listed domain authorises him.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"

namespace spfblock::table {

/// Of a listed domain the addresses for which a term decides that depends on
/// the mail (ptr, exists, a macro of the sender or the client), and on what of
/// the mail beside its client.  Regular value type.
struct residue {
  dns::name domain;
  net::address_set addresses;
  bool on_local_part = false; ///< of the sender
  bool on_helo = false;

  friend bool operator==(const residue&, const residue&) = default;
};

} // namespace spfblock::table
