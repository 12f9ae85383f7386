#include "core/domains/settling.hpp"

#include "core/domains/listing_events.hpp"
#include "core/domains/residue.hpp"
#include "core/domains/schedule.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::domains {

using log::kind;

/// What is listed, or allowed, of what a domain passes.
struct settling::judgement {
  limited effective;
  net::address_set kept_off;
  seen_overlap overlap;
  share size;
};

namespace {

/// What a domain allows.
net::address_set allowed_by(const known_domain& of, const finding& found) {
  net::address_set all = found.pass | of.lost;
  return found.pass->empty() || of.in_part ? all | of.shipped : all;
}

/// Which limit it is that networks are not kept by although they are not
/// listed.
constexpr std::string_view total_unlisted = "total.networks";

bool has_failed(const spf::expansion& result) {
  return result.outcome == spf::outcome::temperror;
}

/// Notes who is undecided, if that is no more than may be kept.
void note_open_questions(known_domain& of, const spf::expansion& result) {
  std::vector<spf::open_question> open = result.open_questions;
  const auto most =
      most_kept(of.domain.limits->networks.value_or(networks_without_limit));
  if (result.temperror.range_count() > most) {
    for (spf::open_question& each : open)
      each.undecided = {};
  }
  of.open_questions = std::move(open);
}

/// Forgets all that was found good.
void forget(known_domain& of) {
  of.good = {};
  of.good_at = std::nullopt;
  of.kept_off = of.lost = {};
  of.overlap = {};
  of.refusals = {};
  of.size = {};
  of.held = of.not_kept = std::nullopt;
}

} // namespace

std::chrono::seconds lifetime(role of, const config::refresh_settings& by) {
  return of == role::allowed ? by.keep_stale + by.interval : by.keep_stale;
}

/// Subtracts what is allowed, then what is held for the sake of who is seen,
/// then what is over a limit.
settling::judgement settling::judge(const known_domain& of,
                                    const finding& found) const {
  if (of.role == role::allowed)
    return {{allowed_by(of, found), {}}, {}, {}, {}};
  const auto named = networks_of(found);
  const seen_guard& guard = allowed_.guard();
  judgement judged;
  judged.kept_off = found.pass & allowed_.all();
  net::address_set rest = found.pass - allowed_.all();
  if (guard.holds()) {
    judged.overlap = guard.overlap_with(rest, named);
    rest -= judged.overlap.networks;
  }
  judged.effective = within_limits(rest, named, of.domain.limits);
  const net::address_set& listing = judged.effective.listing;
  judged.size = {listing.ipv4_count(), listing.prefix_count()};
  keep_to_share(judged.effective, named, by_total_);
  if (!guard.holds())
    judged.overlap = guard.overlap_with(listing, named);
  return judged;
}

void settling::settle(known_domain& of, const spf::expansion& result,
                      book_change& change) const {
  note_open_questions(of, result);
  const auto longest = lifetime(of.role, refresh_);
  note_residue(of, result, longest, now_.steady, change);
  if (has_failed(result) && result.pass.empty())
    keep_after_failure(of, result, change);
  else if (result.outcome == spf::outcome::no_record && !of.gone && of.good_at)
    keep_if_gone_once(of, change);
  else
    look(of, result, change);
  if (const auto end = residue_ends_at(of, longest); end && *end > now_.steady)
    of.due = std::min(of.due, *end);
  of.tried = true;
  of.figures = figures_of(of);
  change.due = of.due;
}

void settling::derive(known_domain& of, book_change& change) const {
  const auto not_kept_before = of.not_kept;
  judgement judged = judge(of, of.good);
  keep_to_unlisted(of, of.good, judged);
  list(of, std::move(judged), change);
  of.figures = figures_of(of);
  tell_if_new(of, not_kept_before, of.not_kept, change);
}

/// Lists, or allows, what was judged, and tells what is new.
void settling::list(known_domain& of, judgement found,
                    book_change& change) const {
  const bool more_kept_off = of.kept_off != found.kept_off;
  const bool other_overlap = of.overlap != found.overlap;
  const bool more_refused = of.refusals != found.effective.refusals;
  const auto before = std::exchange(
      of.effective, shared_with(std::move(found.effective.listing),
                                of.good.pass, of.effective));
  of.kept_off = std::move(found.kept_off);
  of.overlap = std::move(found.overlap);
  of.refusals = std::move(found.effective.refusals);
  of.size = found.size;

  if (before != of.effective) {
    change.events.push_back(changed_event(of, before));
    change.listing_changed = true;
  }
  if (more_kept_off && !of.kept_off->empty())
    change.events.push_back(
        kept_off_event(of, allowed_.grounds_over(of.kept_off)));
  if (other_overlap && !of.overlap->empty())
    change.events.push_back(
        overlap_event(about<kind::covers_seen>(of), of.overlap));
  for (const refusal& each : *of.refusals) {
    if (more_refused)
      change.events.push_back(refused_event(of, each));
  }
}

