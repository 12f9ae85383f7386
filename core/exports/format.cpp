#include "core/exports/format.hpp"

#include "core/exports/cdb_image.hpp"
#include "core/exports/exported_table.hpp"
#include "core/exports/writers.hpp"

#include <algorithm>

namespace spfblock::exports {
namespace {

/// Whether a line of a text is one of what it is made of.
bool is_entry(format as, std::string_view line) {
  switch (as) {
  case format::plain:
  case format::cidr:
  case format::access: return !line.starts_with('#');
  case format::json: return line.starts_with("{\"network\"");
  case format::nftables: return line.starts_with("  ");
  case format::rbldnsd: return !line.starts_with('#') && !line.starts_with('$');
  case format::dnsbl_zone:
    return std::string_view{";$@ "}.find(line.front()) ==
           std::string_view::npos;
  case format::cdb: break;
  }
  return false;
}

std::size_t count_entries(format as, std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty() && is_entry(as, line))
      ++count;
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return count;
}

} // namespace

std::optional<format> format_named(std::string_view name) {
  const auto* const found =
      std::find(format_names.begin(), format_names.end(), name);
  if (found == format_names.end())
    return std::nullopt;
  return static_cast<format>(found - format_names.begin());
}

std::string_view text_of(format as) {
  return format_names[static_cast<std::size_t>(as)];
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
  case format::cdb: return cdb(table, from);
  }
  return {};
}

contents contents_of(format as, std::string_view document) {
  if (as != format::cdb)
    return {count_entries(as, document), told_left_out(document)};
  const auto said = first_cdb_value(document, cdb_heading_key);
  if (!said)
    return {};
  return {cdb_records(document) - 1, told_left_out(*said)};
}

} // namespace spfblock::exports
