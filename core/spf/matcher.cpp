#include "core/spf/matcher.hpp"

#include "core/spf/hosts.hpp"
#include "core/support/contract.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::spf {
namespace {

/// Of so many terms that are too wide it is kept what they would have granted.
constexpr std::size_t too_wide_kept = 100;

} // namespace

matches matcher::match(const directive& what, std::size_t term,
                       const place& here, cohorts undecided) {
  switch (what.mechanism) {
  case mechanism::all:
  case mechanism::ip4:
  case mechanism::ip6:
    return match_network(what, term, here, std::move(undecided));
  case mechanism::a:
  case mechanism::mx:
    return match_hosts(what, term, here,
                       tally_.spend_dns_term(term, std::move(undecided)));
  case mechanism::ptr:
    tally_.remark(term, "not listable: ptr asks for the client's host name");
    return {{}, tally_.spend_dns_term(term, std::move(undecided))};
  case mechanism::exists:
    tally_.remark(term, "not listable: exists names no addresses");
    return {{}, tally_.spend_dns_term(term, std::move(undecided))};
  case mechanism::include: break;
  }
  EXPECTS(false); // the evaluation's own
  return {};
}

/// Whether the term would grant a network that is wider than the limit.
bool matcher::too_wide(const directive& what, std::size_t term,
                       const place& here, net::family family, unsigned length) {
  const bool is_ipv4 = family == net::family::ipv4;
  const auto widest = is_ipv4 ? rules_.widest_ipv4 : rules_.widest_ipv6;
  if (!here.granting || what.qualifier != qualifier::pass || !widest ||
      length >= *widest)
    return false;
  tally_.remark(term, fmt::format("too wide: {}/{} (widest_{} is {})",
                                  is_ipv4 ? "IPv4 " : "IPv6 ", length,
                                  is_ipv4 ? "ipv4" : "ipv6", *widest));
  return true;
}

/// Keeps what a term would have granted that is too wide.  Each address goes to
/// the first such term: then it would have been decided.
void matcher::note_too_wide(std::size_t term, net::address_set addresses) {
  if (out_.too_wide.size() >= too_wide_kept)
    return;
  addresses -= too_wide_;
  if (addresses.empty())
    return;
  too_wide_ |= addresses;
  out_.too_wide.push_back({term, std::move(addresses)});
}

/// all, ip4, ip6 (RFC 7208 §5.1, §5.6).
matches matcher::match_network(const directive& what, std::size_t term,
                               const place& here, cohorts undecided) {
  matches result;
  const auto take = [&](const net::ip_prefix& network) {
    if (!too_wide(what, term, here, network.family(), network.length()))
      result.matched.add(undecided.extract(network));
    else
      note_too_wide(term, undecided.addresses() & net::address_set{network});
  };
  if (what.mechanism == mechanism::all) {
    for (const auto family : {net::family::ipv4, net::family::ipv6})
      take(net::ip_prefix::everything(family));
  } else if (!what.matches_nothing) {
    take(what.network);
  }
  result.unmatched = std::move(undecided);
  return result;
}

std::optional<dns::name>
matcher::target_of(const std::optional<domain_spec>& spec, std::size_t term,
                   const dns::name& here, net::family family) {
  if (!spec)
    return here;
  if (const auto which = spec->unlistable_macro()) {
    tally_.remark(term,
                  "not listable: the macro " + *which + " depends on the mail");
    return std::nullopt;
  }
  auto target = spec->expand({here, out_.domain, family});
  if (!target) {
    tally_.remark(term, target.error().message);
    return std::nullopt;
  }
  return *std::move(target);
}

/// a, mx (RFC 7208 §5.3, §5.4).
matches matcher::match_hosts(const directive& what, std::size_t term,
                             const place& here, cohorts undecided) {
  matches result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = undecided.extract_if(
        [family](const cohort& c) { return c.family == family; });
    if (concerned.empty())
      continue;
    const auto target = target_of(what.target, term, here.domain, family);
    const unsigned length = family == net::family::ipv4 ? what.ip4_cidr_length
                                                        : what.ip6_cidr_length;
    if (!target || too_wide(what, term, here, family, length)) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    const hosts named = find_hosts(dns_, what, *target, family);
    result.matched.add(concerned.extract(named.addresses));
    if (!named.permerror.empty()) {
      result.unmatched.add(
          tally_.permerror(term, std::move(concerned), named.permerror));
    } else if (!named.temperror.empty()) {
      tally_.temperror(term, concerned, named.temperror);
    } else if (named.is_void && !named.missing) {
      result.unmatched.add(
          tally_.spend_void_lookup(term, std::move(concerned)));
    } else {
      result.unmatched.add(std::move(concerned));
    }
  }
  return result;
}

} // namespace spfblock::spf
