// The questions and the records of a call (RFC 7208 §4.4 to §4.6).
#include "core/spf/mail_check.hpp"

#include "core/spf/selection.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace spfblock::spf {
namespace {

constexpr const char* no_record = "the domain named has no SPF record";

} // namespace

/// What such an error makes of the record that it is in.
host_result mail_check::permerror(const std::string& why) {
  return tally_.permerror(why) == term_result::no_match
             ? host_result::neutral
             : host_result::permerror;
}

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

/// What the record of a domain says.
/// @param from the record that led here; null at the top
host_result mail_check::visit(const dns::name& domain, const frame* from,
                              bool granting) {
  budget_.spend_record();
  const frame here{domain, from == nullptr ? 1 : from->depth + 1, granting,
                   from, nullptr};
  const auto in_error = [&](const std::string& why) {
    tally_.note(here.depth, domain.to_string() + ": permerror: " + why);
    return permerror(why);
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
  tally_.note(here.depth,
              domain.to_string() + ": " +
                  printable_in_part(parsed.text, record::most_text));
  if (const failure* const fault = parsed.first_error();
      fault != nullptr && !tally_.skips())
    return in_error(fault->message);
  return walk(parsed, here);
}

/// The terms from left to right, then the redirect (§4.6.2, §4.7, §6.1).
host_result mail_check::walk(const record& parsed, const frame& here) {
  const auto redirect = std::find_if(
      parsed.terms.begin(), parsed.terms.end(), [](const term& each) {
        return std::holds_alternative<redirect_modifier>(each.value);
      });
  if (redirect != parsed.terms.end()) { // it counts, followed or not
    tally_.enter(redirect->text);
    const auto ended = tally_.spend_dns_term();
    tally_.leave();
    if (ended)
      return host_result::permerror;
  }
  bool has_all = false;
  for (const term& each : parsed.terms) {
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
  if (redirect == parsed.terms.end() || has_all)
    return host_result::neutral;
  const auto& to = std::get<redirect_modifier>(redirect->value).target;
  tally_.enter(redirect->text);
  const host_result result =
      names_what_no_label_has(to) ? permerror(no_record) : consult(to, here);
  tally_.leave();
  return result;
}

/// The result of the record that include or redirect names; that there is none
/// is a permerror (§5.2, §6.1).
host_result mail_check::consult(const domain_spec& spec, const frame& here) {
  const target to = target_of(spec, here);
  if (to.ended)
    return *to.ended == term_result::permerror ? host_result::permerror
                                               : host_result::neutral;
  if (!to.name)
    return permerror(no_record);
  if (here.granting && !rules_.forbids(*to.name).empty()) {
    tally_.note(here.depth,
                fmt::format("not followed: {}", rules_.forbids(*to.name)));
    return host_result::neutral;
  }
  auto bound = budget_.exceeded_at(here.depth + 1);
  if (!bound && tally_.skips() && here.is_inside(*to.name))
    bound = "a loop";
  if (bound)
    return permerror(*bound);
  const std::string expanded = expanded_;
  const host_result result = visit(*to.name, &here, here.granting);
  expanded_ = expanded;
  return result == host_result::none ? permerror(no_record) : result;
}

/// Whether CNAMEs led to the record of a name that is not to be followed.
bool mail_check::leads_astray(const dns::answer& given, const frame* from) {
  return (from == nullptr || from->granting) &&
         std::any_of(given.aliases.begin(), given.aliases.end(),
                     [&](const dns::name& each) {
                       return !rules_.forbids(each).empty();
                     });
}

host_check check_host(const envelope& of, const dns::answer_store& answers,
                      const rules& by, parsed_records& parsed,
                      terms_of_mail which) {
  return mail_check{of, answers, by, parsed, which}.run();
}

} // namespace spfblock::spf
