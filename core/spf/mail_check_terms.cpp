// The terms of a call: mechanisms, and the names that they are about (RFC 7208
// §5, §4.8, §7).
#include "core/spf/client_name.hpp"
#include "core/spf/hosts.hpp"
#include "core/spf/mail_check.hpp"
#include "core/support/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace spfblock::spf {
namespace {

/// What it takes to try a term that asks, and to tell of it.
constexpr std::uint64_t work_to_ask = 50;

} // namespace

/// Tries a term, and tells of it.
term_result mail_check::try_term(const term& which, const directive& what,
                                 const frame& here) {
  if (budget_.is_spent())
    return tally_.permerror(over_work);
  expanded_.clear();
  const term_result found = match(what, here);
  if (lacks_answers())
    return found;
  const bool asks = what.mechanism != mechanism::all &&
                    what.mechanism != mechanism::ip4 &&
                    what.mechanism != mechanism::ip6;
  constexpr std::array said{"no", "yes", "temperror", "permerror"};
  if (asks || found != term_result::no_match)
    tally_.note(here.depth,
                fmt::format("{}{}: {}", which.text,
                            expanded_.empty() ? "" : " is " + expanded_,
                            said.at(static_cast<std::size_t>(found))));
  if (found == term_result::match && what.mechanism != mechanism::include)
    tally_.decide();
  return found;
}

term_result mail_check::match(const directive& what, const frame& here) {
  const auto if_so = [](bool it_does) {
    return it_does ? term_result::match : term_result::no_match;
  };
  switch (what.mechanism) {
  case mechanism::all:
    return if_so(!too_wide(what, here, of_.client.family(), 0));
  case mechanism::ip4:
  case mechanism::ip6:
    return if_so(
        !what.matches_nothing && what.network.contains(of_.client) &&
        !too_wide(what, here, what.network.family(), what.network.length()));
  default: break;
  }
  budget_.spend_work(work_to_ask);
  if (const auto end = tally_.spend_dns_term())
    return *end;
  switch (what.mechanism) {
  case mechanism::include: return include(what, here);
  case mechanism::exists:
  case mechanism::ptr: return by_mail(what, here);
  default: return hosts(what, here);
  }
}

/// Whether the term would grant a network that is wider than the limit.
bool mail_check::too_wide(const directive& what, const frame& here,
                          net::family family, unsigned length) const {
  const auto widest =
      family == net::family::ipv4 ? rules_.widest_ipv4 : rules_.widest_ipv6;
  return here.granting && what.qualifier == qualifier::pass && widest &&
         length < *widest;
}

term_result mail_check::include(const directive& what, frame here) {
  here.granting = here.granting && what.qualifier == qualifier::pass;
  switch (consult(*what.target, here)) {
  case host_result::pass: return term_result::match;
  case host_result::temperror: return term_result::temperror;
  case host_result::permerror: return term_result::permerror;
  default: return term_result::no_match;
  }
}

/// exists or ptr.
term_result mail_check::by_mail(const directive& what, const frame& here) {
  if (which_ == terms_of_mail::passed_over)
    return term_result::no_match;
  const target to = target_of(what.target, here);
  if (to.ended)
    return *to.ended;
  if (!to.name)
    return term_result::no_match;
  return what.mechanism == mechanism::exists ? exists(*to.name) : ptr(*to.name);
}

term_result mail_check::exists(const dns::name& name) {
  const dns::answer* given = nullptr;
  if (const term_result end = ask({name, dns::rr_type::a}, given);
      end != term_result::no_match || given == nullptr)
    return end;
  return given->status == dns::answer_status::records ? term_result::match
                                                      : term_result::no_match;
}

term_result mail_check::ptr(const dns::name& name) {
  const client_name got = find_client_name(dns_, of_.client, name);
  if (got.over_limit)
    return tally_.permerror(dns_.limit());
  if (const auto end = tally_.spend_void_lookups(got.void_lookups))
    return *end;
  return got.found ? term_result::match : term_result::no_match;
}

