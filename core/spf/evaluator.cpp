#include "core/spf/evaluator.hpp"

#include "core/spf/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::spf {

// Records ------------------------------------------------------------------

/// Evaluates the record of `domain` for the addresses `undecided`.
/// @param via the term that led here; null at the top
evaluator::record_result evaluator::visit(const dns::name& domain,
                                          const place* via, cohorts undecided) {
  budget_.spend_record();
  account_.begin_record(domain, via ? std::optional{via->term} : std::nullopt);

  record_result result;
  const std::string* const text = select(domain, via, undecided, result);
  if (text == nullptr)
    return result;

  const record& parsed = parsed_.find(domain, *text);
  budget_.spend_terms(parsed.terms.size());
  std::vector<net::ip_prefix> too_wide;
  families waiting;
  if (via == nullptr)
    return walk(parsed, {domain, 1, true, nullptr, &too_wide, &waiting},
                std::move(undecided));
  const frame& from = via->record;
  return walk(
      parsed,
      {domain, from.depth + 1, from.granting, &from, &too_wide, &waiting},
      std::move(undecided));
}

/// Finds the one SPF record of a domain.  Without it, settles what becomes of
/// `undecided`.
/// @return its text, or null
const std::string* evaluator::select(const dns::name& domain, const place* via,
                                     cohorts& undecided,
                                     record_result& result) {
  const auto refuse = [&](const std::string& why) {
    account_.unusable("permerror: " + why);
    result.not_passed = tally_.permerror(std::move(undecided));
    return nullptr;
  };

  const dns::question asked{domain, dns::rr_type::txt};
  const inquiry::lookup txt = dns_.ask(asked);
  if (txt.state == inquiry::availability::missing) {
    result.not_passed = std::move(undecided);
    return nullptr;
  }
  if (txt.state == inquiry::availability::over_limit)
    return refuse(dns_.limit());
  if (txt.given->status == dns::answer_status::failed) {
    account_.unusable("temperror: " + txt.given->reason);
    tally_.temperror(undecided, asked.to_string() + ": " + txt.given->reason);
    return nullptr;
  }

  account_.answered(txt.given->ttl);
  if (leads_astray(*txt.given, via)) {
    result.not_passed = std::move(undecided);
    return nullptr;
  }
  const selection found = select_records(*txt.given);
  if (found.count == 1)
    return found.first;
  if (found.count > 1)
    return refuse(fmt::format("{} SPF records", found.count));
  account_.no_record();
  result.no_record = true;
  result.not_passed = std::move(undecided);
  return nullptr;
}

/// Whether CNAMEs led to the record of a name that is not to be followed.
bool evaluator::leads_astray(const dns::answer& given, const place* via) {
  if (via != nullptr && !via->record.granting)
    return false;
  const auto named = std::find_if(
      given.aliases.begin(), given.aliases.end(),
      [&](const dns::name& each) { return !forbidden_by(each).empty(); });
  if (named == given.aliases.end())
    return false;
  const std::string why = fmt::format("not followed: it is an alias of {}: {}",
                                      named->to_string(), forbidden_by(*named));
  if (via != nullptr)
    account_.remark(via->term, why);
  else
    account_.unusable(why);
  return true;
}

/// The terms of a record from left to right, then its redirect (RFC 7208 §4.6,
/// §6.1).
evaluator::record_result evaluator::walk(const record& parsed,
                                         const frame& here, cohorts undecided) {
  record_result result;
  account::entry next = account_.begin_terms(parsed);
  if (in_error(parsed, next)) {
    result.not_passed = tally_.permerror(std::move(undecided));
    return result;
  }

  const redirect_modifier* redirect = nullptr;
  account::entry of_redirect;
  bool has_all = false;
  for (const term& each : parsed.terms) {
    const auto at = std::exchange(next, next.next());
    if (const auto* what = std::get_if<directive>(&each.value)) {
      has_all = has_all || what->mechanism == mechanism::all;
      apply(*what, {here, at}, undecided, result);
    } else if (const auto* to = std::get_if<redirect_modifier>(&each.value)) {
      redirect = to;
      of_redirect = at;
    } else if (const auto* as = std::get_if<ignored_modifier>(&each.value);
               as != nullptr && as->resembles) {
      account_.remark(at, fmt::format("a modifier, which means nothing; was {} "
                                      "with a colon meant?",
                                      to_string(*as->resembles)));
    }
  }
  if (redirect != nullptr && !has_all && !undecided.empty()) {
    follow(*redirect, {here, of_redirect}, std::move(undecided), result);
  } else {
    budget_.spend_work(result.not_passed.work_to_add(undecided));
    result.not_passed.add(std::move(undecided));
  }
  return result;
}

/// Whether syntax errors leave nothing of the record to evaluate (RFC 7208
/// §4.6).
bool evaluator::in_error(const record& parsed, account::entry first) {
  if (parsed.first_error() == nullptr)
    return false;
  for (const term& each : parsed.terms) {
    const auto at = std::exchange(first, first.next());
    if (const auto* fault = std::get_if<failure>(&each.value))
      account_.error(at, fmt::format("permerror: {} (octet {} of the record)",
                                     fault->message, fault->offset));
  }
  return !tally_.skips();
}

