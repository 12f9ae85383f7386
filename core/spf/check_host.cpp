#include "core/spf/check_host.hpp"

#include "core/spf/budget.hpp"
#include "core/spf/client_name.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/place.hpp"
#include "core/spf/record.hpp"
#include "core/spf/selection.hpp"
#include "core/support/paragraph.hpp"
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
        budget_{by},
        mail_{of.client, of.local_part, of.helo} {}

  host_check run() && {
    made_.result = visit(of_.domain, nullptr, true);
    made_.missing = dns_.missing();
    made_.ttl = dns_.ttl();
    made_.questions = dns_.questions();
    return std::move(made_);
  }

private:
  enum class match : std::uint8_t { no, yes, temperror, permerror };
  /// The name that a term is about.
  struct target {
    std::optional<dns::name> name; ///< none: it is no domain name
    /// What else ends the term, where `name` does not matter: `no` if it is
    /// passed over.
    std::optional<match> ended;
  };

  host_result visit(const dns::name& domain, const frame* from, bool granting);
  host_result walk(const record& parsed, const frame& here);
  host_result follow(const redirect_modifier& what, const frame& here);
  host_result consult(const domain_spec& spec, const frame& here);
  match try_term(const directive& what, const frame& here);
  match include(const directive& what, frame here);
  match by_mail(const directive& what, const frame& here);
  match exists(const dns::name& name);
  match ptr(const dns::name& name);
  match hosts(const directive& what, const frame& here);
  match host(const dns::name& owner, const directive& what);

  target target_of(const std::optional<domain_spec>& spec, const frame& here);
  std::optional<match> know_client_name(const frame& here);
  std::string_view forbidden_by(const dns::name& name) const;
  bool leads_astray(const dns::answer& given, const frame* from);
  bool too_wide(const directive& what, const frame& here, net::family family,
                unsigned length) const;

  match ask(const dns::question& asked, const dns::answer*& given);
  bool spend_dns_term() { return ++dns_terms_ <= dns_term_limit || skips(); }
  bool spend_void_lookups(unsigned count) {
    void_lookups_ += count;
    return void_lookups_ <= void_lookup_limit || skips();
  }
  match over_dns_terms();
  match over_void_lookups();
  match permerror(const std::string& why);
  match temperror(const std::string& why);

  [[nodiscard]] bool skips() const noexcept {
    return rules_.on_permerror == on_permerror::skip;
  }
  [[nodiscard]] bool lacks_answers() const noexcept {
    return !dns_.missing().empty();
  }
  void note(unsigned depth, std::string text) {
    made_.steps.push_back({depth, std::move(text)});
  }
  [[nodiscard]] std::string chain() const;

  const envelope& of_;
  const rules& rules_;
  parsed_records& parsed_;
  terms_of_mail which_;
  inquiry dns_;
  budget budget_;
  mail_values mail_;
  std::optional<dns::name> client_name_for_; ///< whose %{p} is in mail_
  unsigned dns_terms_ = 0;
  unsigned void_lookups_ = 0;
  std::vector<std::shared_ptr<const record>> held_; ///< of which path_ tells
  /// The terms on the way to the one that is tried, and this one.
  std::vector<std::string_view> path_;
  std::string
      expanded_; ///< the name that the term stands for, if it has macros
  host_check made_;
};

std::string mail_check::chain() const {
  std::string text = of_.domain.to_string();
  for (const std::string_view each : path_)
    (text += " -> ") += each;
  return text;
}

// Errors ---------------------------------------------------------------------

mail_check::match mail_check::permerror(const std::string& why) {
  if (skips())
    return match::no;
  made_.why = chain() + ": permerror: " + why;
  return match::permerror;
}

mail_check::match mail_check::temperror(const std::string& why) {
  made_.why = chain() + ": temperror: " + why;
  return match::temperror;
}

mail_check::match mail_check::over_dns_terms() {
  return permerror(
      fmt::format("over {} terms that cause DNS queries", dns_term_limit));
}

mail_check::match mail_check::over_void_lookups() {
  return permerror(fmt::format("over {} void lookups", void_lookup_limit));
}

