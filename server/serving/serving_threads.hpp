// All the threads that answer lookups.
#pragma once

#include "core/config/settings.hpp"
#include "server/serving/serving_thread.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace spfblock::server {

/// The hits of all serving threads, as they go on being counted.
///
/// Thread safety: any thread.  Valid as long as the threads.
class listing_hits {
public:
  listing_hits() = default;
  explicit listing_hits(std::vector<const hit_counts*> by_thread)
      : by_thread_{std::move(by_thread)} {}

  /// How often a listing answered so far, by table::listing::counter.
  [[nodiscard]] std::uint64_t of(std::uint32_t counter) const;

private:
  std::vector<const hit_counts*> by_thread_;
};

/// Belongs to the controlling thread.
class serving_threads {
public:
  /// None runs before start().  What is given outlives them.
  /// @param count how many, at least one, until the process ends
  /// @param mail who knows of claims; null: nobody
  /// @param senders where the senders of listed hosts are noted; null: nowhere
  serving_threads(unsigned count, const published<table::snapshot>& table,
                  const log_sink& log, query_time::judge* mail = nullptr,
                  shared_sender_notes* senders = nullptr)
      : count_{count},
        table_{table},
        log_{log},
        mail_{mail},
        senders_{senders} {}
  ~serving_threads();
  serving_threads(const serving_threads&) = delete;
  serving_threads& operator=(const serving_threads&) = delete;

  [[nodiscard]] unsigned count() const noexcept { return count_; }

  /// How many clients may be connected, and whether hits are logged; from now
  /// on, for clients that are connected too.
  /// @param most clients that there are descriptors for
  void apply(const config::settings& settings, unsigned most) noexcept;

  /// @pre not started
  void start();

  [[nodiscard]] bool started() const noexcept { return !all_.empty(); }

  /// Serves the clients that come there.  One socket for all threads, as the
  /// service manager has it, is the first thread's, which deals its clients
  /// out to all.
  /// @return a number by which the functions below know the sockets
  /// @pre started
  [[nodiscard]] unsigned listen(const protocols::spoken& at,
                                listening_sockets sockets);

  /// As serving_thread::speak().
  void speak(const protocols::spoken& at, unsigned number);

  /// As serving_thread::stop_listening().
  void stop_listening(unsigned number);

  /// As serving_thread::begin_stop().
  void begin_stop(std::chrono::milliseconds patience);

  /// Waits for the end of all.  @pre begin_stop() was called
  void join();

  /// Those that were started.
  [[nodiscard]] const std::vector<std::unique_ptr<serving_thread>>&
  all() const noexcept {
    return all_;
  }

  /// What they have counted so far, together.
  [[nodiscard]] protocols::counts counted() const;

  /// How often listings answered, by those that were started.
  [[nodiscard]] listing_hits hits() const;

  /// How many clients are connected, and may be.
  [[nodiscard]] const connection_limit& limit() const noexcept {
    return limit_;
  }

private:
  unsigned count_;
  const published<table::snapshot>& table_;
  const log_sink& log_;
  query_time::judge* mail_;
  shared_sender_notes* senders_;
  connection_limit limit_;
  std::atomic<bool> log_hits_ = false;
  std::vector<std::unique_ptr<serving_thread>> all_;
  unsigned last_number_ = 0; ///< of listen()
};

} // namespace spfblock::server
