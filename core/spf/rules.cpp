#include "core/spf/rules.hpp"

#include <algorithm>

namespace spfblock::spf {

std::string_view rules::forbids(const dns::name& name) const {
  const auto is_among = [&name](const auto& names) {
    return names != nullptr &&
           std::binary_search(names->begin(), names->end(), name);
  };
  if (is_among(not_followed))
    return "allow.includes names it";
  return is_among(providers) ? "a provider (allow.providers)" : "";
}

} // namespace spfblock::spf
