#include "server/serving/shared_sender_notes.hpp"

namespace spfblock::server {

void shared_sender_notes::note(std::string_view mail_from,
                               const net::ip_address& host,
                               std::uint32_t listing,
                               std::chrono::sys_seconds at) {
  const std::unique_lock lock{noting_, std::try_to_lock};
  if (lock)
    notes_.note(mail_from, host, listing, at);
  else
    missed_.fetch_add(1, std::memory_order_relaxed);
}

suggest::noted_senders shared_sender_notes::copy() const {
  suggest::noted_senders made;
  made.since = since_;
  for (std::size_t i = 0; i < suggest::sender_notes::sets; ++i) {
    const std::lock_guard lock{noting_};
    notes_.append_set(i, made.senders);
    made.forgotten = notes_.forgotten();
  }
  made.forgotten += missed_.load(std::memory_order_relaxed);
  return made;
}

} // namespace spfblock::server
