// Addresses with the same history, the unit that evaluation moves around.
#pragma once

#include "core/net/address_set.hpp"

#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace spfblock::spf {

/// Addresses of one family that have come the same way through the records so
/// far, and what RFC 7208 §4.6.4 counts on that way.
struct cohort {
  net::family family = net::family::ipv4;
  unsigned dns_terms = 0;
  unsigned void_lookups = 0;
  net::address_set addresses; ///< of `family` only, never empty
};

/// Disjoint cohorts, no two with the same family and counts.
///
/// A limit drops a cohort that is over it, so there are at most
/// 2 families * 11 DNS terms * 3 void lookups, except where limits are passed
/// over.
class cohorts {
public:
  cohorts() = default;

  /// Every address there is, nothing counted.
  [[nodiscard]] static cohorts everybody();

  [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
  [[nodiscard]] const std::vector<cohort>& members() const noexcept {
    return members_;
  }

  /// Whether an address of `network` is in one of them.
  [[nodiscard]] bool meets(const net::ip_prefix& network) const noexcept;

  /// All addresses in them.
  [[nodiscard]] net::address_set addresses() const;

  /// Those that are in `network`.  Linear in the cohorts of its family.
  [[nodiscard]] net::address_set
  addresses_in(const net::ip_prefix& network) const;

  /// What operations cost, in ranges of addresses that they walk through: all
  /// ranges; addresses(); extract() of a network, and of a set; add() of
  /// others.
  [[nodiscard]] std::uint64_t ranges() const noexcept;
  /// What it takes to move them all, where weight_at_once is as much as to walk
  /// through one range.
  [[nodiscard]] std::uint64_t weight() const noexcept;
  static constexpr std::uint64_t weight_at_once = 16;
  [[nodiscard]] std::uint64_t work_to_unite() const noexcept;
  [[nodiscard]] std::uint64_t work_to_extract(net::family from) const noexcept;
  [[nodiscard]] std::uint64_t
  work_to_part(const net::address_set& by) const noexcept;
  [[nodiscard]] std::uint64_t work_to_add(const cohorts& others) const noexcept;

  /// The highest counts among them; 0 if there are none.
  [[nodiscard]] unsigned most_dns_terms() const noexcept;
  [[nodiscard]] unsigned most_void_lookups() const noexcept;

  /// Adds a cohort to the one with the same family and counts, if any.
  /// @pre disjoint from all of them
  void add(cohort newcomer);
  void add(cohorts newcomers);

  /// Takes out those for which `condition(cohort)` holds.
  template <class Condition>
  [[nodiscard]] cohorts extract_if(Condition condition) {
    cohorts taken;
    auto kept = members_.begin();
    for (auto member = kept; member != members_.end(); ++member) {
      if (condition(std::as_const(*member)))
        taken.members_.push_back(std::move(*member));
      else if (kept++ != member)
        *std::prev(kept) = std::move(*member);
    }
    members_.erase(kept, members_.end());
    return taken;
  }

  /// Takes out these addresses, of any families, with their counts.
  [[nodiscard]] cohorts extract(const net::ip_prefix& network);
  [[nodiscard]] cohorts extract(const net::address_set& addresses);

  /// Counts so many DNS terms and void lookups more for each of them.
  void count(unsigned dns_terms, unsigned void_lookups) noexcept;

private:
  /// Takes out of each member what `from(addresses)` takes out of its own.
  template <class Extract>
  [[nodiscard]] cohorts extract_from_each(Extract from);

  std::vector<cohort> members_;
};

} // namespace spfblock::spf
