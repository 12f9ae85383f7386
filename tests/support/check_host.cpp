#include "tests/support/check_host.hpp"

#include "core/spf/record_parser.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace spfblock::testing {

verdict checker::check_host(const net::ip_address& client,
                            const dns::name& domain) {
  client_ = client;
  listed_ = domain;
  dns_terms_ = 0;
  void_lookups_ = 0;
  path_.clear();
  return check(listed_);
}

// §4.6.4
bool checker::spend_dns_term() {
  return ++dns_terms_ <= 10 || passes_over_;
}

bool checker::spend_void_lookup() {
  return ++void_lookups_ <= 2 || passes_over_;
}

verdict checker::permerror() const {
  return passes_over_ ? verdict::neutral : verdict::permerror;
}

// §4.4, §4.5
const checker::policy& checker::policy_of(const dns::name& domain) {
  const auto [at, is_new] = policies_.try_emplace(domain);
  policy& found = at->second;
  if (!is_new)
    return found;
  const dns::answer& txt = zone_.answer({domain, dns::rr_type::txt});
  std::vector<std::string> records;
  std::copy_if(txt.texts.begin(), txt.texts.end(), std::back_inserter(records),
               spf::is_spf_record);
  if (txt.status == dns::answer_status::failed)
    found.otherwise = verdict::temperror;
  else if (records.size() > 1)
    found.otherwise = permerror();
  else if (records.size() == 1)
    found.record = spf::parse_record(records.front());
  return found;
}

// §4.6
verdict checker::check(const dns::name& domain) {
  const policy& found = policy_of(domain);
  if (!found.record)
    return found.otherwise;
  if (found.record->first_error() != nullptr && !passes_over_)
    return verdict::permerror;
  path_.push_back(domain);
  const verdict result = walk(*found.record, domain);
  path_.pop_back();
  return result;
}

// §4.6.2, §4.7, §6.1
verdict checker::walk(const spf::record& record, const dns::name& domain) {
  const spf::redirect_modifier* redirect = nullptr;
  bool has_all = false;
  for (const spf::term& each : record.terms) {
    if (const auto* to = std::get_if<spf::redirect_modifier>(&each.value))
      redirect = to;
    const auto* what = std::get_if<spf::directive>(&each.value);
    if (what == nullptr)
      continue;
    has_all = has_all || what->mechanism == spf::mechanism::all;
    switch (evaluate(*what, domain)) {
    case match::no: break;
    case match::temperror: return verdict::temperror;
    case match::permerror: return verdict::permerror;
    case match::yes:
      switch (what->qualifier) {
      case spf::qualifier::pass: return verdict::pass;
      case spf::qualifier::fail: return verdict::fail;
      case spf::qualifier::softfail: return verdict::softfail;
      case spf::qualifier::neutral: return verdict::neutral;
      }
    }
  }
  if (redirect != nullptr && !has_all)
    return refer(redirect->target, domain);
  return verdict::neutral;
}

/// The verdict of the record that include or redirect names; none is a
/// permerror for both (§5.2, §6.1).
verdict checker::refer(const spf::domain_spec& to, const dns::name& domain) {
  if (!spend_dns_term())
    return verdict::permerror;
  if (to.unlistable_macro())
    return verdict::neutral;
  const auto target = expand(to, domain);
  if (!target)
    return permerror();
  if (passes_over_ &&
      std::find(path_.begin(), path_.end(), *target) != path_.end())
    return verdict::neutral;
  const verdict result = check(*target);
  return result == verdict::none ? permerror() : result;
}

// §5
checker::match checker::evaluate(const spf::directive& what,
                                 const dns::name& domain) {
  switch (what.mechanism) {
  case spf::mechanism::all: return match::yes;
  case spf::mechanism::ip4:
  case spf::mechanism::ip6:
    return !what.matches_nothing && what.network.contains(client_) ? match::yes
                                                                   : match::no;
  case spf::mechanism::include: return evaluate_include(what, domain);
  case spf::mechanism::a:
  case spf::mechanism::mx: return evaluate_hosts(what, domain);
  case spf::mechanism::ptr:
  case spf::mechanism::exists: break;
  }
  return spend_dns_term() ? match::no : match::permerror;
}

// §5.2
checker::match checker::evaluate_include(const spf::directive& what,
                                         const dns::name& domain) {
  switch (refer(*what.target, domain)) {
  case verdict::pass: return match::yes;
  case verdict::temperror: return match::temperror;
  case verdict::permerror: return match::permerror;
  default: return match::no;
  }
}

// §5.3, §5.4
checker::match checker::evaluate_hosts(const spf::directive& what,
                                       const dns::name& domain) {
  if (!spend_dns_term())
    return match::permerror;
  if (what.target && what.target->unlistable_macro())
    return match::no;
  const auto target =
      what.target ? expand(*what.target, domain) : std::optional{domain};
  if (!target)
    return match::no;

  const dns::answer* last = nullptr;
  /// How a question ends it, unless it finds something.
  const auto ask = [&](const dns::name& owner, dns::rr_type type) {
    last = &zone_.answer({owner, type});
    if (last->status == dns::answer_status::failed)
      return match::temperror;
    return last->is_void() && !spend_void_lookup() ? match::permerror
                                                   : match::no;
  };

  std::vector<dns::name> hosts;
  if (what.mechanism == spf::mechanism::a) {
    hosts.push_back(*target);
  } else {
    if (const match end = ask(*target, dns::rr_type::mx); end != match::no)
      return end;
    std::multiset<std::pair<unsigned, dns::name>> by_preference;
    for (const auto& each : last->exchanges)
      by_preference.emplace(each.preference, each.host);
    for (const auto& [preference, host] : by_preference)
      hosts.push_back(host);
    if (hosts.size() > 10)
      return passes_over_ ? match::no : match::permerror;
  }
  const auto type = client_.family() == net::family::ipv4 ? dns::rr_type::a
                                                          : dns::rr_type::aaaa;
  for (const dns::name& host : hosts) {
    if (const match end = ask(host, type); end != match::no)
      return end;
    for (const net::ip_address& address : last->addresses)
      if (names_client(address, what))
        return match::yes;
    // The first 96 bits of all IPv4-mapped addresses are the same; with more
    // no IPv6 client shares them.
    const unsigned length = what.ip6_cidr_length;
    const auto bits_of = [length](net::uint128 number) {
      return length == 0 ? net::uint128{0} : number >> (128 - length);
    };
    if (last->has_mapped_address && length < 96 &&
        bits_of(client_.number()) == bits_of(net::uint128{0xffff} << 32U))
      return match::yes;
  }
  return match::no;
}

bool checker::names_client(const net::ip_address& address,
                           const spf::directive& what) const {
  const unsigned length = client_.family() == net::family::ipv4
                              ? what.ip4_cidr_length
                              : what.ip6_cidr_length;
  return net::ip_prefix::containing(address, length).contains(client_);
}

std::optional<dns::name> checker::expand(const spf::domain_spec& spec,
                                         const dns::name& domain) const {
  auto expanded = spec.expand({domain, listed_, client_.family()});
  if (!expanded)
    return std::nullopt;
  return *std::move(expanded);
}

} // namespace spfblock::testing
