// The records of a domain, as one includes the other.
#pragma once

#include "core/domains/domain_book.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace spfblock::page {

/// A term that authorises addresses.
struct tree_term {
  std::string term; ///< as written; safe
  std::size_t networks = 0;
  std::chrono::sys_seconds since{}; ///< when it was first seen so
  bool is_kept = false;             ///< the DNS left it undecided since

  friend bool operator==(const tree_term&, const tree_term&) = default;
};

/// A record, and those that it includes.
struct tree_record {
  std::string step; ///< the domain, or the term that led here; safe
  std::vector<tree_term> terms;
  /// Other listed domains that use the same record, as configured, the first
  /// `most_sharing` of them.
  std::vector<std::string> also_in;
  std::size_t sharing = 0; ///< how many there are
  std::vector<tree_record> below;

  friend bool operator==(const tree_record&, const tree_record&) = default;
};

inline constexpr std::size_t most_sharing = 10;

/// What is known of `of`, as a tree: records that authorise nothing, nor
/// include one that does, are not in it.  Linear in the records of all domains.
/// @param of a domain of `book`
[[nodiscard]] tree_record include_tree(const domains::known_domain& of,
                                       const domains::domain_book& book);

/// A chain in words, "a.example -> include:b.example -> ip4:192.0.2.0/24", as
/// its steps.
[[nodiscard]] std::vector<std::string> steps_of(std::string_view chain);

} // namespace spfblock::page
