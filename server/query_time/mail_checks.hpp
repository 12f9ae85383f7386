// Finds out about claims: the DNS, the clock and the log of query time.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/name.hpp"
#include "core/dns/resolver.hpp"
#include "core/query_time/docket.hpp"
#include "core/query_time/judge.hpp"
#include "core/query_time/totals.hpp"
#include "core/query_time/verdicts.hpp"
#include "core/spf/asked_check.hpp"
#include "core/spf/rules.hpp"
#include "core/table/snapshot.hpp"
#include "server/serving/published.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"
#include "server/system/random_numbers.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace spfblock::server {

/// The judge of a running server: answers from what is known, and has
/// check_host() run on the thread of `io` for what is not, as docket decides.
///
/// Serving threads share with it what is known and who waits for what, under a
/// mutex that is held for one look or one entry; and only mail that claims a
/// listed domain, where the mail decides, comes here.  What they ask for is
/// posted, at most `most_posted` at a time; beyond that it is forgotten, and
/// asked for again by the next such mail.
///
/// A claim is waited for during `query_time.wait` since the first who did,
/// however many mails make it, and by `most_waiting` of them at a time.
///
/// What all checks hold of answers is bounded (spf::asked_checks).
class mail_checks final : public query_time::judge {
public:
  static constexpr unsigned most_posted = 1024;
  static constexpr std::size_t most_waiting = 1024;

  /// Everything given outlives this.
  /// @param table what is listed when a claim is looked at
  /// @param most_answer_bytes what checks may hold together
  mail_checks(boost::asio::io_context& io, const log_sink& log,
              const published<table::snapshot>& table,
              std::size_t most_answer_bytes = spf::asked_checks::most_bytes);

  // Of serving threads.
  [[nodiscard]] query_time::verdict say(const query_time::claim& of) override;
  [[nodiscard]] bool lets_wait() const noexcept override {
    return wait_.load(std::memory_order_relaxed).count() > 0;
  }
  [[nodiscard]] std::optional<moment>
  await(const query_time::claim& of, std::function<void()> told) override;
  [[nodiscard]] bool defers() const noexcept override {
    return defers_.load(std::memory_order_relaxed);
  }

  // Of any thread.
  [[nodiscard]] query_time::totals totals() const;

  // Of the thread of `io`.

  /// Takes over a configuration; what was known is forgotten, and who waits is
  /// told.
  /// @param has_door whether a door is open that knows the mail
  /// @param rules by which a listed domain is evaluated
  void apply(const config::query_time_settings& settings, bool has_door,
             std::weak_ptr<dns::resolver> questions,
             std::function<spf::rules(const dns::name&)> rules);

  /// The domains that authorise everybody, so that their mail decides about
  /// nobody.
  [[nodiscard]] std::unordered_set<dns::name> passing_everybody() const {
    return docket_.passing_everybody();
  }

  [[nodiscard]] bool has_door() const noexcept { return has_door_; }

  /// Nothing is asked any more, and nobody waits.
  void stop();

private:
  using functions = std::vector<std::function<void()>>;

  /// Those who wait for a claim.
  struct waiting {
    moment until;
    functions told;
  };

  [[nodiscard]] functions released(const query_time::claim& of);
  [[nodiscard]] functions released_all();
  void want(const query_time::claim& what);
  void ended(std::uint64_t number, const spf::host_check& made);
  void carry_out(query_time::docket::effect what);
  void put_aside(const dns::name& domain, std::size_t bytes);
  void give_up_all();

  boost::asio::io_context& io_;
  const log_sink& log_;
  const published<table::snapshot>& table_;
  const std::size_t most_answer_bytes_;
  std::atomic<bool> defers_ = false;
  std::atomic<std::chrono::milliseconds> wait_{std::chrono::milliseconds{0}};
  mutable std::mutex access_;
  query_time::verdicts known_;                             ///< under access_
  std::unordered_map<query_time::claim, waiting> waiting_; ///< the same
  std::size_t how_many_wait_ = 0;                          ///< the same
  bool is_stopped_ = false;                                ///< the same
  unsigned posted_ = 0;                                    ///< the same
  query_time::totals totals_;                              ///< the same
  /// Claims that there was no room to post; the same.
  std::uint64_t turned_away_ = 0;
  std::uint64_t put_aside_ = 0; ///< checks; the same

  std::function<spf::rules(const dns::name&)> rules_;
  std::shared_ptr<spf::asked_checks> checks_; ///< null before apply()
  random_numbers random_;
  query_time::docket docket_;
  bool has_door_ = false;
  std::optional<moment> told_aside_at_; ///< the log
  alarm late_;                          ///< a check takes too long
  lifetime life_;                       ///< until stop()
  lifetime::watch posting_;             ///< the same, for serving threads
};

} // namespace spfblock::server