/// Nobody is known to pass: keeps whom the look left undecided.
void settling::keep_after_failure(known_domain& of,
                                  const spf::expansion& result,
                                  book_change& change) const {
  ++of.failures;
  of.in_part = false;
  of.due = moment::max();
  retry(of, result);
  const bool is_news = of.failures == 1 || of.trouble != result.reason;
  of.trouble = result.reason;
  finding kept = kept_of(of.good, result.temperror, {});
  const bool is_less = kept.pass != of.good.pass;
  lose(of, kept, result.temperror);
  of.good = std::move(kept);
  if (is_less) {
    change.worth_saving = true;
    of.changed_at = now_.wall;
    derive(of, change);
  }
  if (is_news)
    change.events.push_back(failing_event(of, of.effective));
  if (of.role == role::allowed && !of.good_at && !of.tried)
    change.events.push_back(about<kind::allowed_domain_unknown>(of));
  drop_if_stale(of, change);
}

/// What an allowed domain had and has not any more is allowed until a look
/// decides about it again.
void settling::lose(known_domain& of, const finding& found,
                    const net::address_set& undecided) const {
  if (of.role == role::listed)
    return;
  if (now_.steady - of.lost_at >= lifetime(of.role, refresh_))
    of.lost = {};
  of.lost = of.lost & undecided;
  if (of.lost->empty())
    of.lost_at = now_.steady;
  of.lost = (of.lost | (of.good.pass - found.pass)) - found.pass;
}

/// Forgets what of the last good expansion has become too old; otherwise sees
/// to it that the domain is looked at when it will.
void settling::drop_if_stale(known_domain& of, book_change& change) const {
  if (!of.good_at)
    return;
  const auto kept = lifetime(of.role, refresh_);
  const auto left = kept - (now_.steady - *of.good_at);
  const auto longest = longest_kept(of.good);
  if (longest < left) {
    of.due = std::min(of.due, now_.steady + (left - longest));
    return;
  }
  change.worth_saving = true;
  of.good = younger_than(std::move(of.good), left);
  if (of.good.pass->empty())
    forget(of);
  if (of.effective == of.shipped)
    return;
  change.events.push_back(stale_event(of, kept));
  if (of.good_at) {
    derive(of, change);
    return;
  }
  of.effective = of.shipped;
  change.listing_changed = true;
}

void settling::keep_if_gone_once(known_domain& of, book_change& change) const {
  of.gone = true;
  of.in_part = false;
  of.failures = 0;
  of.trouble = std::string{"no SPF record"};
  of.held = of.not_kept = std::nullopt;
  of.due = now_.steady + refresh_.interval;
  change.worth_saving = true;
  change.events.push_back(about<kind::record_gone>(of).with(
      "networks_kept", of.effective->prefix_count()));
}

/// The DNS answered, for some at least: believes what it said, but for what has
/// to wait.
void settling::look(known_domain& of, const spf::expansion& result,
                    book_change& change) const {
  finding kept = keep_undecided(of, result, change);
  tell_look(of, result, kept, change);
  finding found = united(
      finding_of(result, of.good, now_.wall), std::move(kept),
      most_kept(of.domain.limits->networks.value_or(networks_without_limit)));
  const auto held_before = std::exchange(of.held, std::nullopt);
  const auto not_kept_before = std::exchange(of.not_kept, std::nullopt);
  if (of.gone)
    of.lost = {};
  else
    lose(of, found, result.temperror);
  if (of.role == role::listed)
    keep_bounded(of, found);
  judgement judged = judge(of, found);
  if (of.role == role::listed && of.good_at)
    hold_growth(of, found, judged, change);
  keep_to_unlisted(of, found, judged);
  believe(of, std::move(found), std::move(judged), change);
  schedule(of, result);
  if (of.in_part)
    retry(of, result);
  tell_if_new(of, not_kept_before, of.not_kept, change);
  tell_if_new(of, held_before, of.held, change);
}

/// Whom the look left undecided of those who passed, unless too long ago.
finding settling::keep_undecided(const known_domain& of,
                                 const spf::expansion& result,
                                 book_change& change) const {
  if (!of.good_at || !has_failed(result))
    return {};
  finding all = kept_of(of.good, result.temperror, now_.steady - *of.good_at);
  const auto longest = lifetime(of.role, refresh_);
  if (all.pass->empty() || longest_kept(all) < longest)
    return all;
  finding kept = younger_than(std::move(all), longest);
  change.events.push_back(stale_event(of, longest));
  change.worth_saving = true;
  return kept;
}

/// Tells what a look found that is news, and notes how it went.
void settling::tell_look(known_domain& of, const spf::expansion& result,
                         const finding& kept, book_change& change) const {
  of.in_part = has_failed(result);
  if (of.gone && result.outcome != spf::outcome::no_record)
    change.events.push_back(about<kind::record_back>(of));
  if (of.failures > 0 && !of.in_part)
    change.events.push_back(
        about<kind::domain_recovered>(of).with("failures", of.failures));
  const auto former = std::exchange(of.trouble, trouble_in(result));
  if (!of.trouble->empty() && of.trouble != former)
    change.events.push_back(kept.pass->empty() ? in_part_event(of)
                                               : failing_event(of, kept.pass));
  if (of.trouble->empty() && result.pass.empty())
    change.events.push_back(about<kind::record_lists_nothing>(of));
  of.gone = result.outcome == spf::outcome::no_record;
  of.failures = of.in_part ? of.failures + 1 : 0;
  of.refused_terms = refused_terms_of(result);
}

