// What is known about each listed domain: its last good networks, when it is
// due, what went wrong.  Every rule about freshness is here; time is a
// parameter.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/name.hpp"
#include "core/log/event.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/rules.hpp"
#include "core/table/snapshot.hpp"

#include <tsl/hopscotch_map.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::table {

/// A moment; the core never asks for the current one itself.
using moment = std::chrono::steady_clock::time_point;

/// The listed domains and the rules of their freshness.
///
/// Not thread-safe: belongs to the thread that refreshes.
class domain_book {
public:
  /// Addresses and how the record came to authorise them.
  struct authorisation {
    std::string chain; ///< spf::chain()
    net::address_set addresses;
  };

  /// One domain.
  struct page {
    config::domain_entry entry;
    net::address_set listed{}; ///< the last good expansion, empty before one
    /// The same, disjoint, by the term that authorised them.
    std::vector<authorisation> authorised{};
    std::optional<moment> good_at{};
    moment due{};
    bool expanding = false;
    unsigned failures = 0; ///< in a row
    bool gone = false;     ///< no record at the last look that DNS answered
    std::string trouble{}; ///< of the last expansion, empty if none
  };

  /// What an expansion led to.
  struct settlement {
    std::vector<log::event> events; ///< what the log should say
    bool listing_changed = false;
    std::optional<moment> due; ///< of the domain; nothing if it is unknown
  };

  /// A domain to expand and how.
  struct assignment {
    dns::name domain;
    spf::rules by;
  };

  /// Takes over a configuration: domains that stay keep all that is known of
  /// them, others go, new ones are due at once.  A domain whose on_permerror
  /// changed, or all if limits changed, become due at once.
  /// Expansions under way are given up: they will not be settled, and their
  /// domains are due at once.
  void apply(const config::settings& settings, moment now);

  /// The domains that are due and not being expanded; they count as being
  /// expanded from now on, until settle().
  [[nodiscard]] std::vector<assignment> take_due(moment now);

  /// When take_due() will give something, as far as is known now; nothing if
  /// all domains are being expanded.  Linear.
  [[nodiscard]] std::optional<moment> next_due() const;

  /// Takes in the result of an expansion.  A domain that is no longer
  /// configured is ignored.
  ///
  /// A temperror keeps the last good networks until `keep_stale` has passed
  /// since they were good; retries come after `retry`, doubling.  A record
  /// that is gone is believed at the second look that the DNS answers so.
  settlement settle(const spf::expansion& result, moment now);

  /// How many domains are being expanded.
  [[nodiscard]] std::size_t expanding() const noexcept { return expanding_; }

  /// In the order of the configuration.
  [[nodiscard]] const std::vector<page>& pages() const noexcept {
    return pages_;
  }

  /// The networks listed by hand.
  [[nodiscard]] const std::vector<config::network_entry>&
  by_hand() const noexcept {
    return settings_.networks;
  }

  /// The listings to publish: networks by hand first, then the domains.
  [[nodiscard]] std::vector<listing> listings() const;

private:
  void abandon_expansions(moment now);
  page* find(const dns::name& domain);
  void reschedule(page& of, const spf::expansion& result, moment now) const;
  void keep_after_failure(page& of, const std::string& reason, moment now,
                          settlement& told) const;
  void keep_if_gone_once(page& of, moment now, settlement& told) const;
  void replace(page& of, const spf::expansion& result, moment now,
               settlement& told) const;

  config::settings settings_;
  std::vector<page> pages_;
  std::size_t expanding_ = 0;
  tsl::hopscotch_map<std::string, std::size_t> index_; ///< by name::wire()
};

} // namespace spfblock::table
