// What is known about each domain, listed or allowed: its last good networks,
// when it is due, what went wrong.  Every rule about freshness and about what
// may be listed is here; time is a parameter.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/name.hpp"
#include "core/domains/allowance.hpp"
#include "core/domains/known_domain.hpp"
#include "core/domains/settling.hpp"
#include "core/domains/state.hpp"
#include "core/log/event.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/rules.hpp"
#include "core/support/shared_value.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/snapshot.hpp"

#include <boost/iterator/indirect_iterator.hpp>
#include <boost/range/iterator_range_core.hpp>
#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::domains {

/// The domains and the rules of their freshness.
///
/// A listing is what the domain's last good expansion authorises, without what
/// is allowed, without what is over a limit (contract of the settings `allow`
/// and `limits`).  What an allowed domain authorises is allowed whatever its
/// size.  A provider is an allowed domain of which the log is told in sum only.
/// Whoever lists one lists what it has, and nobody else does.
///
/// Networks with hosts that delivered wanted mail (`allow.seen`) are told, and
/// those of domains held where that is wanted; what is listed by hand is a
/// person's word and stays.
///
/// A new listing waits while an allowed domain is not known in full, up to
/// `refresh.retry`: an innocent must not be rejected because the spammer's DNS
/// is the faster one.  New is what the first look at a domain finds; what was
/// listed before, by an earlier process too, does not wait, nor do networks by
/// hand.
///
/// Where all listings together are over `limits.total`, each has the same share
/// (level_that_fits()): the largest are cut.  Of addresses the next one has
/// what whole networks leave of a share, too.  So are those cut that hold most
/// of what is not listed, before it takes the memory and the state of all
/// others. Shares shrink at once; they grow at a new configuration, and else at
/// most once in `growth_wait`, so that a domain whose size goes up and down
/// costs little.
///
/// A copy costs as much as a few words for each domain, since what is known of
/// them is shared until one of the two books changes it.  So a copy is a view
/// of the book as it is now for who only reads, on any thread (shared_value).
///
/// Not thread-safe: belongs to the thread that refreshes.
class domain_book {
  using page = shared_value<known_domain>;

public:
  using book_change = domains::book_change;

  /// Some domains in a row, as a span of them: size(), operator[], front().
  using pages = boost::iterator_range<
      boost::indirect_iterator<const page*, const known_domain>>;

  /// A domain to expand and how.  `allow.includes` and `allow.providers` hold
  /// for listed domains only: what an allowed one authorises is allowed in
  /// full.
  struct assignment {
    dns::name domain;
    domains::role role = role::listed;
    spf::rules by;
  };

  /// @param random gives numbers from 0 to 1, which spread the looks; without
  ///        it nothing is spread
  explicit domain_book(std::function<double()> random = {})
      : random_{std::move(random)} {}

  /// Takes over a configuration: domains that stay keep all that is known of
  /// them, others go, new ones are due at once.  A domain whose on_permerror
  /// or limits changed becomes due at once, and with a shorter interval one
  /// that was found good longer ago.
  /// Expansions under way are given up: they will not be settled, and their
  /// domains are due at once.
  /// @param own this machine's addresses, subject to `allow.reserved`
  book_change apply(const config::settings& settings,
                    const net::address_set& own, timestamp now);

  /// Takes note of this machine's addresses as they are now.
  book_change know_own(const net::address_set& own, timestamp now);

  /// Takes over what an earlier process knew of domains of which nothing is
  /// known yet.  Ages count on; what is older than `keep_stale` is not taken.
  /// That these are listed is no event: it was so before.
  book_change restore(state from, timestamp now);

  /// What restore() needs to know.
  [[nodiscard]] state save(timestamp now) const;

  /// Removes the entries whose day `until` has come.  The log is told once of
  /// each, however often an entry comes again with a reload.
  book_change remove_ended(timestamp now);

  /// The domains that are due and not being expanded; they count as being
  /// expanded from now on, until settle().
  [[nodiscard]] std::vector<assignment> take_due(timestamp now);

  /// Publishes the listings that wait for allowed domains, if they waited long
  /// enough.
  book_change end_waiting(timestamp now);

  /// Publishes them at once.
  book_change let_go();

  /// When take_due(), remove_ended() or end_waiting() will give something, as
  /// far as is known now; nothing if all domains are being expanded.  A day
  /// that came by a jump of the calendar is due now.  Linear.
  [[nodiscard]] std::optional<moment> next_due(timestamp now) const;

  /// Takes in the result of an expansion.  A domain that is no longer
  /// configured is ignored.  By the rules of `settling`.
  book_change settle(role as, const spf::expansion& result, timestamp now);

  /// The look at a domain that is being expanded waits for room.
  /// @param answer_bytes what its answers took
  book_change put_aside(const dns::name& domain, std::size_t answer_bytes,
                        timestamp now);

  /// How many domains are being expanded.
  [[nodiscard]] std::size_t expanding() const noexcept { return expanding_; }

  /// Where domains are being expanded: when an expansion last began or ended.
  [[nodiscard]] std::optional<moment> quiet_since() const noexcept;

