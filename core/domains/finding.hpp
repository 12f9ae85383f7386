// What one expansion found, as it is kept: who authorised which addresses.
#pragma once

#include "core/net/address_set.hpp"
#include "core/spf/expansion.hpp"
#include "core/support/shared_constant.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::domains {

/// Addresses that one term of a record authorises.
struct authorisation {
  std::size_t record = 0; ///< index in finding::records
  std::string term;       ///< as written; safe for output
  net::address_set addresses;
  std::chrono::sys_seconds since{}; ///< when that term was first seen so
  /// How much longer ago than the finding it was last found so: the DNS left it
  /// undecided since then.
  moment::duration kept_for{0};

  friend bool operator==(const authorisation&, const authorisation&) = default;
};

/// An expansion, without what is not needed any more.  Its sets are canonical,
/// so that they are the same after they were saved and read.
struct finding {
  /// How the evaluation came to each record that authorises something:
  /// "a.example -> include:b.example".
  std::vector<std::string> records;
  std::vector<authorisation> authorised;  ///< disjoint
  shared_constant<net::address_set> pass; ///< their union
  /// As expansion::named.
  std::vector<net::ip_prefix> named;

  friend bool operator==(const finding&, const finding&) = default;
};

/// Addresses that one term would have authorised, were it not too wide.
struct refused_term {
  std::string chain; ///< to the term: "a.example -> +all"
  net::address_set addresses;

  friend bool operator==(const refused_term&, const refused_term&) = default;
};

/// What an expansion authorises.
/// @param former what was found before: a term that was there keeps its
///        `since`, and where the addresses are the same, both share them
/// @param now the `since` of the others
[[nodiscard]] finding finding_of(const spf::expansion& result,
                                 const finding& former,
                                 std::chrono::sys_seconds now);

/// The networks that the record names: `named`, or the prefixes of each term.
[[nodiscard]] std::vector<net::ip_prefix> networks_of(const finding& of);

/// What is left of a finding where only `these` of its addresses are kept.
/// O(n log n), whatever the number of terms.
[[nodiscard]] finding restricted(finding of, const net::address_set& these);

/// A finding as it is kept where only `undecided` addresses of it are, since
/// the DNS failed for them at a look that was `later`.
[[nodiscard]] finding kept_of(finding former, const net::address_set& undecided,
                              moment::duration later);

/// What was decided at a look, and what is kept.  More than `most_terms` of the
/// latter are not told apart any more, but by age.
/// @pre disjoint
[[nodiscard]] finding united(finding decided, finding kept,
                             std::uint64_t most_terms);

/// What of a finding has been kept for less than `longest`.
[[nodiscard]] finding younger_than(finding of, moment::duration longest);

/// Whether they differ in more than how long something has been kept.
[[nodiscard]] bool differ(const finding& a, const finding& b);

/// What of it is kept.
[[nodiscard]] net::address_set kept_in(const finding& of);

/// The longest that something of it is kept; 0 if nothing is.
[[nodiscard]] moment::duration longest_kept(const finding& of);

/// The terms that were too wide for some address.
[[nodiscard]] std::vector<refused_term>
refused_terms_of(const spf::expansion& result);

/// Everything that kept a term from being listed, on one line; empty if nothing
/// did.  At most a few of them in full.
[[nodiscard]] std::string trouble_in(const spf::expansion& result);

} // namespace spfblock::domains
