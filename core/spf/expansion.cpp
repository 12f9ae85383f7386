#include "core/spf/expansion.hpp"

#include <fmt/format.h>

#include <vector>

namespace spfblock::spf {
namespace {

/// Whether the set holds more than half of the family.
bool is_most_of(const net::address_set& set, net::family of) {
  return of == net::family::ipv4
             ? set.ipv4_count() > std::uint64_t{1} << 31U
             : set.ipv6_slash64_count() > std::uint64_t{1} << 63U;
}

/// The clients of one family that are in the set: at most three networks, or
/// "all IPv4 clients", "all other IPv4 clients", "some IPv4 clients".
std::string clients_in(const net::address_set& set, net::family of) {
  constexpr std::size_t most = 3;
  const char* const name = of == net::family::ipv4 ? "IPv4" : "IPv6";
  if (set == net::address_set::everything(of))
    return fmt::format("all {} clients", name);
  const auto networks = set.to_prefixes();
  if (networks.size() > most)
    return fmt::format("{} {} clients",
                       is_most_of(set, of) ? "all other" : "some", name);
  std::string text;
  for (const net::ip_prefix& each : networks)
    text += (text.empty() ? "" : ", ") + each.to_string();
  return text;
}

std::string clients_in(const net::address_set& set) {
  const net::address_set ipv4 = set.only(net::family::ipv4);
  const net::address_set ipv6 = set.only(net::family::ipv6);
  const std::string a = clients_in(ipv4, net::family::ipv4);
  const std::string b = clients_in(ipv6, net::family::ipv6);
  if (a == "all IPv4 clients" && b == "all IPv6 clients")
    return "all clients";
  if (a.starts_with("all ") && b.starts_with("all "))
    return "all other clients";
  return a + (a.empty() || b.empty() ? "" : ", ") + b;
}

bool has_decided(const term_visit& term) {
  return !term.granted.empty() || !term.refused.empty();
}

/// @param has_all whether its record has an `all`
/// @param has_ended whether one of those before it decided about everybody
std::string_view why_overruled(const term_visit& term, bool has_all,
                               bool has_ended) {
  if (term.kind == term_kind::redirect && has_all)
    return "not followed: the record has an all";
  if (term.kind == term_kind::other || !term.remarks.empty())
    return "";
  if (!term.reached)
    return has_ended ? "nobody gets here: an all stands before it" : "";
  return term.kind == term_kind::network && !has_decided(term)
             ? "nobody whom it names gets here: terms before it decide"
             : "";
}

/// The term that led to a record; where it is one of the further ones, which
/// are written down together, what it must have said.
std::string step_to(const expansion& of, const record_visit& record) {
  const term_visit& via = of.terms[*record.via];
  if (!via.is_joint)
    return via.text;
  return fmt::format(
      "{} ({}{})", via.text,
      record.is_redirect ? "redirect=" : "include:", record.domain.to_string());
}

} // namespace

std::string clients_of(const open_question& of) {
  return of.undecided.empty() ? "some clients" : clients_in(of.undecided);
}

std::string text_of(const open_question& of) {
  return "undecided for " + clients_of(of) + ": " + of.why;
}

bool decides_about_somebody(const expansion& of) {
  return of.temperror.only(net::family::ipv4) !=
             net::address_set::everything(net::family::ipv4) ||
         of.temperror.only(net::family::ipv6) !=
             net::address_set::everything(net::family::ipv6);
}

std::vector<std::string_view> overruled_terms(const expansion& of) {
  std::vector<bool> has_all(of.records.size());
  for (const term_visit& each : of.terms) {
    if (each.kind == term_kind::all && !each.is_joint)
      has_all[each.record] = true;
  }
  std::vector<bool> has_ended(of.records.size()); // by an all
  std::vector<std::string_view> why;
  why.reserve(of.terms.size());
  for (const term_visit& each : of.terms) {
    why.push_back(
        why_overruled(each, has_all[each.record], has_ended[each.record]));
    if (each.kind == term_kind::all && has_decided(each))
      has_ended[each.record] = true;
  }
  return why;
}

std::string chain(const expansion& of, std::size_t term) {
  std::vector<std::string> path{of.terms[term].text};
  for (std::size_t at = of.terms[term].record; of.records[at].via;) {
    path.push_back(step_to(of, of.records[at]));
    at = of.terms[*of.records[at].via].record;
  }
  std::string text = of.domain.to_string();
  for (auto at = path.rbegin(); at != path.rend(); ++at)
    text += " -> " + *at;
  return text;
}

} // namespace spfblock::spf
