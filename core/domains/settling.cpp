#include "core/domains/settling.hpp"

#include "core/domains/listing_events.hpp"
#include "core/domains/schedule.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {

using log::kind;

/// What is listed, or allowed, of what a domain passes.
struct settling::verdict {
  net::address_set effective;
  net::address_set kept_off;
  std::vector<refusal> refusals;
  std::optional<refusal> over; ///< a total: then `effective` is not to be
};

namespace {

/// What a look found that grew too much, unless it confirms what the look
/// before found.
std::optional<refusal> unconfirmed_growth(const domain_page& of,
                                          const net::address_set& found) {
  const auto& limits = of.domain.limits;
  if (of.held && !over_growth(found, *of.held, limits))
    return std::nullopt;
  return over_growth(found, of.effective, limits);
}

} // namespace

std::chrono::seconds lifetime(role of, const config::refresh_settings& by) {
  return of == role::allowed ? by.keep_stale + by.interval : by.keep_stale;
}

/// Subtracts what is allowed, then what is over a limit.
settling::verdict settling::judge(const domain_page& of,
                                  const net::address_set& pass) const {
  verdict told;
  told.effective = pass;
  if (of.role == role::listed) {
    told.kept_off = pass & allowed_.all();
    told.effective -= allowed_.all();
  }
  told.refusals = refuse_too_wide(told.effective, of.domain.limits);
  told.over = over_total(told.effective, of.domain.limits);
  return told;
}

void settling::settle(domain_page& of, const spf::expansion& result,
                      settlement& told) const {
  if (result.outcome == spf::outcome::temperror)
    keep_after_failure(of, result.reason, told);
  else if (result.outcome == spf::outcome::no_record && !of.gone && of.good_at)
    keep_if_gone_once(of, told);
  else
    look(of, result, told);
  of.tried = true;
  told.due = of.due;
}

void settling::derive(domain_page& of, settlement& told) const {
  list(of, judge(of, of.good.pass), told);
}

/// Lists, or allows, what was judged, and tells what is new.
void settling::list(domain_page& of, verdict found, settlement& told) const {
  if (found.over) {
    found.effective = {};
    found.refusals.push_back(*std::move(found.over));
  }
  const bool more_kept_off = of.kept_off != found.kept_off;
  const bool more_refused = of.refusals != found.refusals;
  const net::address_set before = std::exchange(of.effective, found.effective);
  of.kept_off = std::move(found.kept_off);
  of.refusals = std::move(found.refusals);

  if (before != of.effective) {
    told.events.push_back(changed_event(of, before));
    told.listing_changed = true;
  }
  if (more_kept_off && !of.kept_off.empty())
    told.events.push_back(
        kept_off_event(of, allowed_.grounds_over(of.kept_off)));
  for (const refusal& each : of.refusals) {
    if (more_refused)
      told.events.push_back(refused_event(of, each));
  }
}

void settling::keep_after_failure(domain_page& of, const std::string& reason,
                                  settlement& told) const {
  of.due = now_.steady + wait_after_failure(refresh_, of.failures);
  ++of.failures;
  const bool is_news = of.failures == 1 || of.trouble != reason;
  of.trouble = reason;
  if (is_news)
    told.events.push_back(failing_event(of));
  if (of.role == role::allowed && !of.good_at && !of.tried)
    told.events.push_back(about<kind::allowed_domain_unknown>(of));
  drop_if_stale(of, told);
}

/// Forgets the last good expansion when it has become too old; otherwise sees
/// to it that the domain is looked at when it will.
void settling::drop_if_stale(domain_page& of, settlement& told) const {
  if (!of.good_at)
    return;
  const auto kept = lifetime(of.role, refresh_);
  const moment expiry = *of.good_at + kept;
  if (now_.steady < expiry) {
    of.due = std::min(of.due, expiry);
    return;
  }
  of.good = {};
  of.good_at = std::nullopt;
  of.kept_off = {};
  of.refusals.clear();
  told.worth_saving = true;
  if (of.effective.empty())
    return;
  told.events.push_back(stale_event(of, kept));
  of.effective = {};
  told.listing_changed = true;
}

void settling::keep_if_gone_once(domain_page& of, settlement& told) const {
  of.gone = true;
  of.failures = 0;
  of.trouble = "no SPF record";
  of.held = std::nullopt;
  of.rejected = std::nullopt;
  of.due = now_.steady + refresh_.interval;
  told.worth_saving = true;
  told.events.push_back(about<kind::record_gone>(of).with(
      "networks_kept", of.effective.prefix_count()));
}

/// The DNS answered: believes what it said, unless that is over a total or grew
/// too much.
void settling::look(domain_page& of, const spf::expansion& result,
                    settlement& told) const {
  const std::string trouble = trouble_in(result);
  if (of.gone && result.outcome == spf::outcome::expanded)
    told.events.push_back(about<kind::record_back>(of));
  if (of.failures > 0)
    told.events.push_back(
        about<kind::domain_recovered>(of).with("failures", of.failures));
  if (!trouble.empty() && trouble != of.trouble)
    told.events.push_back(
        about<kind::record_not_listed_in_full>(of).with("reason", trouble));
  if (trouble.empty() && result.pass.empty())
    told.events.push_back(about<kind::record_lists_nothing>(of));
  of.gone = result.outcome == spf::outcome::no_record;
  of.failures = 0;
  of.trouble = trouble;
  of.refused_terms = refused_terms_of(result);

  verdict found = judge(of, result.pass.canonical());
  std::optional<refusal> rejected = std::move(found.over);
  std::optional<net::address_set> held;
  if (!rejected && of.good_at) {
    rejected = unconfirmed_growth(of, found.effective);
    if (rejected)
      held = std::move(found.effective);
  }
  of.held = std::move(held);
  const bool is_news = rejected && rejected != of.rejected;
  of.rejected = std::move(rejected);
  if (!of.rejected)
    believe(of, result, std::move(found), told);
  schedule(of, result.ttl);
  if (is_news)
    told.events.push_back(refused_event(of, *of.rejected));
  if (of.rejected)
    drop_if_stale(of, told);
}

void settling::believe(domain_page& of, const spf::expansion& result,
                       verdict judged, settlement& told) const {
  finding found = finding_of(result, of.good, now_.wall);
  const bool changed = of.good.pass != found.pass;
  told.worth_saving = told.worth_saving || !of.good_at || of.good != found;
  if (changed || !of.good_at)
    of.changed_at = now_.wall;
  of.changes = changed && of.good_at ? of.changes + 1 : of.changes / 2;
  of.good = std::move(found);
  of.good_at = now_.steady;
  list(of, std::move(judged), told);
}

void settling::schedule(domain_page& of, std::uint32_t ttl) const {
  const auto& by = refresh_;
  const auto wait = wait_after_success(by, ttl, of.changes);
  of.due = now_.steady + spread(wait, by, random_ ? random_() : 0);
}

} // namespace spfblock::domains