/// One directive: moves what it matches out of `undecided`.
void evaluator::apply(const directive& what, const place& at,
                      cohorts& undecided, record_result& result) {
  if (undecided.empty() || out_of_work(at, undecided))
    return;
  account_.reached(at.term);
  matches split = match(what, at, std::exchange(undecided, {}));
  undecided = std::move(split.unmatched);
  account_.counted(at.term, split.matched);
  account_.counted(at.term, undecided);
  if (split.matched.empty())
    return;

  const bool passes = what.qualifier == qualifier::pass;
  const bool lists = at.record.granting && what.mechanism != mechanism::include;
  const auto granted =
      lists ? account::decision::listed : account::decision::granted;
  account_.decided(at.term, passes ? granted : account::decision::refused,
                   split.matched);
  cohorts& to = passes ? result.passed : result.not_passed;
  spend_decision(split.matched, to, passes && lists);
  // What the listed domain's own record decides, the account alone has.
  if (at.record.from != nullptr)
    to.add(std::move(split.matched));
}

/// Whether so much was spent that the term is in error for everybody.
bool evaluator::out_of_work(const place& at, cohorts& undecided) {
  if (!budget_.is_spent())
    return false;
  undecided = tally_.permerror(at.term, std::move(undecided), over_work);
  return true;
}

/// What it takes to write down whom a term decides, and to add them to others.
void evaluator::spend_decision(const cohorts& whom, const cohorts& to,
                               bool lists) {
  const std::uint64_t count = whom.ranges();
  budget_.spend_work(whom.work_to_unite() + to.work_to_add(whom));
  if (!lists)
    return;
  budget_.spend_work(count + (count == 1
                                  ? weight_listed_ / cohorts::weight_at_once
                                  : ranges_listed_));
  ranges_listed_ += count;
  weight_listed_ += whom.weight();
}

/// redirect= (RFC 7208 §6.1): the other record's result is this record's.
void evaluator::follow(const redirect_modifier& what, const place& at,
                       cohorts undecided, record_result& result) {
  if (out_of_work(at, undecided)) {
    result.not_passed.add(std::move(undecided));
    return;
  }
  account_.reached(at.term);
  matches other = consult(what.target, at, matcher::leading::to_pass,
                          tally_.spend_dns_term(at.term, std::move(undecided)));
  account_.decided(at.term, account::decision::granted, other.matched);
  account_.counted(at.term, other.matched);
  account_.counted(at.term, other.unmatched);
  spend_decision(other.matched, result.passed, false);
  budget_.spend_work(result.not_passed.work_to_add(other.unmatched));
  result.passed.add(std::move(other.matched));
  result.not_passed.add(std::move(other.unmatched));
}

// Terms that lead to other records --------------------------------------------

matches evaluator::match(const directive& what, const place& at,
                         cohorts undecided) {
  if (what.mechanism != mechanism::include)
    return matcher_.match(what, at, std::move(undecided));
  frame here = at.record;
  here.granting = here.granting && what.qualifier == qualifier::pass;
  return consult(*what.target, {here, at.term},
                 matcher::leads(at, what.qualifier),
                 tally_.spend_dns_term(at.term, std::move(undecided)));
}

/// What the record that include or redirect names says: `matched` are those
/// that it passes.  No such record is a permerror (RFC 7208 §5.2, §6.1).
/// @param where a match may lead
matches evaluator::consult(const domain_spec& spec, const place& at,
                           matcher::leading where, cohorts undecided) {
  matches result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = spec.has_macro("v")
                            ? undecided.extract_if([family](const cohort& c) {
                                return c.family == family;
                              })
                            : std::exchange(undecided, {});
    if (concerned.empty())
      continue;
    const auto target = matcher_.target_of(spec, at, family);
    const bool passed_over = target ? may_not_follow(*target, at)
                                    : spec.unlistable_macro().has_value();
    if (spec.unlistable_macro()) // to a record that may have any macro
      matcher_.depend_on_mail(at, where, {true, true}, just(family), concerned);
    if (passed_over) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    record_result inner = target
                              ? enter(*target, at, std::move(concerned))
                              : record_result{{}, std::move(concerned), true};
    if (inner.no_record)
      inner.not_passed = tally_.permerror(at.term, std::move(inner.not_passed),
                                          "the domain named has no SPF record");
    result.matched.add(std::move(inner.passed));
    result.unmatched.add(std::move(inner.not_passed));
  }
  return result;
}

/// Whether the settings forbid to list what the record of `target` grants.
/// Where it cuts out it is followed: that lists less.
bool evaluator::may_not_follow(const dns::name& target, const place& at) {
  const std::string_view by = at.record.granting ? forbidden_by(target) : "";
  if (by.empty())
    return false;
  account_.remark(at.term, fmt::format("not followed: {}", by));
  return true;
}

/// Which setting forbids to follow into a name; empty: none.
std::string_view evaluator::forbidden_by(const dns::name& target) const {
  const auto is_among = [&target](const auto& names) {
    return names != nullptr &&
           std::binary_search(names->begin(), names->end(), target);
  };
  if (is_among(rules_.not_followed))
    return "allow.includes names it";
  return is_among(rules_.providers) ? "a provider (allow.providers)" : "";
}

/// Evaluates another record for the sake of a term, unless a bound is in the
/// way.
evaluator::record_result evaluator::enter(const dns::name& target,
                                          const place& at, cohorts undecided) {
  auto bound = budget_.exceeded_at(at.record.depth + 1);
  if (!bound && tally_.skips() && at.record.is_inside(target))
    bound = "a loop";
  if (!bound)
    return visit(target, &at, std::move(undecided));
  record_result result;
  result.not_passed = tally_.permerror(at.term, std::move(undecided), *bound);
  return result;
}

} // namespace spfblock::spf
