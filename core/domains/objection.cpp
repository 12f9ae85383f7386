#include "core/domains/objection.hpp"

#include <fmt/format.h>

namespace spfblock::domains {
namespace {

bool is_width(const refusal& why) {
  return why.limit.starts_with("widest_");
}

std::string figures(const refusal& why) {
  const char* const slash = is_width(why) ? "/" : "";
  return fmt::format("limit {}: found {}{}, allowed {}{}", why.limit, slash,
                     why.found, slash, why.allowed);
}

const char* nothing(const domain_page& page) {
  return page.role == role::allowed ? "; nothing is allowed"
                                    : "; nothing is listed";
}

/// What becomes of a finding that was not believed.
const char* fate(const domain_page& page) {
  if (page.held)
    return "; held until a second look confirms it";
  if (page.effective.empty())
    return nothing(page);
  return page.role == role::allowed ? "; what was last good stays allowed"
                                    : "; the last good listing stays";
}

} // namespace

std::vector<objection> objections_to(const domain_page& page) {
  std::vector<objection> all;
  for (const refusal& each : page.refusals)
    all.push_back({figures(each) + (is_width(each) ? "" : nothing(page)),
                   each.addresses, !is_width(each)});
  if (page.rejected)
    all.push_back(
        {figures(*page.rejected) + fate(page), page.rejected->addresses, true});
  return all;
}

} // namespace spfblock::domains
