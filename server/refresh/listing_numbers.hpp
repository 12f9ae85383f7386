// Which number the hits of a listing are counted under.
#pragma once

#include "core/table/snapshot.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {

/// Numbers listings from 1 on, each by its name and for good: its hits go on
/// counting through every table that is published, and when it comes back after
/// it was taken out of the configuration.  Networks listed by hand, of which
/// there may be any number, share the number 0 where there are very many.
///
/// Thread-safe: numbers are given where tables are built, and looked up where
/// hits are shown.  Grows by the names of domains that were ever configured.
class listing_numbers {
public:
  /// That of networks listed by hand from the `most_networks`-th on.
  static constexpr std::uint32_t shared = 0;
  static constexpr std::size_t most_networks = 65536;

  /// Sets table::listing::counter of each.
  /// @param by_hand_first how many at the front are networks listed by hand
  void give(std::vector<table::listing>& to, std::size_t by_hand_first);

  /// The number of a domain, or of a network listed by hand that has one of its
  /// own; nothing if it was never listed.
  [[nodiscard]] std::optional<std::uint32_t>
  find(const std::string& listing) const;

  /// The highest number that was given.
  [[nodiscard]] std::uint32_t last() const;

  /// Whose number it is; empty for the shared one.
  /// @pre it was given
  [[nodiscard]] std::string name_of(std::uint32_t number) const;

  /// The numbers of networks listed by hand, the shared one among them.
  [[nodiscard]] std::vector<std::uint32_t> of_networks() const;

private:
  [[nodiscard]] std::uint32_t number_of(const std::string& name,
                                        bool is_network);

  mutable std::mutex access_;
  std::deque<std::string> names_; ///< by number, less one
  tsl::hopscotch_map<std::string_view, std::uint32_t> numbers_; ///< of names_
  std::vector<std::uint32_t> networks_{shared};
};

} // namespace spfblock::server
