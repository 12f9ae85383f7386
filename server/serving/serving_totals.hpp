// What one serving thread has counted so far.
#pragma once

#include "core/protocols/counts.hpp"
#include "server/serving/hit_counts.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace spfblock::server {

/// Thread safety: add() and `hits.add()` from one thread; all else from any.
class serving_totals {
public:
  void add(const protocols::counts& more) noexcept;

  /// One more.
  void add(protocols::count of) noexcept;

  [[nodiscard]] protocols::counts so_far() const noexcept;

  hit_counts hits; ///< what was found, by listing

private:
  std::array<std::atomic<std::uint64_t>, protocols::count_words.size()>
      numbers_{};
};

} // namespace spfblock::server
