#include "core/domains/domain_book.hpp"

#include "core/config/provider_list.hpp"
#include "core/domains/listing_events.hpp"
#include "core/domains/published.hpp"
#include "core/domains/recollection.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace spfblock::domains {
namespace {

using log::kind;

std::string key_of(const dns::name& domain, role as) {
  return domain.wire() + (as == role::listed ? 'l' : 'a');
}

/// The end of entries whose day `until` has come.
class entry_end {
public:
  /// All outlive this.
  /// @param told_before keys of entries of which the log was told already
  /// @param ended the keys of those that end
  entry_end(timestamp now, const std::vector<std::string>& told_before,
            std::vector<std::string>& ended, book_change& change)
      : now_{now},
        told_before_{told_before},
        ended_{ended},
        change_{change} {}

  [[nodiscard]] bool
  has_come(std::optional<std::chrono::sys_days> until) const {
    return until && now_.wall >= *until;
  }

  template <class Entry>
  [[nodiscard]] bool has_come_to_any(const std::vector<Entry>& networks) const {
    return std::any_of(
        networks.begin(), networks.end(),
        [this](const Entry& each) { return has_come(each.until); });
  }

  /// Notes that an entry ends, and tells the log unless that was told before.
  void tell(std::string key, log::event news) {
    ended_.push_back(std::move(key));
    if (std::find(told_before_.begin(), told_before_.end(), ended_.back()) ==
        told_before_.end())
      change_.events.push_back(std::move(news));
  }

  /// @param which tells the keys of these networks from others
  /// @return how many ended
  template <class Entry>
  std::size_t remove_from(std::vector<Entry>& networks,
                          std::string_view which) {
    return std::erase_if(networks, [&](const Entry& each) {
      if (!has_come(each.until))
        return false;
      const std::string name = each.network.to_string();
      tell(name + std::string{which},
           log::event_of<kind::entry_ended>{}.with("domain", name));
      return true;
    });
  }

private:
  timestamp now_;
  const std::vector<std::string>& told_before_;
  std::vector<std::string>& ended_;
  book_change& change_;
};

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
  listed_ = 0;
  for (std::size_t i = 0; i < domains_.size(); ++i) {
    const known_domain& each = *domains_[i];
    index[key_of(each.domain.name, each.role)] = i;
    count_other_size({}, each.size);
    count_listed(each, 0);
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
  entry_end ended{now, told_before, ended_, change};
  std::size_t count = std::erase_if(domains_, [&](const page& of) {
    if (!ended.has_come(of->domain.until))
      return false;
    ended.tell(key_of(of->domain.name, of->role),
               about<kind::entry_ended>(*of));
    expanding_ -= of->expanding ? 1U : 0U;
    --configured_; // no provider ends
    return true;
  });
  // What is shared with a copy of the book is edited only where it must be.
  if (ended.has_come_to_any(*networks_))
    count += ended.remove_from(networks_.edit(), "");
  if (ended.has_come_to_any(allow_->networks))
    count += ended.remove_from(allow_.edit().networks, " allowed");
  if (count == 0)
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
    if (at == nullptr || (*at)->tried || (*at)->good_at)
      continue;
    const auto longest = lifetime(kept.role, refresh_);
    recall(std::move(kept), longest, now, at->edit());
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
    if (!each->effective->empty()) {
      for (table::listing& listing : listings_of(*each))
        all.push_back(std::move(listing));
    }
    if (each->waits_for_mail)
      all.push_back(listing_by_mail(*each));
  }
  return all;
}

} // namespace spfblock::domains
