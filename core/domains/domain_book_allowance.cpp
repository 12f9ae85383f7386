// The part of domain_book that decides what is taken out of listings: what is
// allowed, and the shares of `limits.total`.
#include "core/domains/domain_book.hpp"
#include "core/domains/listing_events.hpp"
#include "core/net/special_purpose.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace spfblock::domains {
namespace {

using log::kind;

/// What is listed by hand of all.
std::vector<net::ip_prefix>
networks_in(const std::vector<config::network_entry>& entries) {
  std::vector<net::ip_prefix> networks;
  networks.reserve(entries.size());
  for (const config::network_entry& entry : entries)
    networks.push_back(entry.network);
  return networks;
}

/// Of two shares: nothing is all.
bool is_below(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  return a && (!b || *a < *b);
}

bool is_cut(const known_domain& of, const share& by) {
  return is_below(by.ipv4_addresses, of.size.ipv4_addresses.value_or(0)) ||
         is_below(by.networks, of.size.networks.value_or(0)) ||
         is_below(by.unlisted, of.size.unlisted.value_or(0));
}

} // namespace

// What is allowed ----------------------------------------------------------

/// Those of `allow.domains`, then the providers.
domain_book::pages domain_book::allowed_ones() const {
  const auto first = std::partition_point(
      domains_.begin(), domains_.end(),
      [](const page& each) { return each->role == role::listed; });
  return {domains_.data() + (first - domains_.begin()),
          domains_.data() + domains_.size()};
}

void domain_book::rebuild_allowance() {
  std::vector<allowance::entry> entries;
  std::vector<allowance::entry> of_listed; ///< providers
  for (const config::allowed_network& each : allow_->networks)
    entries.push_back({"network " + each.network.to_string(),
                       net::address_set{each.network}});
  for (const known_domain& each : allowed_ones()) {
    if (each.effective->empty())
      continue;
    const dns::name& name = each.domain.name;
    if (!each.is_provider)
      entries.push_back({"domain " + name.to_string(), each.effective});
    else
      (is_listed(name) ? of_listed : entries)
          .push_back({"provider " + name.to_string(), each.effective});
  }
  if (allow_->reserved) {
    for (const auto& block : net::special_purpose_blocks())
      entries.push_back({"reserved " + block.prefix.to_string() + " (" +
                             std::string{block.name} + ')',
                         net::address_set{block.prefix}});
    entries.push_back({"this machine", own_});
  }
  allowance_on_purpose_ = shared_value{allowance{entries, guard_}};
  allowance_ = allowance_on_purpose_;
  if (of_listed.empty())
    return;
  std::move(of_listed.begin(), of_listed.end(), std::back_inserter(entries));
  allowance_ = shared_value{allowance{std::move(entries), guard_}};
}

const allowance& domain_book::allowed_to(const known_domain& of) const {
  return std::binary_search(providers_->begin(), providers_->end(),
                            of.domain.name)
             ? *allowance_on_purpose_
             : *allowance_;
}

settling domain_book::rules(const known_domain& of, timestamp now) const {
  return {refresh_, allowed_to(of), share_of(of), random_, now};
}

/// Computes anew what is listed of each domain and by hand, after what is
/// allowed or the limits changed.
void domain_book::derive_all(timestamp now, book_change& change) {
  const auto derive_those = [&](role as) {
    for (page& each : domains_) {
      if (each->role == as)
        derive(each.edit(), now, change);
    }
  };
  derive_those(role::allowed);
  rebuild_allowance();
  derive_those(role::listed);
  share_out(now, change);
  tell_kept_off_by_hand(change);
  tell_overlap_by_hand(change);
}

/// The same where only `changed` of what is allowed is something else now.
void domain_book::allow_otherwise(const net::address_set& changed,
                                  timestamp now, book_change& change) {
  rebuild_allowance();
  for (page& each : domains_) {
    if (each->role == role::listed && !(each->good.pass & changed).empty())
      derive(each.edit(), now, change);
  }
  share_out(now, change);
  tell_kept_off_by_hand(change);
  tell_overlap_by_hand(change);
}

void domain_book::derive(known_domain& of, timestamp now, book_change& change) {
  const auto told_before = static_cast<std::ptrdiff_t>(change.events.size());
  const share size_before = of.size;
  const std::uint64_t listed_before = of.figures.ipv4_addresses;
  rules(of, now).derive(of, change);
  count_other_size(size_before, of.size);
  count_listed(of, listed_before);
  if (of.is_provider)
    change.events.erase(std::next(change.events.begin(), told_before),
                        change.events.end());
}