/// Asks for a host, or for hosts.
/// @param given becomes the answer, if there is one
/// @return how the question ends the term, unless it finds something
mail_check::match mail_check::ask(const dns::question& asked,
                                  const dns::answer*& given) {
  const inquiry::lookup got = dns_.ask(asked);
  given = got.given;
  switch (got.state) {
  case inquiry::availability::missing: return match::temperror;
  case inquiry::availability::over_limit: return permerror(dns_.limit());
  case inquiry::availability::found: break;
  }
  if (given->status == dns::answer_status::failed)
    return temperror(asked.to_string() + ": " + given->reason);
  if (given->is_void() && !spend_void_lookups(1))
    return over_void_lookups();
  return match::no;
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
    note(here.depth, domain.to_string() + ": permerror: " + why);
    return permerror(why) == match::no ? host_result::neutral
                                       : host_result::permerror;
  };
  const inquiry::lookup txt = dns_.ask({domain, dns::rr_type::txt});
  if (txt.state == inquiry::availability::missing)
    return host_result::temperror;
  if (txt.state == inquiry::availability::over_limit)
    return in_error(dns_.limit());
  if (txt.given->status == dns::answer_status::failed) {
    note(here.depth, domain.to_string() + ": " + txt.given->reason);
    temperror(domain.to_string() + " TXT: " + txt.given->reason);
    return host_result::temperror;
  }
  if (leads_astray(*txt.given, from))
    return host_result::neutral;
  const selection found = select_records(*txt.given);
  if (found.count > 1)
    return in_error(fmt::format("{} SPF records", found.count));
  if (found.count == 0) {
    note(here.depth, domain.to_string() + ": no SPF record");
    return host_result::none;
  }
  held_.push_back(parsed_.find(domain, *found.first));
  const record& parsed = *held_.back();
  note(here.depth, domain.to_string() + ": " + printable(parsed.text));
  if (const failure* const fault = parsed.first_error();
      fault != nullptr && !skips())
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
    path_.push_back(each.text);
    expanded_.clear();
    const match found = try_term(*what, here);
    if (lacks_answers())
      return host_result::temperror;
    const bool asks = what->mechanism != mechanism::all &&
                      what->mechanism != mechanism::ip4 &&
                      what->mechanism != mechanism::ip6;
    constexpr std::array said{"no", "yes", "temperror", "permerror"};
    if (asks || found != match::no)
      note(here.depth, fmt::format("{}{}: {}", each.text,
                                   expanded_.empty() ? "" : " is " + expanded_,
                                   said.at(static_cast<std::size_t>(found))));
    if (found == match::yes && what->mechanism != mechanism::include)
      made_.why = chain();
    path_.pop_back();
    switch (found) {
    case match::no: break;
    case match::temperror: return host_result::temperror;
    case match::permerror: return host_result::permerror;
    case match::yes:
      constexpr std::array results{host_result::pass, host_result::fail,
                                   host_result::softfail, host_result::neutral};
      return results.at(static_cast<std::size_t>(what->qualifier));
    }
  }
  made_.why.clear();
  if (redirect == nullptr || has_all)
    return host_result::neutral;
  path_.push_back(redirect_text);
  const host_result result = follow(*redirect, here);
  path_.pop_back();
  return result;
}

host_result mail_check::follow(const redirect_modifier& what,
                               const frame& here) {
  if (!spend_dns_term()) {
    over_dns_terms();
    return host_result::permerror;
  }
  return consult(what.target, here);
}

