#include "core/domains/domain_book.hpp"

#include "core/config/provider_list.hpp"
#include "core/domains/listing_events.hpp"
#include "core/domains/published.hpp"
#include "core/domains/recollection.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace spfblock::domains {
namespace {

using log::kind;

std::string key_of(const dns::name& domain, role as) {
  return domain.wire() + (as == role::listed ? 'l' : 'a');
}

} // namespace

// Configuration ------------------------------------------------------------

domain_book::page* domain_book::find(const dns::name& domain, role of) {
  const auto at = index_->find(key_of(domain, of));
  return at == index_->end() ? nullptr : &domains_[at->second];
}

bool domain_book::is_listed(const dns::name& domain) const {
  return index_->contains(key_of(domain, role::listed));
}

book_change domain_book::apply(const config::settings& settings,
                               const net::address_set& own, timestamp now) {
  abandon_expansions(now);
  take_pages(settings, now);
  allow_ = shared_value{settings.allow};
  networks_ = shared_value{settings.networks};
  refresh_ = settings.refresh;
  limits_ = settings.limits;
  not_followed_ =
      std::make_shared<const std::vector<dns::name>>(settings.allow.includes);
  providers_ =
      std::make_shared<const std::vector<dns::name>>(settings.allow.providers);
  own_ = settings.allow.reserved ? own : net::address_set{};
  guard_ = std::make_shared<const seen_guard>(settings.allow.seen);
  shared_out_at_ = std::nullopt;

  book_change change = remove_ended(now, std::exchange(ended_, {}));
  for (const dns::name& each : settings.allow.listed_providers)
    change.events.push_back(log::event_of<kind::provider_listed>{}.with(
        "domain", each.to_string()));
  derive_all(now, change);
  change.listing_changed = change.worth_saving = true;
  return change;
}

book_change domain_book::know_own(const net::address_set& own, timestamp now) {
  book_change change;
  if (!allow_->reserved || own == own_)
    return change;
  own_ = own;
  derive_all(now, change);
  return change;
}

void domain_book::take_pages(const config::settings& settings, timestamp now) {
  const bool includes_changed = settings.allow.includes != allow_->includes ||
                                settings.allow.providers != allow_->providers;
  std::vector<known_domain> known_domains;
  const auto& providers = settings.allow.providers;
  std::set<dns::name> by_name; ///< allowed
  known_domains.reserve(settings.domains.size() +
                        settings.allow.domains.size() + providers.size());
  const auto take = [&](const config::spf_domain& domain, role as) {
    known_domain known = renewed(domain, as, now);
    if (includes_changed && as == role::listed)
      known.due = now.steady;
    const auto& interval = settings.refresh.interval;
    known.due = std::min(known.due, now.steady + interval);
    // As if it had been so since the last look that found something good.
    if (known.good_at && interval < refresh_.interval)
      known.due =
          std::min(known.due, std::max(*known.good_at + interval, now.steady));
    known_domains.push_back(std::move(known));
  };
  for (const config::domain_entry& entry : settings.domains) {
    take(entry, role::listed);
    known_domains.back().action = entry.action;
  }
  for (const config::spf_domain& domain : settings.allow.domains) {
    take(domain, role::allowed);
    by_name.insert(domain.name);
  }
  configured_ = known_domains.size();
  for (const dns::name& each : providers) {
    if (!by_name.contains(each))
      take(config::provider(each, settings.limits), role::allowed);
  }
  domains_.clear();
  for (known_domain& each : known_domains) {
    each.is_provider = domains_.size() >= configured_;
    domains_.emplace_back(std::move(each));
  }
  number_domains();
}

/// A domain as it is configured now, with all that is known of it.
known_domain domain_book::renewed(const config::spf_domain& domain, role as,
                                  timestamp now) {
  known_domain known;
  known.role = as;
  known.due = known.configured_at = now.steady;
  if (page* before = find(domain.name, as)) {
    const bool same_rules =
        (*before)->domain.limits == domain.limits &&
        (*before)->domain.on_permerror == domain.on_permerror;
    known = std::move(before->edit());
    if (!same_rules)
      known.due = now.steady;
  }
  known.domain = domain;
  if (as == role::allowed)
    known.shipped = config::shipped_networks(domain.name);
  return known;
}

