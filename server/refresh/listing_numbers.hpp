// Which number the hits of a listing are counted under.
#pragma once

#include "core/table/snapshot.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// Numbers domains from 1 on, each by its name and for good: its hits go on
/// counting through every table that is published, and when it comes back after
/// it was taken out of the configuration.  Networks listed by hand, of which
/// there may be any number, share the number 0.
///
/// Thread-safe: numbers are given where tables are built, and looked up where
/// hits are shown.  Grows by the names that were ever configured.
class listing_numbers {
public:
  static constexpr std::uint32_t by_hand = 0;

  /// Sets table::listing::counter of each.
  /// @param by_hand_first how many at the front are networks listed by hand
  void give(std::vector<table::listing>& to, std::size_t by_hand_first);

  /// The number of a domain; nothing if it was never listed.
  [[nodiscard]] std::optional<std::uint32_t>
  find(const std::string& domain) const;

private:
  mutable std::mutex access_;
  tsl::hopscotch_map<std::string, std::uint32_t> numbers_;
};

} // namespace spfblock::server
