#include "core/reports/difference.hpp"

#include "core/domains/listing_events.hpp"
#include "core/domains/objection.hpp"

#include <tsl/hopscotch_map.h>

#include <utility>

namespace spfblock::reports {
namespace {

using addresses_by_name = tsl::hopscotch_map<std::string, net::address_set>;

addresses_by_name index_of(const std::vector<table::holding>& holdings) {
  addresses_by_name index;
  for (const table::holding& each : holdings)
    index[each.name] |= each.addresses;
  return index;
}

/// Takes an entry out.
net::address_set take(addresses_by_name& from, const std::string& name) {
  const auto found = from.find(name);
  if (found == from.end())
    return {};
  net::address_set addresses = found->second;
  from.erase(found);
  return addresses;
}

/// The DNS decided nothing that could be listed.
bool has_failed(const domains::known_domain& known) {
  return known.failures > 0 && !known.in_part;
}

std::vector<std::string> remarks_on(const domains::known_domain& known) {
  std::vector<std::string> remarks;
  if (has_failed(known))
    remarks.push_back("DNS failed: " + known.trouble);
  else if (known.gone)
    remarks.push_back(known.good_at ? "no SPF record; believed at a second look"
                                    : "no SPF record");
  else if (!known.trouble.empty())
    remarks.push_back((known.role == domains::role::allowed
                           ? "protects only a part: "
                           : "not listed in full: ") +
                      known.trouble);
  for (const domains::objection& each : domains::objections_to(known)) {
    remarks.push_back(each.text);
    remarks.push_back("refused: " + domains::some_networks(each.addresses));
  }
  if (!known.kept_off.empty())
    remarks.push_back("allow keeps off " +
                      domains::some_networks(known.kept_off));
  return remarks;
}

/// Builds a difference, listing by listing.
class comparison {
public:
  comparison(const std::vector<table::holding>& before,
             const domains::domain_book& after)
      : before_{before},
        old_{index_of(before)},
        new_{index_of(table::holdings_of(table::snapshot{after.listings()}))} {}

  /// What becomes of the listing of that name; nothing but its name for an
  /// allowed domain.
  listing_change& add(const std::string& name, listing_kind kind) {
    listing_change& change = made_.listings.emplace_back();
    change.name = name;
    change.kind = kind;
    if (kind == listing_kind::allowed_domain)
      return change;
    const net::address_set before = take(old_, name);
    const net::address_set after = take(new_, name);
    change.added = after - before;
    change.removed = before - after;
    return change;
  }

  /// Adds what was there before and was not added yet.
  void add_former() {
    for (const table::holding& each : before_) {
      if (old_.find(each.name) != old_.end())
        add(each.name, listing_kind::former);
    }
  }

  [[nodiscard]] difference take_all() { return std::move(made_); }

private:
  const std::vector<table::holding>& before_;
  addresses_by_name old_; ///< without those that were added already
  addresses_by_name new_; ///< the same
  difference made_;
};

} // namespace

difference difference_between(const std::vector<table::holding>& before,
                              const domains::domain_book& after) {
  comparison all{before, after};
  for (const config::network_entry& each : after.by_hand())
    all.add(each.network.to_string(), listing_kind::by_hand);
  for (const domains::known_domain& each : after.domains()) {
    listing_change& change = all.add(each.domain.name.to_string(),
                                     each.role == domains::role::listed
                                         ? listing_kind::domain
                                         : listing_kind::allowed_domain);
    change.remarks = remarks_on(each);
    change.failed = has_failed(each);
  }
  all.add_former();
  return all.take_all();
}

bool difference::dns_failed() const noexcept {
  bool some = false;
  for (const listing_change& each : listings) {
    if (each.kind == listing_kind::by_hand || each.kind == listing_kind::former)
      continue;
    if (!each.failed)
      return false;
    some = true;
  }
  return some;
}

} // namespace spfblock::reports