/// Notes anew where each domain stands, and what all of them add up to, so that
/// a look at one of many need not go through all.
void domain_book::number_domains() {
  auto& index = index_.edit();
  index.clear();
  waiting_.clear();
  total_ = {0, 0, 0};
  for (std::size_t i = 0; i < domains_.size(); ++i) {
    const known_domain& each = *domains_[i];
    index[key_of(each.domain.name, each.role)] = i;
    count_other_size({}, each.size);
    if (each.waits)
      waiting_.push_back(i);
  }
}

void domain_book::abandon_expansions(timestamp now) {
  for (page& each : domains_) {
    if (!each->expanding)
      continue;
    known_domain& given_up = each.edit();
    given_up.expanding = false;
    given_up.put_aside_at = std::nullopt;
    given_up.due = now.steady;
  }
  expanding_ = 0;
}

book_change domain_book::remove_ended(timestamp now) {
  return remove_ended(now, {});
}

/// @param told_before entries of which the log was told already
book_change
domain_book::remove_ended(timestamp now,
                          const std::vector<std::string>& told_before) {
  book_change change;
  /// Notes it; whether the log has yet to be told.
  const auto is_news = [&](std::string key) {
    ended_.push_back(std::move(key));
    return std::find(told_before.begin(), told_before.end(), ended_.back()) ==
           told_before.end();
  };
  const auto domain_ended = [&](const page& of) {
    const known_domain& known = *of;
    if (!known.domain.until || now.wall < *known.domain.until)
      return false;
    if (is_news(key_of(known.domain.name, known.role)))
      change.events.push_back(about<kind::entry_ended>(known));
    expanding_ -= known.expanding ? 1U : 0U;
    --configured_; // no provider ends
    return true;
  };
  const auto has_ended = [&](const auto& entry) {
    return entry.until && now.wall >= *entry.until;
  };
  const auto network_ended = [&](role as) {
    return [&, as](const auto& entry) {
      if (!has_ended(entry))
        return false;
      const std::string name = entry.network.to_string();
      if (is_news(name + (as == role::listed ? "" : " allowed")))
        change.events.push_back(
            log::event_of<kind::entry_ended>{}.with("domain", name));
      return true;
    };
  };
  const auto any_ended = [&](const auto& networks) {
    return std::any_of(networks.begin(), networks.end(), has_ended);
  };
  // What is shared with a copy of the book is edited only where it must be.
  std::size_t ended = std::erase_if(domains_, domain_ended);
  if (any_ended(*networks_))
    ended += std::erase_if(networks_.edit(), network_ended(role::listed));
  if (any_ended(allow_->networks))
    ended +=
        std::erase_if(allow_.edit().networks, network_ended(role::allowed));
  if (ended == 0)
    return change;
  number_domains();
  derive_all(now, change);
  change.listing_changed = change.worth_saving = true;
  return change;
}

// State --------------------------------------------------------------------

book_change domain_book::restore(state from, timestamp now) {
  for (domain_state& kept : from.domains) {
    page* at = find(kept.name, kept.role);
    if (at == nullptr || (*at)->tried || (*at)->good_at || !kept.good_at)
      continue;
    if (now.steady - now.past(*kept.good_at) < lifetime(kept.role, refresh_))
      recall(std::move(kept), lifetime(kept.role, refresh_), now, at->edit());
  }
  book_change change;
  derive_all(now, change);
  if (end_waiting(now).listing_changed)
    change.listing_changed = true;
  // What was listed before is no news.
  std::erase_if(change.events, [](const log::event& each) {
    return each.is(kind::listing_changed);
  });
  return change;
}

state domain_book::save(timestamp now) const {
  state all;
  all.written = now.wall;
  all.domains.reserve(domains_.size());
  for (const page& each : domains_)
    all.domains.push_back(remembered(*each, now));
  return all;
}

// Publication --------------------------------------------------------------

std::vector<table::listing> domain_book::listings() const {
  std::vector<table::listing> all;
  all.reserve(networks_->size() + domains_.size());
  for (const config::network_entry& entry : *networks_) {
    const auto rest = net::address_set{entry.network} - allowed_by_hand().all();
    const std::string text = entry.network.to_string();
    all.push_back({text, entry.action.bind(text), rest.to_prefixes()});
  }
  for (const page& each : domains_) {
    if (!each->action || each->waits)
      continue;
    if (!each->effective.empty()) {
      for (table::listing& listing : listings_of(*each))
        all.push_back(std::move(listing));
    }
    if (each->waits_for_mail)
      all.push_back(listing_by_mail(*each));
  }
  return all;
}

} // namespace spfblock::domains
