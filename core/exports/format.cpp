#include "core/exports/format.hpp"

#include "core/exports/exported_table.hpp"
#include "core/exports/writers.hpp"

#include <algorithm>

namespace spfblock::exports {

std::optional<format> format_named(std::string_view name) {
  const auto* const found =
      std::find(format_names.begin(), format_names.end(), name);
  if (found == format_names.end())
    return std::nullopt;
  return static_cast<format>(found - format_names.begin());
}

std::string document(format as, const table::snapshot& of,
                     const provenance& from) {
  const exported_table table{of};
  switch (as) {
  case format::plain: return plain(table, from);
  case format::json: return json(table, from);
  case format::cidr: return cidr(table, from);
  case format::access: return access(table, from);
  case format::nftables: return nftables(table, from);
  case format::rbldnsd: return rbldnsd(table, from);
  case format::dnsbl_zone: return dnsbl_zone(table, from);
  }
  return {};
}

} // namespace spfblock::exports
