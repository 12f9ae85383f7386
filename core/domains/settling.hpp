// What the result of one expansion makes of a domain's known domain: the rules
// of freshness, and of what may be listed, for one domain.
#pragma once

#include "core/config/settings.hpp"
#include "core/domains/allowance.hpp"
#include "core/domains/book_change.hpp"
#include "core/domains/known_domain.hpp"
#include "core/net/address_set.hpp"
#include "core/spf/expansion.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

namespace spfblock::domains {

/// How long networks may be kept since they were last found good.
///
/// `keep_stale`; those of an allowed domain `interval` longer.  While the DNS
/// worked it was looked at that often, so when all DNS fails at once they do
/// not end before the listings that they protect from.
[[nodiscard]] std::chrono::seconds lifetime(role of,
                                            const config::refresh_settings& by);

/// The rules, with what they depend on, at one moment.
///
/// What the DNS left undecided at a look keeps its last good state until
/// lifetime() has passed since it was good; what was decided is believed at
/// once.  Retries come after `retry`, doubling.  A record that
/// is gone is believed at the second look that the DNS answers so, what an
/// allowed domain lost too.  What makes a listing grow too much waits
/// (growth_brake); what is over a limit is refused (within_limits()).  Of
/// what is held and not listed no more is kept than the share of the domain.
class settling {
public:
  /// Everything given outlives this.
  /// @param by_total what a listed domain may have of the totals of all
  /// @param random gives numbers from 0 to 1, or is empty: nothing is spread
  settling(const config::refresh_settings& refresh, const allowance& allowed,
           const share& by_total, const std::function<double()>& random,
           timestamp now)
      : refresh_{refresh},
        allowed_{allowed},
        by_total_{by_total},
        random_{random},
        now_{now} {}

  /// Takes in the result of an expansion of the known domain.
  void settle(known_domain& of, const spf::expansion& result,
              book_change& change) const;

  /// Computes what is effective of the last good expansion, after what is
  /// allowed, the limits or the share changed: of a listed domain without what
  /// is allowed, then without what is over a limit, of an allowed one all.
  void derive(known_domain& of, book_change& change) const;

private:
  struct judgement;

  [[nodiscard]] judgement judge(const known_domain& of,
                                const finding& found) const;
  void list(known_domain& of, judgement found, book_change& change) const;
  void keep_after_failure(known_domain& of, const spf::expansion& result,
                          book_change& change) const;
  [[nodiscard]] finding keep_undecided(const known_domain& of,
                                       const spf::expansion& result,
                                       book_change& change) const;
  void tell_look(known_domain& of, const spf::expansion& result,
                 const finding& kept, book_change& change) const;
  void lose(known_domain& of, const finding& found,
            const net::address_set& undecided) const;
  void keep_if_gone_once(known_domain& of, book_change& change) const;
  void drop_if_stale(known_domain& of, book_change& change) const;
  void look(known_domain& of, const spf::expansion& result,
            book_change& change) const;
  void keep_bounded(known_domain& of, finding& found) const;
  void hold_growth(known_domain& of, finding& found, judgement& judged,
                   book_change& change) const;
  void keep_to_unlisted(known_domain& of, finding& found,
                        judgement& judged) const;
  void believe(known_domain& of, finding found, judgement judged,
               book_change& change) const;
  void schedule(known_domain& of, const spf::expansion& result) const;
  void retry(known_domain& of, const spf::expansion& result) const;

  const config::refresh_settings& refresh_;
  const allowance& allowed_;
  share by_total_;
  const std::function<double()>& random_;
  timestamp now_;
};

} // namespace spfblock::domains
