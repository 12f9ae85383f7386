// What all serving threads note of who sent from listed hosts.
#pragma once

#include "core/suggest/sender_notes.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace spfblock::server {

/// The notes of one service, for all its threads.
///
/// Whoever notes never waits: where another thread is at it, or has them
/// copied, the note is not made, and counts as forgotten.
///
/// Thread safety: any thread.
class shared_sender_notes {
public:
  /// @param since when they are begun
  explicit shared_sender_notes(std::chrono::sys_seconds since)
      : since_{since} {}

  /// As suggest::sender_notes::note().
  void note(std::string_view mail_from, const net::ip_address& host,
            std::uint32_t listing, std::chrono::sys_seconds at);

  /// A copy; what comes meanwhile may be in it.
  [[nodiscard]] suggest::noted_senders copy() const;

private:
  const std::chrono::sys_seconds since_;
  std::atomic<std::uint64_t> missed_ = 0;
  mutable std::mutex noting_;
  suggest::sender_notes notes_;
};

} // namespace spfblock::server