/// The shares by which all fit.
share domain_book::share_of_each() const {
  if (!is_over_total())
    return {};
  const auto level =
      [&](auto size,
          std::optional<std::uint64_t> most) -> std::optional<std::uint64_t> {
    if (!most)
      return std::nullopt;
    std::vector<std::uint64_t> sizes;
    for (const page& each : domains_)
      sizes.push_back((each->size.*size).value_or(0));
    return level_that_fits(sizes, *most);
  };
  const config::total_limits& total = limits_.total;
  return {level(&share::ipv4_addresses, total.ipv4_addresses),
          level(&share::networks, total.networks),
          level(&share::unlisted, total.networks)};
}

share domain_book::in_total() const {
  return total_;
}

bool domain_book::is_over_total() const {
  const auto is_over = [](auto sum, std::optional<std::uint64_t> most) {
    return most && *sum > *most;
  };
  const config::total_limits& total = limits_.total;
  return is_over(total_.ipv4_addresses, total.ipv4_addresses) ||
         is_over(total_.networks, total.networks) ||
         is_over(total_.unlisted, total.networks);
}

/// Keeps `total_` up to date, where the size of a domain becomes another one.
void domain_book::count_other_size(const share& before, const share& now) {
  for (const auto size :
       {&share::ipv4_addresses, &share::networks, &share::unlisted}) {
    std::uint64_t& sum = *(total_.*size);
    sum += (now.*size).value_or(0);
    sum -= (before.*size).value_or(0);
  }
}

/// Keeps `listed_` up to date.
/// @param before what the domain listed until now
void domain_book::count_listed(const known_domain& of, std::uint64_t before) {
  if (of.role != role::listed)
    return;
  listed_ += of.figures.ipv4_addresses;
  listed_ -= before;
}

/// What a listed domain may have of the totals.
share domain_book::share_of(const known_domain& of) const {
  share all = share_;
  if (all.ipv4_addresses && of.more_addresses)
    all.ipv4_addresses = of.more_addresses;
  return all;
}

/// Whether shares are to be given anew.
/// @param fitting what each may have
bool domain_book::is_time_to_share_out(const share& fitting,
                                       timestamp now) const {
  const auto& most = limits_.total.ipv4_addresses;
  if (is_below(fitting.ipv4_addresses, share_.ipv4_addresses) ||
      is_below(fitting.networks, share_.networks) ||
      is_below(fitting.unlisted, share_.unlisted) || (most && listed_ > *most))
    return true;
  const bool has_waited =
      !shared_out_at_ || now.steady - *shared_out_at_ >= limits_.growth_wait;
  return has_waited && (fitting != share_ || share_.ipv4_addresses);
}

/// Cuts the largest listings if all are over a total, or gives them back what
/// they may have again.
void domain_book::share_out(timestamp now, book_change& change) {
  const share fitting = share_of_each();
  if (!is_time_to_share_out(fitting, now))
    return;
  const share before = std::exchange(share_, fitting);
  shared_out_at_ = now.steady;
  const auto most = share_.ipv4_addresses;
  std::uint64_t left = 0; // of the addresses of those that were cut
  for (page& each : domains_) {
    if (each->role != role::listed ||
        !(is_cut(*each, before) || is_cut(*each, share_)))
      continue;
    known_domain& of = each.edit();
    const bool is_above = most && of.size.ipv4_addresses.value_or(0) > *most;
    of.more_addresses =
        is_above && left > 0 ? std::optional{*most + left} : std::nullopt;
    derive(of, now, change);
    if (is_above)
      left = *most + left - std::min(of.figures.ipv4_addresses, *most + left);
  }
}

/// Says which networks by hand overlap with what is allowed, if that changed.
void domain_book::tell_kept_off_by_hand(book_change& change) {
  const auto listed =
      net::address_set::of(networks_in(*networks_)) & allowed_by_hand().all();
  if (std::exchange(kept_off_by_hand_, listed) == listed || listed.empty())
    return;
  std::string grounds;
  for (const std::string& each : allowed_by_hand().grounds_over(listed))
    grounds += (grounds.empty() ? "" : ", ") + each;
  change.events.push_back(log::event_of<kind::kept_off_by_allow>{}
                              .with("listing", "networks")
                              .with("by", grounds)
                              .with("networks", some_networks(listed)));
}

/// Says which networks by hand have hosts that are seen, if that changed.
void domain_book::tell_overlap_by_hand(book_change& change) {
  const auto named = networks_in(*networks_);
  seen_overlap found = guard_->overlap_with(
      net::address_set::of(named) - allowed_by_hand().all(), named);
  found.held = false;
  if (found != overlap_by_hand_ && !found.empty())
    change.events.push_back(overlap_event(
        log::event_of<kind::covers_seen>{}.with("listing", "networks"), found));
  overlap_by_hand_ = std::move(found);
}

} // namespace spfblock::domains