/// Bounds what is kept, be it listed or not: what can be listed goes before
/// what is allowed.
void settling::keep_bounded(known_domain& of, finding& found) const {
  const auto networks = of.domain.limits->networks;
  if (!networks || found.pass->prefix_count() <= most_kept(*networks))
    return;
  const std::uint64_t most = most_kept(*networks);
  const net::address_set listable = found.pass - allowed_.all();
  net::address_set kept = widest_of(listable, most);
  if (kept != listable)
    of.not_kept = refusal{"networks", listable.prefix_count(), *networks,
                          listable - kept};
  kept |= widest_of(found.pass & allowed_.all(), most - kept.prefix_count());
  found = restricted(std::move(found), kept);
  found.named = widest_of(std::move(found.named), most);
}

/// Bounds what is held of a domain and not listed, beside what waits: the
/// widest are kept.
void settling::keep_to_unlisted(known_domain& of, finding& found,
                                judgement& judged) const {
  if (of.role == role::allowed)
    return;
  const net::address_set unlisted = found.pass - judged.effective.listing;
  const std::uint64_t waiting = of.held ? of.held->addresses.prefix_count() : 0;
  const std::uint64_t held = unlisted.prefix_count();
  // What was not kept before counts until the next look.
  const bool is_cut = of.not_kept && of.not_kept->limit == total_unlisted;
  judged.size.unlisted =
      std::max(held + waiting, is_cut ? of.not_kept->found : 0);
  if (!by_total_.unlisted || held <= *by_total_.unlisted)
    return;
  const net::address_set kept =
      judged.effective.listing | widest_of(unlisted, *by_total_.unlisted);
  of.not_kept = refusal{total_unlisted, *judged.size.unlisted,
                        *by_total_.unlisted, unlisted - kept};
  const auto size = judged.size;
  found = restricted(std::move(found), kept);
  found.named = widest_of(std::move(found.named), kept.prefix_count());
  judged = judge(of, found);
  judged.size = size;
}

/// Takes out of a look what has to wait.
void settling::hold_growth(known_domain& of, finding& found, judgement& judged,
                           book_change& change) const {
  net::address_set rest = found.pass - allowed_.all();
  if (judged.overlap.held)
    rest -= judged.overlap.networks;
  config::limit_settings limits = of.domain.limits;
  if (by_total_.unlisted)
    limits.networks = std::min(limits.networks.value_or(networks_without_limit),
                               *by_total_.unlisted);
  of.held = of.growth.hold(
      {rest, judged.effective.listing, of.effective, *of.good_at}, limits,
      refresh_.keep_stale, now_.steady);
  if (!of.held)
    return;
  change.worth_saving = true; // since when it waits
  const net::address_set believed = found.pass - of.held->addresses;
  if (by_total_.unlisted)
    of.held->addresses = widest_of(of.held->addresses, *by_total_.unlisted);
  found = restricted(std::move(found), believed);
  judged = judge(of, found);
}

void settling::believe(known_domain& of, finding found, judgement judged,
                       book_change& change) const {
  const bool changed = of.good.pass != found.pass;
  change.worth_saving =
      change.worth_saving || !of.good_at || differ(of.good, found);
  if (changed || !of.good_at)
    of.changed_at = now_.wall;
  of.changes = changed && of.good_at ? of.changes + 1 : of.changes / 2;
  of.good = std::move(found);
  of.good_at = now_.steady;
  list(of, std::move(judged), change);
}

void settling::schedule(known_domain& of, const spf::expansion& result) const {
  const auto& by = refresh_;
  const auto wait =
      std::max(wait_after_success(by, result.ttl, of.changes),
               wait_after_cost(by, result.questions, result.work));
  of.due = now_.steady + spread(wait, by, random_ ? random_() : 0);
  if (!of.held)
    return;
  if (const auto ripe = of.growth.ripe_at(of.domain.limits, now_.steady))
    of.due = std::min(of.due, *ripe);
}

/// Looks again soon at what failed, and when the oldest of what is kept is too
/// old.
void settling::retry(known_domain& of, const spf::expansion& result) const {
  const auto wait =
      std::max(wait_after_failure(refresh_, of.failures - 1),
               wait_after_cost(refresh_, result.questions, result.work));
  of.due = std::min(of.due, now_.steady + wait);
  if (const auto longest = longest_kept(of.good);
      of.in_part && longest.count() > 0)
    of.due =
        std::min(of.due, now_.steady + lifetime(of.role, refresh_) - longest);
}

} // namespace spfblock::domains
