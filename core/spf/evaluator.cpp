#include "core/spf/evaluator.hpp"

#include "core/spf/network_run.hpp"
#include "core/spf/run_counts.hpp"
#include "core/spf/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace spfblock::spf {
namespace {

/// So many networks one behind the other are cheaper to match together.
constexpr std::size_t shortest_run = 16;

} // namespace

// Records ------------------------------------------------------------------

/// Evaluates the record of `domain` for the addresses `undecided`.
/// @param via the term that led here; null at the top
evaluator::record_result evaluator::visit(const dns::name& domain,
                                          const place* via, cohorts undecided) {
  budget_.spend_record();
  account_.begin_record(domain, via ? std::optional{via->term} : std::nullopt,
                        via != nullptr && via->is_redirect);

  record_result result;
  const std::string* const text = select(domain, via, undecided, result);
  if (text == nullptr)
    return result;

  const auto held = parsed_.find(domain, *text);
  const record& parsed = *held;
  budget_.spend_terms(parsed.terms.size());
  spend_parsing(domain, parsed);
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

/// What it costs to parse a record, as if none had been parsed before this
/// evaluation: so that it costs the same whoever came first.
void evaluator::spend_parsing(const dns::name& domain, const record& parsed) {
  if (read_.contains(domain))
    return;
  budget_.spend_parsing(parsed.text.size());
  const std::size_t bytes = parsed.bytes();
  if (read_bytes_ + bytes > parsed_records::most_bytes) {
    read_.clear();
    read_bytes_ = 0;
  }
  read_bytes_ += bytes;
  read_.insert(domain);
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
      [&](const dns::name& each) { return !rules_.forbids(each).empty(); });
  if (named == given.aliases.end())
    return false;
  const std::string why =
      fmt::format("not followed: it is an alias of {}: {}", named->to_string(),
                  rules_.forbids(*named));
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
  tell_ignored(parsed, next);
  if (in_error(parsed, next)) {
    result.not_passed = tally_.permerror(std::move(undecided));
    return result;
  }

  const redirection at_end = redirection_of(parsed, next);
  if (at_end.to != nullptr) // it counts, followed or not
    undecided = tally_.spend_dns_term(at_end.at, std::move(undecided));
  bool has_all = false;
  std::size_t end_of_run = 0; // of terms that were looked at for one
  for (std::size_t i = 0; i < parsed.terms.size(); ++i) {
    const term& each = parsed.terms[i];
    const auto at = std::exchange(next, next.next());
    if (const auto* what = std::get_if<directive>(&each.value)) {
      has_all = has_all || what->mechanism == mechanism::all;
      if (i >= end_of_run) {
        end_of_run = run_from(parsed, i, here);
        if (end_of_run - i >= shortest_run) {
          apply_run(parsed, i, end_of_run, {here, at}, undecided, result);
          for (; i + 1 < end_of_run; ++i)
            next = next.next();
          continue;
        }
      }
      apply(*what, {here, at}, undecided, result);
    }
  }
  if (at_end.to != nullptr && !has_all && !undecided.empty()) {
    follow(*at_end.to, {here, at_end.at, true}, std::move(undecided), result);
  } else {
    budget_.spend_work(result.not_passed.work_to_add(undecided));
    result.not_passed.add(std::move(undecided));
  }
  return result;
}

/// Its redirect=, if it has one.
/// @param first the entry of its first term
evaluator::redirection evaluator::redirection_of(const record& parsed,
                                                 account::entry first) {
  for (const term& each : parsed.terms) {
    const auto at = std::exchange(first, first.next());
    if (const auto* to = std::get_if<redirect_modifier>(&each.value))
      return {to, at};
  }
  return {};
}

/// Modifiers that look like a mistake.
void evaluator::tell_ignored(const record& parsed, account::entry first) {
  for (const term& each : parsed.terms) {
    const auto at = std::exchange(first, first.next());
    const auto* const as = std::get_if<ignored_modifier>(&each.value);
    if (as != nullptr && as->resembles && account_.takes_remarks(at))
      account_.remark(at, fmt::format("a modifier, which means nothing; was {} "
                                      "with a colon meant?",
                                      to_string(*as->resembles)));
  }
}

