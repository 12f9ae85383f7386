// The hits of all listings over time.
#pragma once

#include "core/hits/hit_series.hpp"
#include "core/support/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::hits {

/// Hits by listing, and in all.
///
/// Takes no memory for listings without hits, and is bounded: where there are
/// more than `most_cells` cells (hit_series::size(), eight octets each),
/// listings go whose last hit is longest ago.
///
/// A regular value type.
class hit_ledger {
public:
  /// 32 MiB: 8,000 listings that answer in each minute, half hour and day that
  /// is told, or many times as many as there mostly are.
  static constexpr std::size_t default_most_cells = std::size_t{4} << 20U;

  explicit hit_ledger(std::size_t most_cells = default_most_cells)
      : most_cells_{most_cells} {}

  /// Hits are counted from now on, if they were not before.
  void begin(std::chrono::sys_seconds at);

  /// @param listing a domain, or a network of the configuration; empty: the
  ///        hits count in all alone
  void add(const std::string& listing, std::uint64_t hits,
           std::chrono::sys_seconds at);

  /// Adds what another one knows of the time before.
  void merge_earlier(const hit_ledger& other);

  /// Drops listings until the bound is kept, and a bit more.
  /// @return how many
  std::size_t make_room();

  [[nodiscard]] const hit_series& in_all() const noexcept { return in_all_; }

  /// The hits of a listing; null where none are kept.
  [[nodiscard]] const hit_series* find(std::string_view listing) const;

  /// Those with hits that are kept.
  [[nodiscard]] const std::map<std::string, hit_series, std::less<>>&
  listings() const noexcept {
    return listings_;
  }

  /// Since when it knows of every hit: a listing that it does not have had none
  /// since.  Nothing: it has not begun.
  [[nodiscard]] const std::optional<std::chrono::sys_seconds>&
  complete_since() const noexcept {
    return complete_since_;
  }

  /// How many cells are kept for listings.
  [[nodiscard]] std::size_t cells() const noexcept { return cells_; }

  friend bool operator==(const hit_ledger& a, const hit_ledger& b) {
    return a.complete_since_ == b.complete_since_ && a.in_all_ == b.in_all_ &&
           a.listings_ == b.listings_;
  }

private:
  friend class ledger_reader;

  /// Puts it in the place of what there is of the listing.
  void put(const std::string& listing, hit_series of);

  std::size_t most_cells_;
  std::size_t cells_ = 0;
  std::optional<std::chrono::sys_seconds> complete_since_;
  hit_series in_all_;
  std::map<std::string, hit_series, std::less<>> listings_;
};

/// The version that to_text() writes.
inline constexpr std::uint64_t ledger_version = 1;

/// As a file keeps it: lines of JSON, the first with the version and a CRC-32
/// of all that follows it.  docs/history.md
[[nodiscard]] std::string to_text(const hit_ledger& of);

/// Reads what to_text() wrote; members that it does not know are passed over.
/// Nothing is read before the checksum fits; what passes it is still checked.
/// @return errc::malformed for a damaged text, errc::out_of_range for another
///         version
[[nodiscard]] result<hit_ledger> ledger_from_text(std::string_view text);

} // namespace spfblock::hits
