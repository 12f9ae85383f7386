// Keeps the published table fresh: has domains expanded, builds, publishes,
// saves.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/resolver.hpp"
#include "core/domains/domain_book.hpp"
#include "core/domains/publication.hpp"
#include "core/reports/health.hpp"
#include "core/table/snapshot.hpp"
#include "server/history/history_keeper.hpp"
#include "server/refresh/expander.hpp"
#include "server/refresh/listing_numbers.hpp"
#include "server/refresh/refresh_totals.hpp"
#include "server/refresh/state_keeper.hpp"
#include "server/serving/published.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace spfblock::server {

/// Runs on the thread of `io` and decides there; whatever takes long is done on
/// other threads: the expander's, one that builds tables, the state keeper's.
class refresher {
public:
  /// Everything given outlives the refresher.
  /// @param on_published called when lookups are answered from another table
  refresher(
      boost::asio::io_context& io, const log_sink& log,
      published<table::snapshot>& table,
      std::function<void()> on_published = [] {});

  /// Starts with a configuration: reads the state file, publishes what is
  /// listed by hand and what the file knows, and expands the domains from then
  /// on.
  /// @param started is called when the first table is published
  void start(
      const config::settings& settings,
      std::shared_ptr<dns::resolver> questions,
      std::function<void()> started = [] {});

  /// Changes over to another configuration, soon: publishes what is known of
  /// the domains that remain and expands the new ones.  Expansions under way
  /// begin anew with the resolver given.
  /// @param applied is called once book() is of this configuration, unless
  ///        another one comes in between
  /// @pre start() has started, or was not called
  void apply(
      const config::settings& settings,
      std::shared_ptr<dns::resolver> questions,
      std::function<void()> applied = [] {});

  /// The calendar was set: entries end, or are entries again, by their `until`,
  /// and the state is saved with the times as they are now.
  /// @param settings those of the last start() or apply(), which is in force
  void clock_was_set(const config::settings& settings);

  /// Stops: no callback does anything any more; the state is saved.
  /// @param limit when it waits no longer: for the disk, or for what a record
  ///        costs
  /// @return whether all has ended by then; if not, the destructor still waits
  bool stop(moment limit);

  /// What is known of the domains.
  [[nodiscard]] const domains::domain_book& book() const noexcept {
    return expander_.book();
  }

  /// The same, to be read by any thread.
  [[nodiscard]] std::shared_ptr<const domains::domain_book>
  shared_book() const noexcept {
    return expander_.shared_book();
  }

  /// Whether the table that is published is of that.
  [[nodiscard]] bool is_current() const noexcept {
    return publication_.is_current();
  }

  [[nodiscard]] const refresh_totals& totals() const noexcept {
    return totals_;
  }
  [[nodiscard]] const state_totals& saves() const noexcept {
    return keeper_.totals();
  }
  [[nodiscard]] const history_totals& history() const noexcept {
    return history_.totals();
  }
  [[nodiscard]] const std::string& history_path() const noexcept {
    return history_.path();
  }

  /// The thread that writes the history; lives as long as this.
  [[nodiscard]] boost::asio::thread_pool& history_thread() noexcept {
    return history_.thread();
  }

  /// Under which numbers the hits of the domains are counted.
  [[nodiscard]] const listing_numbers& numbers() const noexcept {
    return numbers_;
  }

  /// Whether it gets on, but for reports::overdue_by().
  [[nodiscard]] reports::vital_signs signs(timestamp now) const;

private:
  void heard(const expander::news& what);
  void take_note(const domains::domain_book::book_change& of);
  void publish(const domains::step& next);
  void build();
  void built(std::shared_ptr<const table::snapshot> next,
             moment::duration took);
  void free_retired();

  boost::asio::io_context& io_;
  const log_sink& log_;
  published<table::snapshot>& table_;
  std::function<void()> on_published_;
  listing_numbers numbers_;
  refresh_totals totals_;
  std::shared_ptr<dns::resolver> questions_;
  table::blocked_ranges ranges_ = table::blocked_ranges::unknown;
  std::function<void()> applied_;
  std::function<void()> started_; ///< to be called yet
  expander expander_;
  domains::publication publication_;
  alarm soon_;    ///< for publication_
  alarm retired_; ///< tables may be free
  alarm tidying_; ///< memory may be
  boost::asio::thread_pool builder_{1};
  state_keeper keeper_;
  history_keeper history_;
  lifetime life_; ///< until stop()
};

} // namespace spfblock::server
