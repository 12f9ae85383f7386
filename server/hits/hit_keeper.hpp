// Keeps the hits over time while the server runs, and over restarts.
#pragma once

#include "server/hits/hit_record.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spfblock::server {

/// What became of the file, counted.
struct hit_totals {
  std::uint64_t saved = 0;
  std::uint64_t failed = 0;
  std::string trouble; ///< why the last save failed; empty if it did not
};

/// Where the hits of a server lie that keeps this state: beside it.
[[nodiscard]] std::string hits_path(const std::string& state_file);

/// Harvests three times a minute, and saves each five minutes what there is
/// new, and at the end.  What a full disk takes nothing of is logged, once as
/// long as it is for the same reason, and tried again each minute; nothing else
/// depends on it.  A file that is damaged, or of another version, is put aside
/// and told.
///
/// Belongs to the thread of `io`; the ledger and the disk are waited for on the
/// thread given.
class hit_keeper {
public:
  /// @param counted what the serving threads have counted; called on the thread
  ///        of `io`
  /// @param on one thread; outlives this, as `io`, `log` and `numbers` do
  hit_keeper(boost::asio::io_context& io, const log_sink& log,
             const listing_numbers& numbers,
             std::function<listing_hits()> counted,
             boost::asio::thread_pool& on);
  ~hit_keeper();
  hit_keeper(const hit_keeper&) = delete;
  hit_keeper& operator=(const hit_keeper&) = delete;

  /// Keeps the hits beside this state from now on, in no file if it is empty.
  /// The first time reads what an earlier process saved there.
  void use(const std::string& state_file);

  /// Harvests and saves for the last time.
  /// @param limit when it waits no longer
  /// @return whether all was done by then; if not, whoever ends the thread
  ///         waits for it
  bool stop(moment limit);

  /// What is known of hits; outlives the keeper where it is held.
  [[nodiscard]] const std::shared_ptr<hit_record>& record() const noexcept {
    return record_;
  }

  /// What came of it so far; the save of stop() does not count.
  [[nodiscard]] const hit_totals& totals() const noexcept { return totals_; }

private:
  class scribe;
  struct outcome {
    bool saved = false;
    std::optional<failure> trouble;
    std::uint64_t dropped = 0; ///< listings, so far
  };

  void tick();
  void ended(const outcome& of);
  void tell_dropped(std::uint64_t so_far);

  boost::asio::io_context& io_;
  const log_sink& log_;
  std::function<listing_hits()> counted_;
  boost::asio::thread_pool& thread_;
  std::shared_ptr<hit_record> record_;
  std::string path_;
  bool has_read_ = false; ///< what an earlier process saved
  bool ticks_ = false;
  std::shared_ptr<scribe> scribe_; ///< used by one job of `thread_` at a time
  bool is_busy_ = false;
  moment save_at_{};
  std::uint64_t dropped_ = 0; ///< told
  std::optional<moment> dropped_told_at_;
  hit_totals totals_;
  alarm again_;
  lifetime life_; ///< until stop()
};

} // namespace spfblock::server
