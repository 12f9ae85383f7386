#include "core/query_time/docket.hpp"

#include "core/query_time/canary.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::query_time {
namespace {

using spf::host_result;
using std::chrono::seconds;

/// What a check is taken to have asked that was given up: more than a record
/// may lead to.
constexpr double asked_in_vain = 20;

spf::envelope envelope_of(const claim& of) {
  spf::envelope made;
  made.client = of.client;
  made.domain = of.domain;
  made.helo = of.helo;
  if (!of.local_part.empty())
    made.local_part = of.local_part;
  return made;
}

verdict verdict_of(host_result result) {
  switch (result) {
  case host_result::pass: return verdict::passes;
  case host_result::temperror: return verdict::open;
  default: return verdict::does_not;
  }
}

} // namespace

docket::domain& docket::domain_of(const dns::name& name) {
  return domains_.try_emplace(name, most_.questions_a_minute_of_domain)
      .first->second;
}

bool docket::has_room(domain& of, moment now) {
  return under_way_.size() < most_.at_once &&
         of.under_way < most_.at_once_of_domain && left_.is_left(now) &&
         of.left.is_left(now);
}

docket::effect docket::wanted(const claim& what, const table::residue& waits,
                              moment now) {
  effect made;
  if (numbers_.contains(what))
    return made;
  domain& of = domain_of(what.domain);
  canary& first =
      of.canaries.at(static_cast<std::size_t>(what.client.family()));
  if (first.is != trust::asking && now >= first.until)
    first.is = trust::unknown;
  switch (first.is) {
  case trust::everybody:
    made.know.push_back({what, verdict::does_not, first.until});
    break;
  case trust::open:
    made.know.push_back({what, verdict::open, first.until});
    break;
  case trust::asking:
    if (first.waiting.size() < most_.at_once_of_domain)
      wait_for(first, what, now, made);
    else
      turn_away(what, now, made);
    break;
  case trust::unknown:
  case trust::good:
    if (!has_room(of, now))
      turn_away(what, now, made);
    else if (first.is == trust::unknown)
      ask_canary(first, what, waits, now, made);
    else
      seek(what, now, made);
  }
  return made;
}

/// There is no room to look at a claim.
void docket::turn_away(const claim& what, moment now, effect& to) {
  ++counted_.over_budget;
  to.know.push_back({what, verdict::open, now + pause});
}

void docket::seek(const claim& what, moment now, effect& to) {
  begin(what, false, now, to);
  to.know.push_back({what, verdict::sought, now + most_.longest});
}

/// A claim waits until it is known what the domain says of nobody's address.
void docket::wait_for(canary& of, const claim& what, moment now, effect& to) {
  of.waiting.push_back(what);
  to.know.push_back({what, verdict::sought, now + most_.longest});
}

/// Asks about an address that is nobody's, for the sake of a claim.
void docket::ask_canary(canary& of, const claim& what,
                        const table::residue& waits, moment now, effect& to) {
  const auto nobody =
      nobody_of(waits.addresses, what.client.family(), random_());
  if (!nobody) { // it says of each of them itself what it says
    if (!passes_everybody(what.domain))
      to.everybody.push_back(what.domain);
    of = {trust::everybody, true, now + longest_kept, {}};
    to.know.push_back({what, verdict::does_not, of.until});
    return;
  }
  of.is = trust::asking;
  claim asked = what;
  asked.client = *nobody;
  begin(asked, true, now, to);
  wait_for(of, what, now, to);
}

void docket::begin(const claim& what, bool is_canary, moment now, effect& to) {
  const std::uint64_t number = ++last_;
  under_way_.emplace(number, job{what, is_canary, now + most_.longest});
  if (is_canary)
    ++counted_.canaries;
  else
    numbers_.emplace(what, number);
  ++domain_of(what.domain).under_way;
  to.begin.push_back({number, envelope_of(what)});
}

docket::effect docket::ended(std::uint64_t number, const spf::host_check& of,
                             moment now) {
  effect made;
  const auto found = under_way_.extract(number);
  if (found.empty())
    return made;
  end(found.mapped(), of.result,
      std::clamp(seconds{of.ttl}, shortest, longest_kept),
      static_cast<double>(of.questions), now, made);
  return made;
}

docket::effect docket::give_up(moment now) {
  effect made;
  while (!under_way_.empty() && under_way_.begin()->second.until <= now) {
    const auto oldest = under_way_.extract(under_way_.begin());
    made.given_up.push_back(oldest.key());
    end(oldest.mapped(), host_result::temperror, shortest, asked_in_vain, now,
        made);
  }
  return made;
}

void docket::end(job what, host_result result, seconds holds, double questions,
                 moment now, effect& to) {
  domain& of = domain_of(what.what.domain);
  --of.under_way;
  of.left.spend(questions);
  left_.spend(questions);
  if (result == host_result::temperror)
    holds = shortest;
  if (what.is_canary)
    return know_canary(what.what, result, holds, now, to);
  numbers_.erase(what.what);
  ++(result == host_result::pass        ? counted_.passed
     : result == host_result::temperror ? counted_.failed
                                        : counted_.not_passed);
  to.know.push_back({std::move(what.what), verdict_of(result), now + holds});
}

void docket::know_canary(const claim& of, host_result result, seconds holds,
                         moment now, effect& to) {
  const bool was_everybody = passes_everybody(of.domain);
  canary& which = domain_of(of.domain).canaries.at(
      static_cast<std::size_t>(of.client.family()));
  which.until = now + holds;
  which.is = result == host_result::pass        ? trust::everybody
             : result == host_result::temperror ? trust::open
                                                : trust::good;
  if (which.is != trust::open)
    which.everybody = which.is == trust::everybody;
  const bool is_everybody = passes_everybody(of.domain);
  if (is_everybody != was_everybody)
    (is_everybody ? to.everybody : to.no_more).push_back(of.domain);
  for (claim& each : std::exchange(which.waiting, {})) {
    if (which.is != trust::good)
      to.know.push_back(
          {std::move(each),
           which.is == trust::open ? verdict::open : verdict::does_not,
           which.until});
    else if (numbers_.contains(each))
      continue;
    else if (has_room(domain_of(of.domain), now))
      begin(each, false, now, to);
    else
      turn_away(each, now, to);
  }
}

std::optional<moment> docket::next() const {
  if (under_way_.empty())
    return std::nullopt;
  return under_way_.begin()->second.until;
}

bool docket::passes_everybody(const dns::name& name) const {
  const auto found = domains_.find(name);
  return found != domains_.end() &&
         std::any_of(found->second.canaries.begin(),
                     found->second.canaries.end(),
                     [](const canary& each) { return each.everybody; });
}

std::unordered_set<dns::name> docket::passing_everybody() const {
  std::unordered_set<dns::name> all;
  for (const auto& [name, of] : domains_)
    if (passes_everybody(name))
      all.insert(name);
  return all;
}

void docket::clear() {
  under_way_.clear();
  numbers_.clear();
  domains_.clear();
}

} // namespace spfblock::query_time
