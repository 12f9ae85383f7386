// Where the entries of a configuration stand.
#pragma once

#include "core/config/domain_list.hpp"
#include "core/json/first_places.hpp"

namespace spfblock::config {

/// Where what must never be listed was given first, in whichever file.
struct allow_places {
  json::first_places networks; ///< as net::ip_prefix::to_string()
  json::first_places domains;  ///< as dns::name::to_string()
  json::first_places includes;

  friend bool operator==(const allow_places&, const allow_places&) = default;
};

/// Where each entry was given first.
struct entry_places {
  domain_list listed;
  allow_places allowed;

  friend bool operator==(const entry_places&, const entry_places&) = default;
};

} // namespace spfblock::config