  /// Whether new listings wait: of an allowed domain nothing is known or
  /// shipped, or only a part, and it was configured less than `refresh.retry`
  /// ago.  For a provider they wait until its first look ended: others look
  /// after it.
  [[nodiscard]] bool awaits_allowed(moment now) const;

  /// In the order of the configuration, listed ones first.
  [[nodiscard]] pages domains() const noexcept {
    return {domains_.data(), domains_.data() + configured_};
  }

  /// The providers, but for those that are allowed by name.
  [[nodiscard]] pages providers() const noexcept {
    return {domains_.data() + configured_, domains_.data() + domains_.size()};
  }

  /// The networks listed by hand.
  [[nodiscard]] const std::vector<config::network_entry>&
  by_hand() const noexcept {
    return *networks_;
  }

  /// What is taken out of all listings but those of providers.
  [[nodiscard]] const domains::allowance& allowed() const noexcept {
    return *allowance_;
  }

  /// What is taken out of the listing of `of`, a domain of this book.  That of
  /// a provider keeps what listed providers have, its own and that of others.
  [[nodiscard]] const domains::allowance&
  allowed_to(const known_domain& of) const;

  /// What is taken out of the networks by hand: not what a provider has that is
  /// listed.
  [[nodiscard]] const domains::allowance& allowed_by_hand() const noexcept {
    return *allowance_on_purpose_;
  }

  /// The networks that are allowed by hand.
  [[nodiscard]] const std::vector<config::allowed_network>&
  allowed_networks() const noexcept {
    return allow_->networks;
  }

  [[nodiscard]] const table::recipients& exempt_recipients() const noexcept {
    return allow_->recipients;
  }

  [[nodiscard]] const config::refresh_settings& refresh() const noexcept {
    return refresh_;
  }

  /// What all listed domains together would have, were there no `limits.total`.
  [[nodiscard]] share in_total() const;

  /// Of all domains together; nothing where that is no limit.
  [[nodiscard]] const config::total_limits& total_limits() const noexcept {
    return limits_.total;
  }

  /// The listings to publish: networks by hand first, then the domains but for
  /// those that wait; without anything that is allowed.
  [[nodiscard]] std::vector<table::listing> listings() const;

private:
  void take_pages(const config::settings& settings, timestamp now);
  known_domain renewed(const config::spf_domain& domain, role as,
                       timestamp now);
  void number_domains();
  void abandon_expansions(timestamp now);
  book_change remove_ended(timestamp now,
                           const std::vector<std::string>& told_before);
  [[nodiscard]] page* find(const dns::name& domain, role of);
  [[nodiscard]] bool is_listed(const dns::name& domain) const;

  [[nodiscard]] settling rules(const known_domain& of, timestamp now) const;
  void derive(known_domain& of, timestamp now, book_change& change);
  void count_other_size(const share& before, const share& now);
  void count_listed(const known_domain& of, std::uint64_t before);
  [[nodiscard]] pages allowed_ones() const;
  void derive_all(timestamp now, book_change& change);
  void allow_otherwise(const net::address_set& changed, timestamp now,
                       book_change& change);
  void rebuild_allowance();
  void share_out(timestamp now, book_change& change);
  [[nodiscard]] bool is_time_to_share_out(const share& fitting,
                                          timestamp now) const;
  [[nodiscard]] share share_of(const known_domain& of) const;
  [[nodiscard]] share share_of_each() const;
  [[nodiscard]] bool is_over_total() const;
  [[nodiscard]] std::optional<moment> awaited_until() const;
  void tell_kept_off_by_hand(book_change& change);
  void tell_overlap_by_hand(book_change& change);
  void tell_providers(book_change& change) const;

  std::function<double()> random_;
  shared_value<config::allow_settings> allow_;
  shared_value<std::vector<config::network_entry>> networks_;
  config::refresh_settings refresh_;
  config::limit_settings limits_; ///< of all domains together
  std::shared_ptr<const std::vector<dns::name>> not_followed_;
  net::address_set own_; ///< this machine's addresses, if they are allowed
  std::shared_ptr<const std::vector<dns::name>> providers_ =
      std::make_shared<const std::vector<dns::name>>();
  std::vector<page> domains_;      ///< listed, allowed, providers
  std::size_t configured_ = 0;     ///< domains that are none
  std::vector<std::string> ended_; ///< configured and ended, by key_of()
  std::shared_ptr<const seen_guard> guard_ =
      std::make_shared<const seen_guard>();
  shared_value<domains::allowance> allowance_;
  /// The same without the providers that are listed, for their listings.
  shared_value<domains::allowance> allowance_on_purpose_;
  share total_{0, 0, 0};     ///< the sum of known_domain::size
  std::uint64_t listed_ = 0; ///< IPv4 addresses of all that are listed
  share share_;              ///< of each listed domain in limits.total
  std::optional<moment> shared_out_at_; ///< for this configuration
  net::address_set kept_off_by_hand_;   ///< told already
  seen_overlap overlap_by_hand_;        ///< the same
  std::size_t expanding_ = 0;
  std::vector<std::size_t> waiting_; ///< in domains_: where `waits` is set
  moment active_at_{};               ///< when an expansion last began or ended
  /// By key_of().
  shared_value<tsl::hopscotch_map<std::string, std::size_t>> index_;
};

} // namespace spfblock::domains
