#include "core/spf/matcher.hpp"

#include "core/support/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace spfblock::spf {
namespace {

/// Whether whom the term matches is listed.
bool lists(const directive& what, const frame& here) {
  return here.granting && what.qualifier == qualifier::pass;
}
bool lists(const directive& what, const place& at) {
  return lists(what, at.record);
}

/// The networks of all, ip4 and ip6.
std::span<const net::ip_prefix> networks_of(const directive& what) {
  static const std::array everybody{
      net::ip_prefix::everything(net::family::ipv4),
      net::ip_prefix::everything(net::family::ipv6)};
  if (what.mechanism == mechanism::all)
    return everybody;
  if (what.matches_nothing)
    return {};
  return {&what.network, 1};
}

/// Through the macros of the name that a term is about.
mail_dependence dependence_of(const std::optional<domain_spec>& spec) {
  return {spec && spec->has_macro("sl"), spec && spec->has_macro("h")};
}

} // namespace

matches matcher::match(const directive& what, const place& at,
                       cohorts undecided) {
  switch (what.mechanism) {
  case mechanism::all:
  case mechanism::ip4:
  case mechanism::ip6: return match_network(what, at, std::move(undecided));
  case mechanism::a:
  case mechanism::mx:
    return match_hosts(what, at,
                       tally_.spend_dns_term(at.term, std::move(undecided)));
  case mechanism::ptr:
    account_.remark(at.term,
                    "not listable: ptr asks for the client's host name");
    return match_about_mail(what, at, std::move(undecided));
  case mechanism::exists:
    account_.remark(at.term, "not listable: exists names no addresses");
    return match_about_mail(what, at, std::move(undecided));
  case mechanism::include: break;
  }
  EXPECTS(false); // the evaluation's own
  return {};
}

/// Who is undecided behind a term was so before it, so only the first of a
/// record tells them: many such terms cost little.
void matcher::depend_on_mail(const place& at, leading where, mail_dependence on,
                             families of, const cohorts& whom) {
  if (whom.empty())
    return;
  in_doubt_.add(of);
  if (where == leading::nowhere)
    return;
  if (at.record.has_told_to_wait(of)) {
    account_.waits(at.term, on, {});
    return;
  }
  tally_.depend_on_mail(at.term, on, whom);
  at.record.waiting->add(of);
}

/// ptr, exists: they match nobody while the mail is not known.
matches matcher::match_about_mail(const directive& what, const place& at,
                                  cohorts undecided) {
  undecided = tally_.spend_dns_term(at.term, std::move(undecided));
  const families in_doubt_before = in_doubt_;
  depend_on_mail(at, leads(at, what.qualifier), dependence_of(what.target),
                 {true, true}, undecided);
  const bool is_plain = !what.target || !what.target->unlistable_macro();
  if (what.mechanism == mechanism::ptr && lists(what, at) && is_plain) {
    in_doubt_ = in_doubt_before;
    pass_by_name(what, at, undecided);
  }
  return {{}, std::move(undecided)};
}

/// Whom a ptr term passes that nothing before it may have ended otherwise for.
void matcher::pass_by_name(const directive& what, const place& at,
                           const cohorts& undecided) {
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    if (in_doubt_.covers(just(family)))
      continue;
    cohorts concerned = undecided;
    static_cast<void>(concerned.extract_if(
        [family](const cohort& each) { return each.family != family; }));
    const auto target = target_of(what.target, at, family);
    if (!concerned.empty() && target && target->is_at_or_below(listed_))
      tally_.depend_on_name(*target, concerned);
  }
}

/// Whether the term would grant a network that is wider than the limit.
bool matcher::is_too_wide(const directive& what, const frame& here,
                          net::family family, unsigned length) const {
  const auto widest =
      family == net::family::ipv4 ? rules_.widest_ipv4 : rules_.widest_ipv6;
  return widest && length < *widest && lists(what, here);
}

/// The same, and remarks it.
bool matcher::too_wide(const directive& what, const place& at,
                       net::family family, unsigned length) {
  if (!is_too_wide(what, at.record, family, length))
    return false;
  if (!account_.takes_remarks(at.term))
    return true;
  const bool is_ipv4 = family == net::family::ipv4;
  const auto widest = is_ipv4 ? rules_.widest_ipv4 : rules_.widest_ipv6;
  account_.remark(at.term, fmt::format("too wide: {}/{} (widest_{} is {})",
                                       is_ipv4 ? "IPv4 " : "IPv6 ", length,
                                       is_ipv4 ? "ipv4" : "ipv6", *widest));
  return true;
}

