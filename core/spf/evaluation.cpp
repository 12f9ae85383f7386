#include "core/spf/evaluation.hpp"

#include "core/spf/cohort.hpp"
#include "core/spf/record_parser.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <tsl/hopscotch_set.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace spfblock::spf {
namespace {

/// What became of the addresses that one record was asked about.  Those that
/// ran into an error are in none of the two.
struct record_result {
  cohorts passed;
  cohorts not_passed;
  std::vector<grant> grants;
  bool no_record = false; ///< "none": both are empty then
};

/// The record being walked through.
struct frame {
  dns::name domain;
  std::size_t first_term = 0; ///< of its terms in expansion::terms
  unsigned depth = 1;         ///< 1: the listed domain's own record
  /// Whether a pass of this record is a pass of the listed domain: every
  /// include on the way is qualified by `+`.
  bool granting = true;
};

/// The addresses that one mechanism matches, and the others that go on.
struct match_result {
  cohorts matched;
  cohorts unmatched;
  std::vector<grant> grants; ///< of an include: who granted `matched`
};

class evaluator {
public:
  evaluator(const dns::name& domain, const dns::answer_store& answers,
            const rules& by)
      : answers_{answers},
        rules_{by} {
    out_.domain = domain;
    out_.ttl = std::numeric_limits<std::uint32_t>::max();
  }

  expansion run();

private:
  enum class availability { found, missing, over_limit };
  struct lookup {
    availability state = availability::missing;
    const dns::answer* given = nullptr;
  };

  lookup ask(const dns::question& asked);

  record_result visit(const dns::name& domain, std::optional<std::size_t> via,
                      cohorts undecided, const frame* from);
  bool select(std::size_t index, cohorts& undecided, record_result& result);
  record_result walk(const record& parsed, const frame& here,
                     cohorts undecided);
  void apply(const directive& what, std::size_t term, const frame& here,
             cohorts& undecided, record_result& result);
  void follow(const redirect_modifier& what, std::size_t term,
              const frame& here, cohorts undecided, record_result& result);

  match_result match(const directive& what, std::size_t term, const frame& here,
                     cohorts undecided);
  match_result match_network(const directive& what, std::size_t term,
                             const frame& here, cohorts undecided);
  match_result match_hosts(const directive& what, std::size_t term,
                           const frame& here, cohorts undecided);
  match_result consult(const domain_spec& spec, std::size_t term,
                       const frame& from, cohorts undecided);
  record_result enter(const dns::name& target, std::size_t term,
                      const frame& from, cohorts undecided);

  /// The addresses that an `a` or `mx` term names for one family.
  struct hosts {
    net::address_set addresses;
    bool is_void = false;
    bool missing = false;
    std::string permerror; ///< the term ends so for whom it does not match
    std::string temperror;
  };
  hosts find_hosts(const directive& what, const dns::name& target,
                   net::family family);
  void add_addresses(hosts& to, const dns::name& host, const directive& what,
                     net::family family);
  std::vector<dns::name> exchanges(hosts& to, const dns::name& target);
  lookup ask_for(hosts& to, const dns::question& asked);

  std::optional<dns::name> target_of(const std::optional<domain_spec>& spec,
                                     std::size_t term, const frame& here,
                                     net::family family);
  bool too_wide(const directive& what, std::size_t term, const frame& here,
                net::family family, unsigned length);
  bool loops(const dns::name& target, std::size_t term) const;

  cohorts spend_dns_term(std::size_t term, const cohorts& undecided);
  cohorts spend_void_lookup(std::size_t term, const cohorts& unmatched);
  cohorts permerror(std::size_t term, cohorts concerned,
                    const std::string& why);
  void temperror(const cohorts& concerned, const std::string& why);
  void remark(std::size_t term, const std::string& text, bool in_error);
  void remark_fault(std::size_t term, const failure& fault);
  void note_counts(std::size_t term, const cohorts& after);
  bool skips() const { return rules_.on_permerror == on_permerror::skip; }