/// Whether syntax errors leave nothing of the record to evaluate (RFC 7208
/// §4.6).
bool evaluator::in_error(const record& parsed, account::entry first) {
  if (parsed.first_error() == nullptr)
    return false;
  for (const term& each : parsed.terms) {
    const auto at = std::exchange(first, first.next());
    if (const auto* fault = std::get_if<failure>(&each.value);
        fault != nullptr && account_.takes_remarks(at))
      account_.error(at, fmt::format("permerror: {} (octet {} of the record)",
                                     fault->message, fault->offset));
  }
  return !tally_.skips();
}

/// The end of the run of networks that begins with the term `first`, or just
/// `first`.
std::size_t evaluator::run_from(const record& parsed, std::size_t first,
                                const frame& here) const {
  const auto is_of_run = [&](const term& each) {
    const auto* const what = std::get_if<directive>(&each.value);
    return what != nullptr ? matcher_.is_of_run(*what, here)
                           : !std::holds_alternative<redirect_modifier>(
                                 each.value); // it does nothing
  };
  std::size_t end = first;
  while (end < parsed.terms.size() && is_of_run(parsed.terms[end]))
    ++end;
  return end;
}

/// The terms from `first` to `end`, which is behind the last: what apply() does
/// one by one.
/// @param at the first of them
void evaluator::apply_run(const record& parsed, std::size_t first,
                          std::size_t end, const place& at, cohorts& undecided,
                          record_result& result) {
  if (undecided.empty() || out_of_work(at, undecided))
    return;
  const auto directive_at = [&](std::size_t i) {
    return std::get_if<directive>(&parsed.terms[i].value);
  };
  network_run run;
  for (std::size_t i = first; i < end; ++i) {
    if (const auto* const what = directive_at(i))
      matcher_.add_to(run, *what, i, at.record);
  }
  std::uint64_t work = 0;
  network_run::decided made = run.take_from(undecided, work);
  budget_.spend_work(work);

  auto share = made.shares.begin();
  run_counts counts{made.endings, undecided};
  place here = at;
  for (std::size_t i = first; i < end && counts.anybody_at(i);
       ++i, here.term = here.term.next()) {
    const auto* const what = directive_at(i);
    if (what == nullptr)
      continue;
    account_.reached(here.term);
    matcher_.tell_of_run(*what, here);
    account_.counted_up_to(here.term, counts.dns_terms(),
                           counts.void_lookups());
    if (share != made.shares.end() && share->term == i)
      account_.decided(here.term, decision_of(*what, at.record), share++->whom);
  }
  spend_decision(made.passed, result.passed);
  spend_decision(made.refused, result.not_passed);
  if (at.record.from != nullptr) {
    result.passed.add(std::move(made.passed));
    result.not_passed.add(std::move(made.refused));
  }
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

  account_.decided(at.term, decision_of(what, at.record), split.matched);
  cohorts& to =
      what.qualifier == qualifier::pass ? result.passed : result.not_passed;
  spend_decision(split.matched, to);
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

/// What a directive decides for those whom it matches.
account::decision evaluator::decision_of(const directive& what,
                                         const frame& here) const {
  if (what.qualifier != qualifier::pass)
    return account::decision::refused;
  return here.granting && what.mechanism != mechanism::include
             ? account::decision::listed
             : account::decision::granted;
}

/// What it takes to write down whom a term decides, and to add them to others.
void evaluator::spend_decision(const cohorts& whom, const cohorts& to) {
  budget_.spend_work(2 * whom.work_to_unite() + to.work_to_add(whom));
}

/// redirect= (RFC 7208 §6.1): the other record's result is this record's.
void evaluator::follow(const redirect_modifier& what, const place& at,
                       cohorts undecided, record_result& result) {
  if (out_of_work(at, undecided)) {
    result.not_passed.add(std::move(undecided));
    return;
  }
  account_.reached(at.term);
  matches other =
      consult(what.target, at, matcher::leading::to_pass, std::move(undecided));
  account_.decided(at.term, account::decision::granted, other.matched);
  account_.counted(at.term, other.matched);
  account_.counted(at.term, other.unmatched);
  spend_decision(other.matched, result.passed);
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
  const bool is_by_family = spec.has_macro("v");
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = is_by_family
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
      matcher_.depend_on_mail(
          at, where, {true, true},
          is_by_family ? just(family) : families{true, true}, concerned);
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
  const std::string_view by = at.record.granting ? rules_.forbids(target) : "";
  if (by.empty())
    return false;
  account_.remark(at.term, fmt::format("not followed: {}", by));
  return true;
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