/// Tells who would have been listed, unless that was told of all of them.
void matcher::tell_too_wide(const place& at, const net::ip_prefix& network,
                            const cohorts& undecided) {
  if (too_wide_told_ >= too_wide_limit || at.record.has_told_too_wide(network))
    return;
  ++too_wide_told_;
  at.record.too_wide->push_back(network);
  budget_.spend_work(undecided.work_to_unite());
  account_.too_wide(at.term, network, undecided);
}

/// all, ip4, ip6 (RFC 7208 §5.1, §5.6).
matches matcher::match_network(const directive& what, const place& at,
                               cohorts undecided) {
  matches result;
  for (const net::ip_prefix& network : networks_of(what)) {
    if (!too_wide(what, at, network.family(), network.length())) {
      if (lists(what, at))
        account_.named({&network, 1});
      const std::uint64_t work = undecided.work_to_extract(network.family());
      cohorts found = undecided.extract(network);
      budget_.spend_work(found.empty() ? undecided.members().size() : work);
      result.matched.add(std::move(found));
    } else {
      tell_too_wide(at, network, undecided);
    }
  }
  if (what.matches_nothing)
    tell_matches_nothing(at);
  result.unmatched = std::move(undecided);
  return result;
}

void matcher::tell_matches_nothing(const place& at) {
  account_.remark(at.term, "matches nobody: a client with an IPv4-mapped "
                           "address is an IPv4 client");
}

// Networks one behind the other ---------------------------------------------

bool matcher::is_of_run(const directive& what, const frame& here) const {
  if (what.mechanism != mechanism::all && what.mechanism != mechanism::ip4 &&
      what.mechanism != mechanism::ip6)
    return false;
  const auto networks = networks_of(what);
  return std::all_of(
      networks.begin(), networks.end(), [&](const net::ip_prefix& each) {
        if (!is_too_wide(what, here, each.family(), each.length()))
          return what.mechanism != mechanism::all;
        return too_wide_told_ >= too_wide_limit || here.has_told_too_wide(each);
      });
}

void matcher::add_to(network_run& run, const directive& what,
                     std::size_t number, const frame& here) const {
  for (const net::ip_prefix& each : networks_of(what)) {
    if (!is_too_wide(what, here, each.family(), each.length()))
      run.add(each, number, what.qualifier == qualifier::pass);
  }
}

void matcher::tell_of_run(const directive& what, const place& at) {
  if (what.matches_nothing)
    tell_matches_nothing(at);
  for (const net::ip_prefix& each : networks_of(what)) {
    if (!too_wide(what, at, each.family(), each.length()) && lists(what, at))
      account_.named({&each, 1});
  }
}

std::optional<dns::name>
matcher::target_of(const std::optional<domain_spec>& spec, const place& at,
                   net::family family) {
  if (!spec)
    return at.record.domain;
  if (const auto which = spec->unlistable_macro()) {
    account_.remark(at.term, "not listable: the macro " + *which +
                                 " depends on the mail");
    return std::nullopt;
  }
  auto target = spec->expand({at.record.domain, listed_, family});
  if (!target) {
    account_.remark(at.term, target.error().message);
    return std::nullopt;
  }
  return *std::move(target);
}

/// a, mx (RFC 7208 §5.3, §5.4).
matches matcher::match_hosts(const directive& what, const place& at,
                             cohorts undecided) {
  matches result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = undecided.extract_if(
        [family](const cohort& c) { return c.family == family; });
    if (concerned.empty())
      continue;
    const auto target = target_of(what.target, at, family);
    const unsigned length = family == net::family::ipv4 ? what.ip4_cidr_length
                                                        : what.ip6_cidr_length;
    if (what.target && what.target->unlistable_macro())
      depend_on_mail(at, leads(at, what.qualifier), dependence_of(what.target),
                     just(family), concerned);
    if (!target || too_wide(what, at, family, length)) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    host_walk walk{dns_, what, *target, family};
    while (!concerned.empty()) {
      const auto found = walk.next();
      if (!found)
        break;
      if (lists(what, at))
        account_.named(found->networks);
      budget_.spend_work(found->networks.size() +
                         concerned.work_to_part(found->addresses));
      result.matched.add(concerned.extract(found->addresses));
      concerned = pass_by(*found, at, std::move(concerned));
    }
    result.unmatched.add(std::move(concerned));
  }
  return result;
}

/// What becomes of those that are not among some hosts of a term.
/// @return those that go on to the next of its hosts
cohorts matcher::pass_by(const hosts& found, const place& at,
                         cohorts unmatched) {
  if (!found.permerror.empty())
    return tally_.permerror(at.term, std::move(unmatched), found.permerror);
  if (!found.temperror.empty()) {
    tally_.temperror(at.term, unmatched, found.temperror);
    return {};
  }
  if (found.is_void && !found.missing)
    return tally_.spend_void_lookup(at.term, std::move(unmatched));
  return unmatched;
}

} // namespace spfblock::spf
