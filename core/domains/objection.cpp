#include "core/domains/objection.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace spfblock::domains {
namespace {

std::string figures(const refusal& why) {
  const char* const slash = why.limit.starts_with("widest_") ? "/" : "";
  return fmt::format("limit {}: found {}{}, allowed {}{}", why.limit, slash,
                     why.found, slash, why.allowed);
}

objection objection_by(const refusal& why, std::string_view fate) {
  const std::size_t count = why.addresses.prefix_count();
  return {
      fmt::format("{}; {} {}", figures(why), counted(count, "network"), fate),
      why.addresses};
}

} // namespace

std::vector<objection> objections_to(const known_domain& known) {
  std::vector<objection> all;
  for (const refusal& each : *known.refusals)
    all.push_back(objection_by(each, "refused"));
  if (known.not_kept)
    all.push_back(objection_by(*known.not_kept, "not kept"));
  if (known.mail_not_kept)
    all.push_back(objection_by(
        *known.mail_not_kept, "not kept of those about whom the mail decides"));
  if (known.held)
    all.push_back(objection_by(*known.held, "held until a later look "
                                            "confirms it"));
  return all;
}

} // namespace spfblock::domains
