#include "core/spf/check_host.hpp"

#include "core/spf/budget.hpp"
#include "core/spf/client_name.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/place.hpp"
#include "core/spf/record.hpp"
#include "core/spf/selection.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace spfblock::spf {
namespace {

/// The first 96 bits of all IPv4-mapped addresses are the same; with more, no
/// IPv6 client shares them.
constexpr unsigned mapped_length = 96;

/// What one call may cost, about 100 ms: records and terms by the thousand cost
/// more where errors are passed over (on_permerror).  What is on one way within
/// the limits of RFC 7208 costs less than a fifth of it, be each record and
/// each answer of 65,535 octets.
constexpr std::uint64_t most_work = work_limit / 10;

/// What it takes to try a term that asks, and to tell of it.
constexpr std::uint64_t work_to_ask = 50;

/// One call of check_host().
///
/// Where an answer is missing it comes to its end at once, and what it returns
/// says nothing.
class mail_check {
public:
  mail_check(const envelope& of, const dns::answer_store& answers,
             const rules& by, parsed_records& parsed, terms_of_mail which)
      : of_{of},
        rules_{by},
        parsed_{parsed},
        which_{which},
        dns_{answers, by.dns_queries, by.asks_no_more},
        budget_{by, std::min(by.work, most_work)},
        tally_{of.domain, by},
        mail_{of.client, of.local_part, of.helo} {}

  host_check run() && {
    host_check made;
    made.result = visit(of_.domain, nullptr, true);
    made.missing = dns_.missing();
    made.why = tally_.why();
    made.steps = tally_.take_steps();
    made.ttl = dns_.ttl();
    made.questions = dns_.questions();
    return made;
  }

private:
  /// The name that a term is about.
  struct target {
    std::optional<dns::name> name; ///< none: it is no domain name
    /// What else ends the term, where `name` does not matter: no_match if it is
    /// passed over.
    std::optional<term_result> ended;
  };

  host_result visit(const dns::name& domain, const frame* from, bool granting);
  host_result walk(const record& parsed, const frame& here);
  host_result follow(const redirect_modifier& what, const frame& here);
  host_result consult(const domain_spec& spec, const frame& here);
  term_result try_term(const term& which, const directive& what,
                       const frame& here);
  term_result match(const directive& what, const frame& here);
  term_result include(const directive& what, frame here);
  term_result by_mail(const directive& what, const frame& here);
  term_result exists(const dns::name& name);
  term_result ptr(const dns::name& name);
  term_result hosts(const directive& what, const frame& here);
  term_result host(const dns::name& owner, const directive& what);

  target target_of(const std::optional<domain_spec>& spec, const frame& here);
  std::optional<term_result> know_client_name(const frame& here);
  bool leads_astray(const dns::answer& given, const frame* from);
  bool too_wide(const directive& what, const frame& here, net::family family,
                unsigned length) const;

  term_result ask(const dns::question& asked, const dns::answer*& given);
  [[nodiscard]] bool lacks_answers() const noexcept {
    return !dns_.missing().empty();
  }