  const dns::answer_store& answers_;
  const rules& rules_;
  expansion out_;
  tsl::hopscotch_set<dns::question> asked_;
};

// Answers ------------------------------------------------------------------

evaluator::lookup evaluator::ask(const dns::question& asked) {
  if (!asked_.contains(asked)) {
    if (rules_.dns_queries && asked_.size() >= *rules_.dns_queries)
      return {availability::over_limit, nullptr};
    asked_.insert(asked);
    if (!answers_.find(asked))
      out_.missing.push_back(asked);
  }
  const dns::answer* given = answers_.find(asked);
  if (!given)
    return {availability::missing, nullptr};
  // A negative answer without SOA says nothing of its life time.
  if (given->status == dns::answer_status::records ||
      (given->is_void() && given->ttl > 0))
    out_.ttl = std::min(out_.ttl, given->ttl);
  return {availability::found, given};
}

// Errors and counts --------------------------------------------------------

void evaluator::remark(std::size_t term, const std::string& text,
                       bool in_error) {
  term_visit& at = out_.terms[term];
  if (std::find(at.remarks.begin(), at.remarks.end(), text) == at.remarks.end())
    at.remarks.push_back(text);
  at.in_error = at.in_error || in_error;
}

void evaluator::remark_fault(std::size_t term, const failure& fault) {
  remark(term,
         fmt::format("permerror: {} (octet {} of the record)", fault.message,
                     fault.offset),
         true);
}

/// @return those that go on as if the term were not there: all if errors are
///         passed over, otherwise none
cohorts evaluator::permerror(std::size_t term, cohorts concerned,
                             const std::string& why) {
  if (concerned.empty())
    return concerned;
  remark(term, "permerror: " + why, true);
  if (skips())
    return concerned;
  out_.permerror |= concerned.addresses();
  return {};
}

void evaluator::temperror(const cohorts& concerned, const std::string& why) {
  if (concerned.empty())
    return;
  out_.temperror |= concerned.addresses();
  if (out_.reason.empty())
    out_.reason = why;
}

void evaluator::note_counts(std::size_t term, const cohorts& after) {
  term_visit& at = out_.terms[term];
  at.dns_terms = std::max(at.dns_terms, after.most_dns_terms());
  at.void_lookups = std::max(at.void_lookups, after.most_void_lookups());
}

/// Counts a term that causes DNS queries (RFC 7208 §4.6.4).
/// @return those that may have it evaluated
cohorts evaluator::spend_dns_term(std::size_t term, const cohorts& undecided) {
  cohorts counted = undecided.counted(1, 0);
  note_counts(term, counted);
  if (skips())
    return counted;
  cohorts over = counted.extract_if(
      [](const cohort& c) { return c.dns_terms > dns_term_limit; });
  permerror(
      term, std::move(over),
      fmt::format("over {} terms that cause DNS queries", dns_term_limit));
  return counted;
}

/// Counts a void lookup for those that the term did not match.
/// @return those that go on
cohorts evaluator::spend_void_lookup(std::size_t term,
                                     const cohorts& unmatched) {
  cohorts counted = unmatched.counted(0, 1);
  note_counts(term, counted);
  if (skips())
    return counted;
  cohorts over = counted.extract_if(
      [](const cohort& c) { return c.void_lookups > void_lookup_limit; });
  permerror(term, std::move(over),
            fmt::format("over {} void lookups", void_lookup_limit));
  return counted;
}

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
  out_.questions = asked_.size();
  if (out_.ttl == std::numeric_limits<std::uint32_t>::max())
    out_.ttl = 0;
  return std::move(out_);
}

/// Evaluates the record of `domain` for the addresses `undecided`.
record_result evaluator::visit(const dns::name& domain,
                               std::optional<std::size_t> via,
                               cohorts undecided, const frame* from) {
  const std::size_t index = out_.records.size();
  out_.records.push_back({domain, via, {}, 0, {}});

  record_result result;
  if (!select(index, undecided, result))
    return result;

  const record parsed = parse_record(out_.records[index].text);
  out_.records[index].text = printable(parsed.text, parsed.text.size());
  frame here{domain, out_.terms.size(), 1, true};
  if (from != nullptr) {
    here.depth = from->depth + 1;
    here.granting = from->granting;
  }
  for (const term& each : parsed.terms) {
    term_visit& at = out_.terms.emplace_back();
    at.record = index;
    at.text = each.text;
    at.offset = each.offset;
  }
  return walk(parsed, here, std::move(undecided));
}

