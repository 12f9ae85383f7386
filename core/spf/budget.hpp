// How much one evaluation may visit.
#pragma once

#include "core/spf/rules.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace spfblock::spf {

/// Counts the records and terms that are visited, against the bounds of
/// rules.hpp.
class budget {
public:
  explicit budget(const rules& by);

  void spend_record() noexcept { ++records_; }
  void spend_terms(std::size_t count) noexcept { terms_ += count; }

  /// Which bound one more record would exceed, in words; none if it may be
  /// visited.
  /// @param depth that it would have: how many records there are on the way to
  ///        it, itself included
  [[nodiscard]] std::optional<std::string> exceeded_at(unsigned depth) const;

private:
  unsigned deepest_;
  std::size_t records_ = 0;
  std::size_t terms_ = 0;
};

} // namespace spfblock::spf
