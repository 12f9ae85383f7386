#include "core/spf/evaluation.hpp"

#include "core/dns/query_account.hpp"
#include "core/spf/cohort.hpp"
#include "core/spf/inquiry.hpp"
#include "core/spf/matcher.hpp"
#include "core/spf/selection.hpp"
#include "core/spf/tally.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace spfblock::spf {
namespace {

/// What became of the addresses that one record was asked about.  Those that
/// ran into an error are in none of the two.
struct record_result {
  cohorts passed;
  cohorts not_passed;
  std::vector<grant> grants;
  bool no_record = false; ///< "none": all are in `not_passed` then
};

void append(std::vector<grant>& to, std::vector<grant> others) {
  if (to.empty())
    to = std::move(others);
  else
    std::move(others.begin(), others.end(), std::back_inserter(to));
}

/// The record being walked through.
struct frame {
  const dns::name& domain;
  std::size_t first_term = 0; ///< of its terms, of all that are visited
  unsigned depth = 1;         ///< 1: the listed domain's own record
  /// Whether a pass of this record is a pass of the listed domain: every
  /// include on the way is qualified by `+`.
  bool granting = true;
  const frame* from = nullptr; ///< the record that led here
};

/// The addresses that one mechanism matches, and the others that go on.
struct match_result {
  cohorts matched;
  cohorts unmatched;
  std::vector<grant> grants; ///< of an include: who granted `matched`
};

class evaluator {
public:
  /// @param writes whether the expansion is wanted, not just what is missing
  evaluator(const dns::name& domain, const dns::answer_store& answers,
            const rules& by, parsed_records& parsed, bool writes)
      : dns_{answers, by.dns_queries},
        rules_{by},
        parsed_{parsed},
        writes_{writes},
        tally_{by, out_, writes_},
        matcher_{dns_, by, tally_, out_} {
    out_.domain = domain;
  }

  expansion run();
  std::vector<dns::question> questions();

private:
  record_result visit(const dns::name& domain, std::optional<std::size_t> via,
                      cohorts undecided, const frame* from);
  const std::string* select(const dns::name& domain, cohorts& undecided,
                            record_result& result);
  record_result walk(const record& parsed, const frame& here,
                     cohorts undecided);
  void apply(const directive& what, std::size_t term, const frame& here,
             cohorts& undecided, record_result& result);
  void follow(const redirect_modifier& what, std::size_t term,
              const frame& here, cohorts undecided, record_result& result);

  match_result match(const directive& what, std::size_t term, const frame& here,
                     cohorts undecided);
  match_result consult(const domain_spec& spec, std::size_t term,
                       const frame& from, cohorts undecided);
  bool may_not_follow(const dns::name& target, std::size_t term,
                      const frame& from);
  record_result enter(const dns::name& target, std::size_t term,
                      const frame& from, cohorts undecided);

  [[nodiscard]] static bool loops(const dns::name& target, const frame& from);
  void note_terms(const record& parsed);

