#include "core/config/domain_fields.hpp"

#include "core/config/domain_name.hpp"

#include <utility>

namespace spfblock::config {

std::optional<dns::name> read_domain_name(const json::json_value& value) {
  const auto text = value.read_text();
  if (!text)
    return std::nullopt;
  auto name = parse_domain(*text);
  if (name)
    return *std::move(name);
  value.fault(name.error().message);
  return std::nullopt;
}

void read_name(const json::json_value& value, spf_domain& into) {
  if (auto name = read_domain_name(value))
    into.name = *std::move(name);
}

void read_limits_of_domain(const json::json_value& value, spf_domain& into) {
  read_domain_limits(value, into.limits.edit());
}

} // namespace spfblock::config
