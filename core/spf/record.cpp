#include "core/spf/record.hpp"

#include "core/support/contract.hpp"

#include <fmt/format.h>

#include <array>

namespace spfblock::spf {

namespace {

std::string network_text(const directive& d) {
  if (d.matches_nothing)
    return "::ffff:0:0/96";
  const bool host = d.network.length() == net::width(d.network.family());
  return host ? d.network.first().to_string() : d.network.to_string();
}

} // namespace

std::string_view to_string(mechanism kind) noexcept {
  constexpr std::array<std::string_view, 8> names{
      "all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  const auto index = static_cast<std::size_t>(kind);
  EXPECTS(index < names.size());
  return names[index];
}

std::string to_string(const directive& parsed) {
  std::string out;
  if (parsed.qualifier != qualifier::pass)
    out += qualifier_signs.at(static_cast<std::size_t>(parsed.qualifier));
  out += to_string(parsed.mechanism);
  if (parsed.target)
    out += ':' + parsed.target->to_string();
  if (parsed.mechanism == mechanism::ip4 || parsed.mechanism == mechanism::ip6)
    out += ':' + network_text(parsed);
  if (parsed.ip4_cidr_length != net::width(net::family::ipv4))
    out += fmt::format("/{}", parsed.ip4_cidr_length);
  if (parsed.ip6_cidr_length != net::width(net::family::ipv6))
    out += fmt::format("//{}", parsed.ip6_cidr_length);
  return out;
}

bool names_a_domain(const term& of) noexcept {
  const auto* what = std::get_if<directive>(&of.value);
  if (what == nullptr)
    return std::holds_alternative<redirect_modifier>(of.value);
  return what->mechanism == mechanism::include ||
         what->mechanism == mechanism::a || what->mechanism == mechanism::mx;
}

std::size_t record::bytes() const noexcept {
  std::size_t sum = sizeof *this + text.capacity();
  for (const term& each : terms) {
    sum += sizeof each + each.text.size();
    if (const auto* what = std::get_if<directive>(&each.value);
        what != nullptr && what->target)
      sum += what->target->parts().size() * sizeof(domain_spec::part) +
             each.text.size();
  }
  return sum;
}

const failure* record::first_error() const noexcept {
  for (const term& t : terms)
    if (const auto* fault = std::get_if<failure>(&t.value))
      return fault;
  return nullptr;
}

} // namespace spfblock::spf