  inquiry dns_;
  const rules& rules_;
  parsed_records& parsed_;
  const bool writes_; ///< down what becomes of records and terms, in `out_`
  expansion out_;
  std::size_t records_ = 0; ///< visited so far
  std::size_t terms_ = 0;   ///< of these
  tally tally_;
  matcher matcher_;
};

// Records ------------------------------------------------------------------

expansion evaluator::run() {
  record_result whole =
      visit(out_.domain, std::nullopt, cohorts::everybody(), nullptr);

  if (!out_.temperror.empty())
    out_.outcome = outcome::temperror;
  else if (whole.no_record)
    out_.outcome = outcome::no_record;

  const bool nothing =
      rules_.on_permerror == on_permerror::list_void && !out_.permerror.empty();
  if (!nothing) {
    out_.grants = std::move(whole.grants);
    out_.pass = whole.passed.addresses();
  }
  out_.missing = dns_.missing();
  out_.questions = dns_.questions();
  out_.ttl = dns_.ttl();
  return std::move(out_);
}

std::vector<dns::question> evaluator::questions() {
  visit(out_.domain, std::nullopt, cohorts::everybody(), nullptr);
  return dns_.missing();
}

/// Evaluates the record of `domain` for the addresses `undecided`.
record_result evaluator::visit(const dns::name& domain,
                               std::optional<std::size_t> via,
                               cohorts undecided, const frame* from) {
  ++records_;
  if (writes_)
    out_.records.push_back({domain, via, {}, 0, {}});

  record_result result;
  const std::string* const text = select(domain, undecided, result);
  if (text == nullptr)
    return result;

  const frame here{domain, terms_, from ? from->depth + 1 : 1,
                   !from || from->granting, from};
  const record& parsed = parsed_.find(domain, *text);
  note_terms(parsed);
  return walk(parsed, here, std::move(undecided));
}

void evaluator::note_terms(const record& parsed) {
  terms_ += parsed.terms.size();
  if (!writes_)
    return;
  for (const term& each : parsed.terms) {
    term_visit& at = out_.terms.emplace_back();
    at.record = out_.records.size() - 1;
    at.text = each.text;
    at.offset = each.offset;
  }
  out_.records.back().text = printable(parsed.text, parsed.text.size());
}

/// Finds the one SPF record of a domain.  Without it, settles what becomes of
/// `undecided`.
/// @return its text, or null
const std::string* evaluator::select(const dns::name& domain,
                                     cohorts& undecided,
                                     record_result& result) {
  const auto tell = [this](const std::string& error) {
    if (writes_)
      out_.records.back().error = error;
  };
  const auto refuse = [&](const std::string& why) {
    tell("permerror: " + why);
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
    return refuse(dns::over_dns_queries);
  if (txt.given->status == dns::answer_status::failed) {
    tell("temperror: " + txt.given->reason);
    tally_.temperror(undecided, asked.to_string() + ": " + txt.given->reason);
    return nullptr;
  }

  if (writes_)
    out_.records.back().ttl = txt.given->ttl;
  const selection found = select_records(*txt.given);
  if (found.count == 1)
    return found.first;
  if (found.count > 1)
    return refuse(fmt::format("{} SPF records", found.count));
  tell("no SPF record");
  result.no_record = true;
  result.not_passed = std::move(undecided);
  return nullptr;
}

/// The terms of a record from left to right, then its redirect (RFC 7208 §4.6,
/// §6.1).
record_result evaluator::walk(const record& parsed, const frame& here,
                              cohorts undecided) {
  record_result result;
  const redirect_modifier* redirect = nullptr;
  std::size_t redirect_term = 0;
  bool has_all = false;

  std::size_t index = here.first_term;
  if (parsed.first_error() != nullptr && !tally_.skips()) {
    for (const term& each : parsed.terms) {
      if (const auto* fault = std::get_if<failure>(&each.value))
        tally_.syntax_error(index, *fault);
      ++index;
    }
    result.not_passed = tally_.permerror(std::move(undecided));
    return result;
  }

  for (const term& each : parsed.terms) {
    if (const auto* fault = std::get_if<failure>(&each.value)) {
      tally_.syntax_error(index, *fault);
    } else if (const auto* what = std::get_if<directive>(&each.value)) {
      has_all = has_all || what->mechanism == mechanism::all;
      apply(*what, index, here, undecided, result);
    } else if (const auto* to = std::get_if<redirect_modifier>(&each.value)) {
      redirect = to;
      redirect_term = index;
    }
    ++index;
  }
  if (redirect != nullptr && !has_all && !undecided.empty())
    follow(*redirect, redirect_term, here, std::move(undecided), result);
  else
    result.not_passed.add(std::move(undecided));
  return result;
}

/// One directive: moves what it matches out of `undecided`.
void evaluator::apply(const directive& what, std::size_t term,
                      const frame& here, cohorts& undecided,
                      record_result& result) {
  if (undecided.empty())
    return;
  if (writes_) {
    out_.terms[term].reached = true;
    out_.terms[term].is_all = what.mechanism == mechanism::all;
  }
  match_result outcome = match(what, term, here, std::exchange(undecided, {}));
  undecided = std::move(outcome.unmatched);
  tally_.note_counts(term, outcome.matched);
  tally_.note_counts(term, undecided);
  if (outcome.matched.empty())
    return;
  if (!writes_) {
    // What the listed domain's own record passes is asked about no more.
    if (what.qualifier == qualifier::pass && here.depth > 1)
      result.passed.add(std::move(outcome.matched));
    else if (here.depth > 1)
      result.not_passed.add(std::move(outcome.matched));
    return;
  }

  net::address_set decided = outcome.matched.addresses();
  if (what.qualifier == qualifier::pass) {
    if (what.mechanism != mechanism::include)
      result.grants.push_back({term, decided});
    out_.terms[term].granted = std::move(decided);
    append(result.grants, std::move(outcome.grants));
    result.passed.add(std::move(outcome.matched));
  } else {
    out_.terms[term].refused = std::move(decided);
    result.not_passed.add(std::move(outcome.matched));
  }
}

/// redirect= (RFC 7208 §6.1): the other record's result is this record's.
void evaluator::follow(const redirect_modifier& what, std::size_t term,
                       const frame& here, cohorts undecided,
                       record_result& result) {
  if (writes_)
    out_.terms[term].reached = true;
  match_result other =
      consult(what.target, term, here,
              tally_.spend_dns_term(term, std::move(undecided)));
  if (writes_)
    out_.terms[term].granted = other.matched.addresses();
  tally_.note_counts(term, other.matched);
  tally_.note_counts(term, other.unmatched);
  result.passed.add(std::move(other.matched));
  result.not_passed.add(std::move(other.unmatched));
  append(result.grants, std::move(other.grants));
}

/// What the record that include or redirect names says: `matched` are those
/// that it passes.  No such record is a permerror (RFC 7208 §5.2, §6.1).
match_result evaluator::consult(const domain_spec& spec, std::size_t term,
                                const frame& from, cohorts undecided) {
  match_result result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = spec.depends_on_family()
                            ? undecided.extract_if([family](const cohort& c) {
                                return c.family == family;
                              })
                            : std::exchange(undecided, {});
    if (concerned.empty())
      continue;
    const auto target = matcher_.target_of(spec, term, from.domain, family);
    const bool passed_over = target ? may_not_follow(*target, term, from)
                                    : spec.unlistable_macro().has_value();
    if (passed_over) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    record_result inner =
        target ? enter(*target, term, from, std::move(concerned))
               : record_result{{}, std::move(concerned), {}, true};
    if (inner.no_record)
      inner.not_passed = tally_.permerror(term, std::move(inner.not_passed),
                                          "the domain named has no SPF record");
    result.matched.add(std::move(inner.passed));
    result.unmatched.add(std::move(inner.not_passed));
    append(result.grants, std::move(inner.grants));
  }
  return result;
}

/// Whether the settings forbid to list what the record of `target` grants.
/// Where it cuts out it is followed: that lists less.
bool evaluator::may_not_follow(const dns::name& target, std::size_t term,
                               const frame& from) {
  if (!from.granting || rules_.not_followed == nullptr ||
      !std::binary_search(rules_.not_followed->begin(),
                          rules_.not_followed->end(), target))
    return false;
  tally_.remark(term, "not followed: allow.includes names it");
  return true;
}

/// Evaluates another record for the sake of a term, unless a bound is in the
/// way.
record_result evaluator::enter(const dns::name& target, std::size_t term,
                               const frame& from, cohorts undecided) {
  const auto refuse = [&](const std::string& why) {
    record_result result;
    result.not_passed = tally_.permerror(term, std::move(undecided), why);
    return result;
  };
  const unsigned deepest =
      std::min(rules_.depth.value_or(record_depth_limit), record_depth_limit);
  if (from.depth >= deepest)
    return refuse(fmt::format("over {} records deep", deepest));
  if (records_ >= record_visit_limit)
    return refuse(fmt::format("over {} records visited", record_visit_limit));
  if (terms_ >= term_visit_limit)
    return refuse(fmt::format("over {} terms visited", term_visit_limit));
  if (tally_.skips() && loops(target, from))
    return refuse("a loop");
  return visit(target, term, std::move(undecided), &from);
}

/// Whether the record of `target` is being evaluated already.
bool evaluator::loops(const dns::name& target, const frame& from) {
  for (const frame* at = &from; at != nullptr; at = at->from) {
    if (at->domain == target)
      return true;
  }
  return false;
}

match_result evaluator::match(const directive& what, std::size_t term,
                              const frame& here, cohorts undecided) {
  if (what.mechanism == mechanism::include) {
    frame inside = here;
    inside.granting = here.granting && what.qualifier == qualifier::pass;
    return consult(*what.target, term, inside,
                   tally_.spend_dns_term(term, std::move(undecided)));
  }
  matches split = matcher_.match(what, term, {here.domain, here.granting},
                                 std::move(undecided));
  return {std::move(split.matched), std::move(split.unmatched), {}};
}

} // namespace

expansion evaluate(const dns::name& domain, const dns::answer_store& answers,
                   const rules& by, parsed_records& parsed) {
  return evaluator{domain, answers, by, parsed, true}.run();
}

std::vector<dns::question> missing_answers(const dns::name& domain,
                                           const dns::answer_store& answers,
                                           const rules& by,
                                           parsed_records& parsed) {
  return evaluator{domain, answers, by, parsed, false}.questions();
}

} // namespace spfblock::spf