/// a, mx: the hosts of an mx in the order of their preferences, by name where
/// these are equal.
term_result mail_check::hosts(const directive& what, const frame& here) {
  const target to = target_of(what.target, here);
  if (to.ended)
    return *to.ended;
  const bool is_ipv4 = of_.client.family() == net::family::ipv4;
  if (!to.name ||
      too_wide(what, here, of_.client.family(),
               is_ipv4 ? what.ip4_cidr_length : what.ip6_cidr_length))
    return term_result::no_match;
  if (what.mechanism == mechanism::a)
    return host(*to.name, what);

  const dns::answer* given = nullptr;
  if (const term_result end = ask({*to.name, dns::rr_type::mx}, given);
      end != term_result::no_match || given == nullptr)
    return end;
  if (given->exchanges.size() > mx_name_limit)
    return tally_.permerror(fmt::format("over {} MX names", mx_name_limit));
  auto exchanges = given->exchanges;
  std::sort(exchanges.begin(), exchanges.end());
  for (const dns::mail_exchange& each : exchanges) {
    const term_result found = host(each.host, what);
    if (found != term_result::no_match || lacks_answers())
      return found;
  }
  return term_result::no_match;
}

/// Whether the host is the client, but for the cidr-length.
term_result mail_check::host(const dns::name& owner, const directive& what) {
  const bool is_ipv4 = of_.client.family() == net::family::ipv4;
  const dns::answer* given = nullptr;
  if (const term_result end =
          ask({owner, is_ipv4 ? dns::rr_type::a : dns::rr_type::aaaa}, given);
      end != term_result::no_match || given == nullptr)
    return end;
  budget_.spend_work(given->addresses.size());
  const unsigned length = is_ipv4 ? what.ip4_cidr_length : what.ip6_cidr_length;
  const auto network = net::ip_prefix::containing(of_.client, length);
  const bool shares = std::any_of(
      given->addresses.begin(), given->addresses.end(),
      [&](const net::ip_address& each) { return network.contains(each); });
  const bool shares_mapped = given->has_mapped_address &&
                             length < mapped_length &&
                             network.contains(beside_mapped);
  return shares || shares_mapped ? term_result::match : term_result::no_match;
}

// Names ----------------------------------------------------------------------

mail_check::target mail_check::target_of(const std::optional<domain_spec>& spec,
                                         const frame& here) {
  if (!spec)
    return {here.domain, std::nullopt};
  if (which_ == terms_of_mail::passed_over && spec->unlistable_macro())
    return {std::nullopt, term_result::no_match};
  if (names_what_no_label_has(*spec))
    return {std::nullopt, term_result::no_match};
  if (spec->has_macro("p")) {
    if (const auto ended = know_client_name(here))
      return {std::nullopt, ended};
  }
  auto made =
      spec->expand({here.domain, of_.domain, of_.client.family(),
                    which_ == terms_of_mail::matched ? &mail_ : nullptr});
  if (!made)
    return {};
  if (spec->has_macro("slodiphv"))
    expanded_ = made->to_string();
  return {*std::move(made), std::nullopt};
}

/// RFC 8616 §4: a mechanism with the macro does not match then.
bool mail_check::names_what_no_label_has(const domain_spec& spec) const {
  return !is_ascii(of_.local_part) && spec.has_macro("sl");
}

/// Looks for what %{p} stands for in a record.
/// @return how that ends the term, if it does
std::optional<term_result> mail_check::know_client_name(const frame& here) {
  if (client_name_for_ == here.domain)
    return std::nullopt;
  const client_name got = best_client_name(dns_, of_.client, here.domain);
  if (got.missing)
    return term_result::temperror;
  if (got.over_limit)
    return tally_.permerror(dns_.limit());
  if (const auto end = tally_.spend_void_lookups(got.void_lookups))
    return end;
  client_name_for_ = here.domain;
  mail_.client_name = got.found ? literal_text(*got.found) : "unknown";
  return std::nullopt;
}

} // namespace spfblock::spf
