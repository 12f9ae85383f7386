// What is told of the sets of a domain.
#pragma once

#include "core/support/shared_constant.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::domains {

struct known_domain;

/// Counted where the sets settle: whoever tells it, on a thread with a
/// deadline, needs as little time for large sets as for small ones.
struct figures {
  std::size_t networks = 0; ///< listed, or allowed
  std::uint64_t ipv4_addresses = 0;
  std::uint64_t ipv6_slash64s = 0;
  std::size_t kept_off = 0; ///< networks
  std::size_t overlap = 0;  ///< the same
  /// Of a domain whose last look failed: networks that are listed, or allowed,
  /// although they are undecided.
  std::size_t kept = 0;
  moment::duration longest_kept{}; ///< for so long, the first of the undecided
  /// When the first of its terms was first seen; nothing where there is none.
  std::optional<std::chrono::sys_seconds> oldest_term;
  shared_constant<std::vector<std::string>> undecided;  ///< as spf::text_of()
  shared_constant<std::vector<std::string>> objections; ///< as objection::text

  friend bool operator==(const figures&, const figures&) = default;
};

/// Linear in the ranges of its sets.
[[nodiscard]] figures figures_of(const known_domain& of);

} // namespace spfblock::domains