/// Finds the one SPF record of a domain (RFC 7208 §4.4, §4.5) and leaves its
/// text in the visit.  Otherwise settles what becomes of `undecided`.
/// @return whether there is a record
bool evaluator::select(std::size_t index, cohorts& undecided,
                       record_result& result) {
  const dns::question asked{out_.records[index].domain, dns::rr_type::txt};
  const lookup txt = ask(asked);
  record_visit& at = out_.records[index];
  const auto refuse = [&](const std::string& why) {
    at.error = "permerror: " + why;
    if (skips())
      result.not_passed = std::move(undecided);
    else
      out_.permerror |= undecided.addresses();
    return false;
  };

  if (txt.state == availability::missing) {
    result.not_passed = std::move(undecided);
    return false;
  }
  if (txt.state == availability::over_limit)
    return refuse("over dns_queries, the limit of questions for a domain");
  if (txt.given->status == dns::answer_status::failed) {
    at.error = "temperror: " + txt.given->reason;
    temperror(undecided, asked.to_string() + ": " + txt.given->reason);
    return false;
  }

  at.ttl = txt.given->ttl;
  std::size_t found = 0;
  for (const std::string& text : txt.given->texts) {
    if (is_spf_record(text) && ++found == 1)
      at.text = text;
  }
  if (found == 1)
    return true;
  at.text.clear();
  if (found > 1)
    return refuse(fmt::format("{} SPF records", found));
  at.error = "no SPF record";
  result.no_record = true;
  return false;
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
  if (parsed.first_error() != nullptr && !skips()) {
    for (const term& each : parsed.terms) {
      if (const auto* fault = std::get_if<failure>(&each.value))
        remark_fault(index, *fault);
      ++index;
    }
    out_.permerror |= undecided.addresses();
    return result;
  }

  for (const term& each : parsed.terms) {
    if (const auto* fault = std::get_if<failure>(&each.value)) {
      remark_fault(index, *fault);
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
  out_.terms[term].reached = true;
  out_.terms[term].is_all = what.mechanism == mechanism::all;
  match_result outcome = match(what, term, here, std::exchange(undecided, {}));
  undecided = std::move(outcome.unmatched);
  note_counts(term, outcome.matched);
  note_counts(term, undecided);
  if (outcome.matched.empty())
    return;

  net::address_set decided = outcome.matched.addresses();
  if (what.qualifier == qualifier::pass) {
    if (what.mechanism != mechanism::include)
      outcome.grants.push_back({term, decided});
    out_.terms[term].granted |= decided;
    std::move(outcome.grants.begin(), outcome.grants.end(),
              std::back_inserter(result.grants));
    result.passed.add(std::move(outcome.matched));
  } else {
    out_.terms[term].refused |= decided;
    result.not_passed.add(std::move(outcome.matched));
  }
}

/// redirect= (RFC 7208 §6.1): the other record's result is this record's.
void evaluator::follow(const redirect_modifier& what, std::size_t term,
                       const frame& here, cohorts undecided,
                       record_result& result) {
  out_.terms[term].reached = true;
  match_result other =
      consult(what.target, term, here, spend_dns_term(term, undecided));
  out_.terms[term].granted |= other.matched.addresses();
  note_counts(term, other.matched);
  note_counts(term, other.unmatched);
  result.passed.add(std::move(other.matched));
  result.not_passed.add(std::move(other.unmatched));
  std::move(other.grants.begin(), other.grants.end(),
            std::back_inserter(result.grants));
}

/// What the record that include or redirect names says: `matched` are those
/// that it passes.  No such record is a permerror (RFC 7208 §5.2, §6.1).
match_result evaluator::consult(const domain_spec& spec, std::size_t term,
                                const frame& from, cohorts undecided) {
  match_result result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = undecided.extract_if([&](const cohort& c) {
      return c.family == family || !spec.depends_on_family();
    });
    if (concerned.empty())
      continue;
    const auto target = target_of(spec, term, from, family);
    if (!target && spec.unlistable_macro()) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    record_result inner = target ? enter(*target, term, from, concerned)
                                 : record_result{{}, {}, {}, true};
    if (inner.no_record)
      result.unmatched.add(permerror(term, std::move(concerned),
                                     "the domain named has no SPF record"));
    result.matched.add(std::move(inner.passed));
    result.unmatched.add(std::move(inner.not_passed));
    std::move(inner.grants.begin(), inner.grants.end(),
              std::back_inserter(result.grants));
  }
  return result;
}

/// Evaluates another record for the sake of a term, unless a bound is in the
/// way.
record_result evaluator::enter(const dns::name& target, std::size_t term,
                               const frame& from, cohorts undecided) {
  const auto refuse = [&](const std::string& why) {
    record_result result;
    result.not_passed = permerror(term, std::move(undecided), why);
    return result;
  };
  const unsigned deepest =
      std::min(rules_.depth.value_or(record_depth_limit), record_depth_limit);
  if (from.depth >= deepest)
    return refuse(fmt::format("over {} records deep", deepest));
  if (out_.records.size() >= record_visit_limit)
    return refuse(fmt::format("over {} records visited", record_visit_limit));
  if (skips() && loops(target, term))
    return refuse("a loop");
  return visit(target, term, std::move(undecided), &from);
}

/// Whether the record of `target` is being evaluated already.
bool evaluator::loops(const dns::name& target, std::size_t term) const {
  std::optional<std::size_t> at = term;
  while (at) {
    const record_visit& visited = out_.records[out_.terms[*at].record];
    if (visited.domain == target)
      return true;
    at = visited.via;
  }
  return false;
}

// Mechanisms ---------------------------------------------------------------

match_result evaluator::match(const directive& what, std::size_t term,
                              const frame& here, cohorts undecided) {
  switch (what.mechanism) {
  case mechanism::all:
  case mechanism::ip4:
  case mechanism::ip6:
    return match_network(what, term, here, std::move(undecided));
  case mechanism::a:
  case mechanism::mx:
    return match_hosts(what, term, here, spend_dns_term(term, undecided));
  case mechanism::include: {
    frame inside = here;
    inside.granting = here.granting && what.qualifier == qualifier::pass;
    return consult(*what.target, term, inside, spend_dns_term(term, undecided));
  }
  case mechanism::ptr:
    remark(term, "not listable: ptr asks for the client's host name", false);
    return {{}, spend_dns_term(term, undecided), {}};
  case mechanism::exists:
    remark(term, "not listable: exists names no addresses", false);
    return {{}, spend_dns_term(term, undecided), {}};
  }
  return {};
}

/// Whether the term would grant a network that is wider than the limit.
bool evaluator::too_wide(const directive& what, std::size_t term,
                         const frame& here, net::family family,
                         unsigned length) {
  const bool is_ipv4 = family == net::family::ipv4;
  const auto widest = is_ipv4 ? rules_.widest_ipv4 : rules_.widest_ipv6;
  if (!here.granting || what.qualifier != qualifier::pass || !widest ||
      length >= *widest)
    return false;
  remark(term,
         fmt::format("too wide: {}/{} (widest_{} is {})",
                     is_ipv4 ? "IPv4 " : "IPv6 ", length,
                     is_ipv4 ? "ipv4" : "ipv6", *widest),
         false);
  return true;
}

/// all, ip4, ip6 (RFC 7208 §5.1, §5.6).
match_result evaluator::match_network(const directive& what, std::size_t term,
                                      const frame& here, cohorts undecided) {
  net::address_set named;
  if (what.mechanism == mechanism::all) {
    for (const auto family : {net::family::ipv4, net::family::ipv6}) {
      if (!too_wide(what, term, here, family, 0))
        named |= net::address_set::everything(family);
    }
  } else if (!what.matches_nothing &&
             !too_wide(what, term, here, what.network.family(),
                       what.network.length())) {
    named = net::address_set{what.network};
  }
  cohorts matched = undecided.extract(named);
  return {std::move(matched), std::move(undecided), {}};
}

/// The name that a term is about, for clients of one family; none if it is not
/// listable (then there is a remark) or no domain name (RFC 7208 §4.8).
std::optional<dns::name>
evaluator::target_of(const std::optional<domain_spec>& spec, std::size_t term,
                     const frame& here, net::family family) {
  if (!spec)
    return here.domain;
  if (const auto which = spec->unlistable_macro()) {
    remark(term, "not listable: the macro " + *which + " depends on the mail",
           false);
    return std::nullopt;
  }
  auto target = spec->expand({here.domain, out_.domain, family});
  if (!target) {
    remark(term, target.error().message, false);
    return std::nullopt;
  }
  return *std::move(target);
}

/// a, mx (RFC 7208 §5.3, §5.4).
match_result evaluator::match_hosts(const directive& what, std::size_t term,
                                    const frame& here, cohorts undecided) {
  match_result result;
  for (const auto family : {net::family::ipv4, net::family::ipv6}) {
    cohorts concerned = undecided.extract_if(
        [family](const cohort& c) { return c.family == family; });
    if (concerned.empty())
      continue;
    const auto target = target_of(what.target, term, here, family);
    const unsigned length = family == net::family::ipv4 ? what.ip4_cidr_length
                                                        : what.ip6_cidr_length;
    if (!target || too_wide(what, term, here, family, length)) {
      result.unmatched.add(std::move(concerned));
      continue;
    }
    const hosts named = find_hosts(what, *target, family);
    result.matched.add(concerned.extract(named.addresses));
    if (!named.permerror.empty()) {
      result.unmatched.add(
          permerror(term, std::move(concerned), named.permerror));
    } else if (!named.temperror.empty()) {
      remark(term, "temperror: " + named.temperror, true);
      temperror(concerned, named.temperror);
    } else if (named.is_void && !named.missing) {
      result.unmatched.add(spend_void_lookup(term, concerned));
    } else {
      result.unmatched.add(std::move(concerned));
    }
  }
  return result;
}

evaluator::hosts evaluator::find_hosts(const directive& what,
                                       const dns::name& target,
                                       net::family family) {
  hosts found;
  if (what.mechanism == mechanism::a) {
    add_addresses(found, target, what, family);
  } else {
    for (const dns::name& host : exchanges(found, target))
      add_addresses(found, host, what, family);
  }
  return found;
}

/// Asks, and notes in `to` what an answer other than records means.
evaluator::lookup evaluator::ask_for(hosts& to, const dns::question& asked) {
  const lookup got = ask(asked);
  switch (got.state) {
  case availability::missing: to.missing = true; break;
  case availability::over_limit:
    to.permerror = "over dns_queries, the limit of questions for a domain";
    break;
  case availability::found:
    if (got.given->status == dns::answer_status::failed)
      to.temperror = asked.to_string() + ": " + got.given->reason;
    to.is_void = to.is_void || got.given->is_void();
    break;
  }
  return got;
}

/// The names to look up for an mx term (RFC 7208 §4.6.4, §5.4).
std::vector<dns::name> evaluator::exchanges(hosts& to,
                                            const dns::name& target) {
  const lookup mx = ask_for(to, {target, dns::rr_type::mx});
  std::vector<dns::name> names;
  if (mx.given == nullptr)
    return names;
  if (mx.given->exchanges.size() > mx_name_limit) {
    to.permerror = fmt::format("over {} MX names", mx_name_limit);
    return names;
  }
  for (const auto& exchange : mx.given->exchanges)
    names.push_back(exchange.host);
  return names;
}

void evaluator::add_addresses(hosts& to, const dns::name& host,
                              const directive& what, net::family family) {
  const bool is_ipv4 = family == net::family::ipv4;
  const lookup got =
      ask_for(to, {host, is_ipv4 ? dns::rr_type::a : dns::rr_type::aaaa});
  if (got.given == nullptr)
    return;
  std::vector<net::ip_prefix> networks;
  networks.reserve(got.given->addresses.size());
  for (const net::ip_address& address : got.given->addresses)
    networks.push_back(net::ip_prefix::containing(
        address, is_ipv4 ? what.ip4_cidr_length : what.ip6_cidr_length));
  to.addresses |= net::address_set::of(networks);
}

} // namespace

expansion evaluate(const dns::name& domain, const dns::answer_store& answers,
                   const rules& by) {
  return evaluator{domain, answers, by}.run();
}

} // namespace spfblock::spf
