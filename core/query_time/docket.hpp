// Which claims are looked at, when, and what is made of the results.
#pragma once

#include "core/query_time/allotment.hpp"
#include "core/query_time/claim.hpp"
#include "core/query_time/totals.hpp"
#include "core/query_time/verdicts.hpp"
#include "core/spf/check_host.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/residue.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace spfblock::query_time {

/// Decides about checks of claims, without clocks and without the DNS.
///
/// Before a domain's claims count, it is asked about an address that can be
/// nobody's client (canary.hpp), as the first of its claims was made: a domain
/// that authorises that one authorises everybody, and so nobody, until it is
/// asked again.  Meanwhile its claims wait.
///
/// A result holds as long as the DNS says, but at least `shortest` and at most
/// `longest_kept`.  Until it is there the claim is sought.  After a temperror,
/// and after a check that takes too long, it is open for `shortest`.
///
/// Bounded: checks at once and questions a minute, of a domain and of all.
/// What there is no room for is open for `pause`.
///
/// Not thread-safe.
class docket {
public:
  static constexpr std::chrono::seconds shortest{60};
  static constexpr std::chrono::seconds longest_kept{3600};
  static constexpr std::chrono::seconds pause{5};

  struct limits {
    std::size_t at_once = 128;
    std::size_t at_once_of_domain = 16;
    double questions_a_minute = 6000;
    double questions_a_minute_of_domain = 600;
    /// A check that takes longer is given up: RFC 7208 §4.6.4 wants 20 s at
    /// least.
    std::chrono::seconds longest{20};
  };

  /// A check to be begun.
  struct check {
    std::uint64_t number = 0;
    spf::envelope of;
  };

  /// What is known of a claim from now on.
  struct knowledge {
    claim of;
    verdict said = verdict::open;
    moment until{};
  };

  /// What an operation leads to.
  struct effect {
    std::vector<std::uint64_t> given_up; ///< checks that took too long
    std::vector<check> begin;
    std::vector<knowledge> know;
    /// Domains that turned out to authorise everybody, or not to any more.
    std::vector<dns::name> everybody;
    std::vector<dns::name> no_more;
  };

  /// @param random gives any of 2^32 numbers
  docket(limits most, std::function<std::uint32_t()> random)
      : most_{most},
        random_{std::move(random)},
        left_{most.questions_a_minute} {}

  /// A claim of which nothing is known.
  /// @param waits of its domain
  [[nodiscard]] effect wanted(const claim& what, const table::residue& waits,
                              moment now);

  /// A check came to its end.  One that was given up is ignored.
  [[nodiscard]] effect ended(std::uint64_t number, const spf::host_check& made,
                             moment now);

  /// Gives up what takes too long.
  [[nodiscard]] effect give_up(moment now);

  /// When give_up() will give something.
  [[nodiscard]] std::optional<moment> next() const;

  /// Whether a domain authorises everybody, as far as is known.
  [[nodiscard]] bool passes_everybody(const dns::name& domain) const;

  /// All that do.
  [[nodiscard]] std::unordered_set<dns::name> passing_everybody() const;

  [[nodiscard]] std::size_t under_way() const noexcept {
    return under_way_.size();
  }

  /// Forgets everything, but for what is counted.
  void clear();

  [[nodiscard]] const check_totals& counted() const noexcept {
    return counted_;
  }

private:
  enum class trust : std::uint8_t { unknown, asking, good, open, everybody };
  struct canary {
    trust is = trust::unknown;
    bool everybody = false; ///< as it was last known
    moment until{};
    std::vector<claim> waiting;
  };
  struct domain {
    explicit domain(double a_minute) : left{a_minute} {}
    allotment left;
    std::size_t under_way = 0;
    std::array<canary, 2> canaries; ///< by family
  };
  struct job {
    claim what;
    bool is_canary = false;
    moment until{};
  };

  domain& domain_of(const dns::name& name);
  [[nodiscard]] bool has_room(domain& of, moment now);
  void turn_away(const claim& what, moment now, effect& to);
  void seek(const claim& what, moment now, effect& to);
  void wait_for(canary& of, const claim& what, moment now, effect& to);
  void ask_canary(canary& of, const claim& what, const table::residue& waits,
                  moment now, effect& to);
  void begin(const claim& what, bool is_canary, moment now, effect& to);
  void end(job what, spf::host_result result, std::chrono::seconds holds,
           double questions, moment now, effect& to);
  void know_canary(const claim& of, spf::host_result result,
                   std::chrono::seconds holds, moment now, effect& to);

  limits most_;
  std::function<std::uint32_t()> random_;
  allotment left_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, job> under_way_;           ///< the oldest first
  std::unordered_map<claim, std::uint64_t> numbers_; ///< but for canaries
  std::unordered_map<dns::name, domain> domains_;
  check_totals counted_;
};

} // namespace spfblock::query_time
