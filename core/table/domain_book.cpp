#include "core/table/domain_book.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::table {
namespace {

using log::event;
using std::chrono::seconds;

/// What the log says when a listing changed.
event changed_event(const dns::name& domain, const net::address_set& before,
                    const net::address_set& after) {
  const net::address_set added = after - before;
  const net::address_set removed = before - after;
  event told{level::info, "listing changed"};
  told.with("domain", domain.to_string())
      .with("networks", after.to_prefixes().size())
      .with("ipv4_addresses", after.ipv4_count())
      .with("ipv6_slash64s", after.ipv6_slash64_count())
      .with("networks_added", added.to_prefixes().size())
      .with("networks_removed", removed.to_prefixes().size());
  return told;
}

/// Everything that kept a term from being listed, on one line; empty if
/// nothing did.
std::string trouble_in(const spf::expansion& result) {
  std::string text;
  const auto add = [&text](const std::string& where, const std::string& what) {
    if (!text.empty())
      text += "; ";
    text += where + ": " + what;
  };
  for (const spf::record_visit& record : result.records) {
    if (!record.error.empty())
      add(record.domain.to_string(), record.error);
  }
  for (const spf::term_visit& term : result.terms) {
    for (const std::string& remark : term.remarks)
      add(term.text, remark);
  }
  return text;
}

} // namespace

domain_book::page* domain_book::find(const dns::name& domain) {
  const auto at = index_.find(domain.wire());
  return at == index_.end() ? nullptr : &pages_[at->second];
}

void domain_book::apply(const config::settings& settings, moment now) {
  abandon_expansions(now);
  const bool limits_changed = settings.limits != settings_.limits;
  std::vector<page> pages;
  pages.reserve(settings.domains.size());
  for (const config::domain_entry& entry : settings.domains) {
    page* known = find(entry.name);
    if (known == nullptr) {
      page fresh{entry};
      fresh.due = now;
      pages.push_back(std::move(fresh));
      continue;
    }
    if (limits_changed || known->entry.on_permerror != entry.on_permerror)
      known->due = now;
    known->due = std::min(known->due, now + settings.refresh.interval);
    known->entry = entry;
    pages.push_back(std::move(*known));
  }
  pages_ = std::move(pages);
  settings_ = settings;
  index_.clear();
  expanding_ = 0;
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    index_[pages_[i].entry.name.wire()] = i;
    if (pages_[i].expanding)
      ++expanding_;
  }
}

std::vector<domain_book::assignment> domain_book::take_due(moment now) {
  std::vector<assignment> due;
  for (page& each : pages_) {
    if (each.expanding || each.due > now)
      continue;
    each.expanding = true;
    ++expanding_;
    due.push_back({each.entry.name, config::rules_of(each.entry, nullptr)});
  }
  return due;
}

void domain_book::abandon_expansions(moment now) {
  for (page& each : pages_) {
    if (!std::exchange(each.expanding, false))
      continue;
    each.due = now;
    --expanding_;
  }
}

std::optional<moment> domain_book::next_due() const {
  std::optional<moment> next;
  for (const page& each : pages_) {
    if (!each.expanding && (!next || each.due < *next))
      next = each.due;
  }
  return next;
}

domain_book::settlement domain_book::settle(const spf::expansion& result,
                                            moment now) {
  settlement told;
  page* of = find(result.domain);
  if (of == nullptr || !of->expanding)
    return told;
  of->expanding = false;
  --expanding_;
  if (result.outcome == spf::outcome::temperror)
    keep_after_failure(*of, result.reason, now, told);
  else if (result.outcome == spf::outcome::no_record && !of->gone &&
           of->good_at)
    keep_if_gone_once(*of, now, told);
  else
    replace(*of, result, now, told);
  told.due = of->due;
  return told;
}

void domain_book::keep_after_failure(page& of, const std::string& reason,
                                     moment now, settlement& told) const {
  const auto& refresh = settings_.refresh;
  seconds wait = refresh.retry;
  for (unsigned i = 0; i < of.failures && wait < refresh.interval; ++i)
    wait *= 2;
  of.due = now + std::min(wait, refresh.interval);
  ++of.failures;

  if (of.failures == 1 || of.trouble != reason) {
    told.events.push_back(
        event{level::warning, "domain failing"}
            .with("domain", of.entry.name.to_string())
            .with("reason", reason)
            .with("networks_kept", of.listed.to_prefixes().size()));
  }
  of.trouble = reason;
  if (of.listed.empty() || !of.good_at)
    return;
  const moment expiry = *of.good_at + refresh.keep_stale;
  if (now < expiry) {
    of.due = std::min(of.due, expiry);
  } else {
    told.events.push_back(
        event{level::warning, "stale listing dropped"}
            .with("domain", of.entry.name.to_string())
            .with("keep_stale_s", refresh.keep_stale.count()));
    of.listed = {};
    of.authorised.clear();
    told.listing_changed = true;
  }
}

void domain_book::keep_if_gone_once(page& of, moment now,
                                    settlement& told) const {
  of.gone = true;
  of.failures = 0;
  of.trouble = "no SPF record";
  of.due = now + settings_.refresh.interval;
  told.events.push_back(
      event{level::warning, "record gone, kept until the next look"}
          .with("domain", of.entry.name.to_string())
          .with("networks_kept", of.listed.to_prefixes().size()));
}

void domain_book::replace(page& of, const spf::expansion& result, moment now,
                          settlement& told) const {
  const std::string trouble = trouble_in(result);
  if (of.gone && result.outcome == spf::outcome::expanded)
    told.events.push_back(event{level::info, "record back"}.with(
        "domain", of.entry.name.to_string()));
  if (of.failures > 0)
    told.events.push_back(event{level::info, "domain recovered"}
                              .with("domain", of.entry.name.to_string())
                              .with("failures", of.failures));
  if (!trouble.empty() && trouble != of.trouble)
    told.events.push_back(event{level::warning, "record not listed in full"}
                              .with("domain", of.entry.name.to_string())
                              .with("reason", trouble));
  of.authorised.clear();
  for (const spf::grant& each : result.grants)
    of.authorised.push_back({spf::chain(result, each.term), each.addresses});
  if (of.listed != result.pass) {
    told.events.push_back(changed_event(of.entry.name, of.listed, result.pass));
    of.listed = result.pass;
    told.listing_changed = true;
  }
  of.gone = result.outcome == spf::outcome::no_record;
  of.failures = 0;
  of.trouble = trouble;
  of.good_at = now;
  reschedule(of, result, now);
}

void domain_book::reschedule(page& of, const spf::expansion& result,
                             moment now) const {
  const auto& refresh = settings_.refresh;
  seconds wait = refresh.interval;
  if (refresh.follow_ttl)
    wait = std::min(wait, std::max(refresh.minimum, seconds{result.ttl}));
  of.due = now + wait;
}

std::vector<listing> domain_book::listings() const {
  std::vector<listing> all;
  all.reserve(settings_.networks.size() + pages_.size());
  for (const config::network_entry& entry : settings_.networks) {
    const std::string text = entry.network.to_string();
    all.push_back({text, entry.action.bind(text), {entry.network}});
  }
  for (const page& each : pages_) {
    if (each.listed.empty())
      continue;
    const std::string text = each.entry.name.to_string();
    all.push_back(
        {text, each.entry.action.bind(text), each.listed.to_prefixes()});
  }
  return all;
}

} // namespace spfblock::table
