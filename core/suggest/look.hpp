// What the DNS says now of a name that may be suggested.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/expansion.hpp"

#include <string>
#include <vector>

namespace spfblock::suggest {

/// An include that authorises something for the name.
struct shared_record {
  dns::name name;
  net::address_set addresses; ///< that the name gets by it
};

/// A name as it would be if it were listed.
struct look {
  dns::name name{};
  /// temperror: the DNS failed, for some address at least.
  spf::outcome outcome = spf::outcome::temperror;
  /// Who passes: by the networks of the record, and of those whose mail decides
  /// (ptr, exists, macros) the hosts of whom it was asked.
  net::address_set passes{};
  net::address_set lists{};    ///< of these what would be in the table
  net::address_set too_wide{}; ///< what a limit of the configuration refuses
  net::address_set allowed{};  ///< what the configuration allows
  std::vector<std::string> allowed_by{}; ///< "provider example.com"; safe
  net::address_set undecided{};          ///< by a failure of the DNS
  std::vector<shared_record> includes{};
};

} // namespace spfblock::suggest
