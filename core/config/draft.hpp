// The settings while they are read, and what is needed for that.
#pragma once

#include "core/config/entry_places.hpp"
#include "core/config/list_file.hpp"
#include "core/config/settings.hpp"
#include "core/json/first_places.hpp"

#include <map>
#include <string>
#include <vector>

namespace spfblock::config {

struct draft : settings {
  draft(settings defaults, const list_file_reader& reader)
      : settings{std::move(defaults)},
        read_files{reader} {}

  const list_file_reader& read_files;
  std::vector<std::string> restriction_classes;
  domain_list listed;
  json::first_places networks_by_hand;
  allow_places allowed;
  std::map<std::string, std::string> files; ///< path by identity, as read
  list_sizes lists;
};

/// What a domain is like but for what its entry says.
[[nodiscard]] inline spf_domain inherited_domain(const draft& from) {
  return {{}, from.on_permerror, from.limits, {}, {}};
}

} // namespace spfblock::config
