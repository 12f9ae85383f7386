// By which rules a domain is expanded: the limits of RFC 7208 and our own.
#pragma once

#include "core/dns/name.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace spfblock::spf {

/// What a permerror makes of a listing; see docs/spf-semantics.md.
enum class on_permerror : std::uint8_t {
  stop,      ///< what had passed before the error stays listed
  skip,      ///< the term in error, or the limit, is passed over
  list_void, ///< "void": the domain lists nothing
};

/// Terms that cause DNS queries, over the whole tree (RFC 7208 §4.6.4).
inline constexpr unsigned dns_term_limit = 10;
/// Terms whose queries find nothing (RFC 7208 §4.6.4).
inline constexpr unsigned void_lookup_limit = 2;
/// Names in the answer to one mx term (RFC 7208 §4.6.4).
inline constexpr std::size_t mx_name_limit = 10;
/// Records that somebody's way leads through within these limits, at most.  A
/// term that costs one of the n that are left leads into a record for some, who
/// have n-1 left there, and past it for others, who have n-1 left, too: that
/// makes 2^10-1 records, once a family where names depend on it (%{v}), and the
/// domain's own.
inline constexpr std::size_t most_legal_records =
    1 + 2 * ((std::size_t{1} << dns_term_limit) - 1);

/// Questions that are asked on these ways, at most: the same, but the last term
/// of each way is an mx, and each address asks for its own family.  Whoever
/// passes at a receiver passes within so many.
inline constexpr unsigned most_legal_questions =
    1 + 2 * ((2 + static_cast<unsigned>(mx_name_limit)) *
                 (1U << (dns_term_limit - 1)) -
             1);

/// Records visited in one expansion, under any configuration.  Their terms have
/// no limit of their own: what they cost is work.
inline constexpr std::size_t record_visit_limit = most_legal_records;

/// Records on the way to the innermost one, under any configuration.
inline constexpr unsigned record_depth_limit = 100;

/// Ranges of addresses that one evaluation may touch: about a second of one
/// processor.  The limits above do not bound it: terms by the thousand can go
/// through cohorts of hosts by the hundred thousand.  All that leads to it may
/// cost twice as much again (crawl).  Less would let go who names ten thousand
/// single addresses.
inline constexpr std::uint64_t work_limit = 100'000'000;

/// What an address is told that is still undecided when the work is spent.
inline constexpr const char* over_work = "over the work an expansion may cost";

/// What a term is told that leads to one question too many.
inline constexpr const char* over_dns_queries =
    "over dns_queries, the limit of DNS queries for a domain";

/// How one domain is expanded.  What is over a limit of ours acts as a
/// permerror of the term that hit it.
struct rules {
  spf::on_permerror on_permerror = on_permerror::stop;
  /// A term that grants a shorter prefix counts as not matching.
  std::optional<unsigned> widest_ipv4;
  std::optional<unsigned> widest_ipv6;
  /// Distinct questions of the evaluation, however often they have to be sent;
  /// below most_legal_questions it keeps somebody off who passes at a receiver.
  std::optional<unsigned> dns_queries;
  /// Records on the way from the domain to the innermost one, both included.
  std::optional<unsigned> depth;
  /// Names that include:, redirect= and CNAMEs of records do not follow into,
  /// where that would grant: such a term counts as not matching.  Ascending;
  /// null: none.
  std::shared_ptr<const std::vector<dns::name>> not_followed;
  /// The same for the names of `allow.providers`.
  std::shared_ptr<const std::vector<dns::name>> providers;
  /// Ranges that the evaluation may touch.
  std::uint64_t work = work_limit;
  /// If not null, no question is named as missing: an answer that is not there
  /// is over this, over_work or over_dns_queries.
  const char* asks_no_more = nullptr;
  /// Becomes true when nobody waits for the result any more: then an evaluation
  /// comes to its end soon, with a result of no account.  Null: never.
  std::shared_ptr<const std::atomic<bool>> given_up = nullptr;

  /// Which setting forbids to follow into a name, where that would grant, in
  /// words; empty: none.
  [[nodiscard]] std::string_view forbids(const dns::name& name) const;

  [[nodiscard]] bool is_given_up() const noexcept {
    return given_up != nullptr && given_up->load(std::memory_order_relaxed);
  }

  friend bool operator==(const rules&, const rules&) = default;
};

} // namespace spfblock::spf