/// The result of the record that include or redirect names; that there is none
/// is a permerror (§5.2, §6.1).
host_result mail_check::consult(const domain_spec& spec, const frame& here) {
  const auto in_error = [&](const std::string& why) {
    return permerror(why) == match::no ? host_result::neutral
                                       : host_result::permerror;
  };
  const target to = target_of(spec, here);
  if (to.ended)
    return *to.ended == match::permerror ? host_result::permerror
                                         : host_result::neutral;
  if (!to.name)
    return in_error("the domain named has no SPF record");
  if (here.granting && !forbidden_by(*to.name).empty()) {
    note(here.depth, fmt::format("not followed: {}", forbidden_by(*to.name)));
    return host_result::neutral;
  }
  auto bound = budget_.exceeded_at(here.depth + 1);
  if (!bound && skips() && here.is_inside(*to.name))
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

/// Which setting forbids to follow into a name; empty: none.
std::string_view mail_check::forbidden_by(const dns::name& name) const {
  const auto is_among = [&name](const auto& names) {
    return names != nullptr &&
           std::binary_search(names->begin(), names->end(), name);
  };
  if (is_among(rules_.not_followed))
    return "allow.includes names it";
  return is_among(rules_.providers) ? "a provider (allow.providers)" : "";
}

/// Whether CNAMEs led to the record of a name that is not to be followed.
bool mail_check::leads_astray(const dns::answer& given, const frame* from) {
  return (from == nullptr || from->granting) &&
         std::any_of(given.aliases.begin(), given.aliases.end(),
                     [&](const dns::name& each) {
                       return !forbidden_by(each).empty();
                     });
}

// Mechanisms (§5) ------------------------------------------------------------

mail_check::match mail_check::try_term(const directive& what,
                                       const frame& here) {
  const auto if_so = [](bool it_does) {
    return it_does ? match::yes : match::no;
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
  if (!spend_dns_term())
    return over_dns_terms();
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

mail_check::match mail_check::include(const directive& what, frame here) {
  here.granting = here.granting && what.qualifier == qualifier::pass;
  switch (consult(*what.target, here)) {
  case host_result::pass: return match::yes;
  case host_result::temperror: return match::temperror;
  case host_result::permerror: return match::permerror;
  default: return match::no;
  }
}

/// exists or ptr.
mail_check::match mail_check::by_mail(const directive& what,
                                      const frame& here) {
  if (which_ == terms_of_mail::passed_over)
    return match::no;
  const target to = target_of(what.target, here);
  if (to.ended)
    return *to.ended;
  if (!to.name)
    return match::no;
  return what.mechanism == mechanism::exists ? exists(*to.name) : ptr(*to.name);
}

mail_check::match mail_check::exists(const dns::name& name) {
  const dns::answer* given = nullptr;
  if (const match end = ask({name, dns::rr_type::a}, given);
      end != match::no || given == nullptr)
    return end;
  return given->status == dns::answer_status::records ? match::yes : match::no;
}

mail_check::match mail_check::ptr(const dns::name& name) {
  const client_name got = find_client_name(dns_, of_.client, name);
  if (got.over_limit)
    return permerror(dns_.limit());
  if (!spend_void_lookups(got.void_lookups))
    return over_void_lookups();
  return got.found ? match::yes : match::no;
}

/// a, mx: the hosts of an mx in the order of their preferences, by name where
/// these are equal.
mail_check::match mail_check::hosts(const directive& what, const frame& here) {
  const target to = target_of(what.target, here);
  if (to.ended)
    return *to.ended;
  const bool is_ipv4 = of_.client.family() == net::family::ipv4;
  if (!to.name ||
      too_wide(what, here, of_.client.family(),
               is_ipv4 ? what.ip4_cidr_length : what.ip6_cidr_length))
    return match::no;
  if (what.mechanism == mechanism::a)
    return host(*to.name, what);

  const dns::answer* given = nullptr;
  if (const match end = ask({*to.name, dns::rr_type::mx}, given);
      end != match::no || given == nullptr)
    return end;
  if (given->exchanges.size() > mx_name_limit)
    return permerror(fmt::format("over {} MX names", mx_name_limit));
  auto exchanges = given->exchanges;
  std::sort(exchanges.begin(), exchanges.end());
  for (const dns::mail_exchange& each : exchanges) {
    const match found = host(each.host, what);
    if (found != match::no || lacks_answers())
      return found;
  }
  return match::no;
}

/// Whether the host is the client, but for the cidr-length.
mail_check::match mail_check::host(const dns::name& owner,
                                   const directive& what) {
  const bool is_ipv4 = of_.client.family() == net::family::ipv4;
  const dns::answer* given = nullptr;
  if (const match end =
          ask({owner, is_ipv4 ? dns::rr_type::a : dns::rr_type::aaaa}, given);
      end != match::no || given == nullptr)
    return end;
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
  return shares || shares_mapped ? match::yes : match::no;
}

// Names ----------------------------------------------------------------------

mail_check::target mail_check::target_of(const std::optional<domain_spec>& spec,
                                         const frame& here) {
  if (!spec)
    return {here.domain, std::nullopt};
  if (which_ == terms_of_mail::passed_over && spec->unlistable_macro())
    return {std::nullopt, match::no};
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
std::optional<mail_check::match>
mail_check::know_client_name(const frame& here) {
  if (client_name_for_ == here.domain)
    return std::nullopt;
  const client_name got = best_client_name(dns_, of_.client, here.domain);
  if (got.missing)
    return match::temperror;
  if (got.over_limit)
    return permerror(dns_.limit());
  if (!spend_void_lookups(got.void_lookups))
    return over_void_lookups();
  client_name_for_ = here.domain;
  mail_.client_name = got.found ? literal_text(*got.found) : "unknown";
  return std::nullopt;
}

} // namespace

result<envelope> envelope::of(const net::ip_address& client,
                              std::string_view mail_from,
                              std::string_view helo) {
  const auto at = mail_from.rfind('@');
  const bool has_at = at != std::string_view::npos;
  auto domain = dns::name::from_text(mail_from.empty() ? helo
                                     : has_at ? mail_from.substr(at + 1)
                                              : mail_from);
  if (!domain)
    return domain.error();
  if (domain->label_count() < 2)
    return failure{errc::malformed, "a domain of one label"};
  envelope made;
  made.client = client;
  made.domain = *std::move(domain);
  made.helo = helo;
  if (has_at && at > 0)
    made.local_part = mail_from.substr(0, at);
  return made;
}

host_check check_host(const envelope& of, const dns::answer_store& answers,
                      const rules& by, parsed_records& parsed,
                      terms_of_mail which) {
  return mail_check{of, answers, by, parsed, which}.run();
}

std::string to_text(const host_check& of, const envelope& about) {
  std::string text;
  for (const check_step& each : of.steps) {
    const std::string indent(2 * std::size_t{each.depth} - 2, ' ');
    append_paragraph(text, indent, each.text, indent + "    ");
  }
  const std::string helo =
      about.helo.empty() ? "" : ", HELO " + printable(about.helo);
  append_paragraph(text, "",
                   fmt::format("{}: {} from {}@{}{}", text_of(of.result),
                               about.client.to_string(),
                               printable(about.local_part),
                               about.domain.to_string(), helo),
                   2);
  if (!of.why.empty())
    append_paragraph(text, "  ", of.why, 4);
  return text;
}

} // namespace spfblock::spf