  const envelope& of_;
  const rules& rules_;
  parsed_records& parsed_;
  terms_of_mail which_;
  inquiry dns_;
  budget budget_;
  mail_tally tally_;
  mail_values mail_;
  std::optional<dns::name> client_name_for_;        ///< whose %{p} is in mail_
  std::vector<std::shared_ptr<const record>> held_; ///< those on the way
  std::string expanded_; ///< what the term stands for, if it has macros
};

// Questions ------------------------------------------------------------------

/// Asks for a host, or for hosts.
/// @param given becomes the answer, if there is one
/// @return how the question ends the term, unless it finds something
term_result mail_check::ask(const dns::question& asked,
                            const dns::answer*& given) {
  const inquiry::lookup got = dns_.ask(asked);
  given = got.given;
  switch (got.state) {
  case inquiry::availability::missing: return term_result::temperror;
  case inquiry::availability::over_limit: return tally_.permerror(dns_.limit());
  case inquiry::availability::found: break;
  }
  if (given->status == dns::answer_status::failed)
    return tally_.temperror(asked.to_string() + ": " + given->reason);
  if (given->is_void())
    return tally_.spend_void_lookups(1).value_or(term_result::no_match);
  return term_result::no_match;
}

// Records (§4.4 to §4.6) -----------------------------------------------------

/// What the record of a domain says.
/// @param from the record that led here; null at the top
host_result mail_check::visit(const dns::name& domain, const frame* from,
                              bool granting) {
  budget_.spend_record();
  const frame here{domain, from == nullptr ? 1 : from->depth + 1, granting,
                   from, nullptr};
  const auto in_error = [&](const std::string& why) {
    tally_.note(here.depth, domain.to_string() + ": permerror: " + why);
    return tally_.permerror(why) == term_result::no_match
               ? host_result::neutral
               : host_result::permerror;
  };
  const inquiry::lookup txt = dns_.ask({domain, dns::rr_type::txt});
  if (txt.state == inquiry::availability::missing)
    return host_result::temperror;
  if (txt.state == inquiry::availability::over_limit)
    return in_error(dns_.limit());
  if (txt.given->status == dns::answer_status::failed) {
    tally_.note(here.depth, domain.to_string() + ": " + txt.given->reason);
    tally_.temperror(domain.to_string() + " TXT: " + txt.given->reason);
    return host_result::temperror;
  }
  if (leads_astray(*txt.given, from))
    return host_result::neutral;
  const selection found = select_records(*txt.given);
  if (found.count > 1)
    return in_error(fmt::format("{} SPF records", found.count));
  if (found.count == 0) {
    tally_.note(here.depth, domain.to_string() + ": no SPF record");
    return host_result::none;
  }
  held_.push_back(parsed_.find(domain, *found.first));
  const record& parsed = *held_.back();
  budget_.spend_parsing(parsed.text.size());
  tally_.note(here.depth, domain.to_string() + ": " + printable(parsed.text));
  if (const failure* const fault = parsed.first_error();
      fault != nullptr && !tally_.skips())
    return in_error(fault->message);
  return walk(parsed, here);
}

/// The terms from left to right, then the redirect (§4.6.2, §4.7, §6.1).
host_result mail_check::walk(const record& parsed, const frame& here) {
  const redirect_modifier* redirect = nullptr;
  std::string_view redirect_text;
  bool has_all = false;
  for (const term& each : parsed.terms) {
    if (const auto* to = std::get_if<redirect_modifier>(&each.value)) {
      redirect = to;
      redirect_text = each.text;
    }
    const auto* what = std::get_if<directive>(&each.value);
    if (what == nullptr)
      continue;
    has_all = has_all || what->mechanism == mechanism::all;
    tally_.enter(each.text);
    const term_result found = try_term(each, *what, here);
    tally_.leave();
    if (lacks_answers())
      return host_result::temperror;
    switch (found) {
    case term_result::no_match: break;
    case term_result::temperror: return host_result::temperror;
    case term_result::permerror: return host_result::permerror;
    case term_result::match:
      constexpr std::array results{host_result::pass, host_result::fail,
                                   host_result::softfail, host_result::neutral};
      return results.at(static_cast<std::size_t>(what->qualifier));
    }
  }
  tally_.leave_undecided();
  if (redirect == nullptr || has_all)
    return host_result::neutral;
  tally_.enter(redirect_text);
  const host_result result = follow(*redirect, here);
  tally_.leave();
  return result;
}

host_result mail_check::follow(const redirect_modifier& what,
                               const frame& here) {
  if (tally_.spend_dns_term())
    return host_result::permerror;
  return consult(what.target, here);
}

/// The result of the record that include or redirect names; that there is none
/// is a permerror (§5.2, §6.1).
host_result mail_check::consult(const domain_spec& spec, const frame& here) {
  const auto in_error = [&](const std::string& why) {
    return tally_.permerror(why) == term_result::no_match
               ? host_result::neutral
               : host_result::permerror;
  };
  const target to = target_of(spec, here);
  if (to.ended)
    return *to.ended == term_result::permerror ? host_result::permerror
                                               : host_result::neutral;
  if (!to.name)
    return in_error("the domain named has no SPF record");
  if (here.granting && !rules_.forbids(*to.name).empty()) {
    tally_.note(here.depth,
                fmt::format("not followed: {}", rules_.forbids(*to.name)));
    return host_result::neutral;
  }
  auto bound = budget_.exceeded_at(here.depth + 1);
  if (!bound && tally_.skips() && here.is_inside(*to.name))
    bound = "a loop";
  if (bound)
    return in_error(*bound);
  const std::string expanded = expanded_;
  const host_result result = visit(*to.name, &here, here.granting);
  expanded_ = expanded;
  return result == host_result::none
             ? in_error("the domain named has no SPF record")
             : result;
}

/// Whether CNAMEs led to the record of a name that is not to be followed.
bool mail_check::leads_astray(const dns::answer& given, const frame* from) {
  return (from == nullptr || from->granting) &&
         std::any_of(given.aliases.begin(), given.aliases.end(),
                     [&](const dns::name& each) {
                       return !rules_.forbids(each).empty();
                     });
}

// Mechanisms (§5) ------------------------------------------------------------

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
  constexpr auto beside_mapped =
      net::ip_address::ipv6(net::uint128{0xfffe} << 32U);
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

} // namespace

host_check check_host(const envelope& of, const dns::answer_store& answers,
                      const rules& by, parsed_records& parsed,
                      terms_of_mail which) {
  return mail_check{of, answers, by, parsed, which}.run();
}

} // namespace spfblock::spf
