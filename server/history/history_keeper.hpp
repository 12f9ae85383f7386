// Writes down what happens to the listings while the server runs.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/history/comparison.hpp"
#include "server/history/history_file.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace spfblock::server {

/// What became of the history, counted.
struct history_totals {
  std::uint64_t written = 0; ///< entries
  std::uint64_t failed = 0;  ///< times that the disk took none
  std::string trouble; ///< why the last ones were not written; empty if they
                       ///< were
};

/// Keeps the history: what is different in each book that is noted.
///
/// To note a book costs next to nothing.  What it says is compared, and the
/// disk is waited for, on a thread of its own; where that is behind, the book
/// that comes next takes the place of the last that waits, so that four at most
/// are held.  So is it where the disk takes nothing, which is logged once as
/// long as it is for the same reason, and tried again each minute: changes are
/// then told together.  Nothing else depends on it.
///
/// At the start the history that is there is read, on that thread as well, and
/// what it does not say of the first book is told.
///
/// Belongs to the thread of `io`.
class history_keeper {
public:
  /// @param io and `log` outlive this
  history_keeper(boost::asio::io_context& io, const log_sink& log,
                 history_bounds within = {});
  ~history_keeper();
  history_keeper(const history_keeper&) = delete;
  history_keeper& operator=(const history_keeper&) = delete;

  /// Keeps the history beside this state from now on; nowhere if it is empty.
  void use(const std::string& state_file);

  /// @param meanwhile other: a configuration came into force since the book
  ///        before; so it is for the first one
  void note(std::shared_ptr<const domains::domain_book> book,
            history::configuration meanwhile);

  /// Writes what is not written yet, then no more.
  /// @param limit when it waits no longer
  /// @return whether all was done by then; if not, the destructor still waits
  bool stop(moment limit);

  [[nodiscard]] const history_totals& totals() const noexcept {
    return totals_;
  }

  /// Where it is kept; empty: nowhere.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// The thread that writes, for what else is written beside the state.
  [[nodiscard]] boost::asio::thread_pool& thread() noexcept { return thread_; }

private:
  class scribe;
  struct outcome {
    std::uint64_t written = 0;
    std::optional<failure> trouble;
  };

  void begin();
  void ended(const outcome& of);

  boost::asio::io_context& io_;
  const log_sink& log_;
  history_bounds bounds_;
  history_totals totals_;
  std::string path_;
  std::shared_ptr<scribe> scribe_;
  alarm again_;
  lifetime life_; ///< until stop()
  boost::asio::thread_pool thread_{1};
};

} // namespace spfblock::server
