// A port where DNS is spoken by UDP.
#pragma once

#include "core/protocols/answer_cap.hpp"
#include "core/protocols/spoken.hpp"
#include "server/serving/rush.hpp"
#include "server/serving/session.hpp"
#include "server/system/answered_datagrams.hpp"
#include "server/system/lifetime.hpp"

namespace spfblock::server {

/// Answers what arrives, a batch at a time, to those whom the list serves and
/// as far as answer_cap lets it; all else is counted and not answered.  In a
/// rush it lets datagrams gather; others at the loop are served meanwhile.
///
/// Belongs to the thread of its event loop.
class datagram_port final : public event_loop::watcher {
public:
  /// @param socket of listening_sockets::release_datagrams()
  /// @param at the door dnsbl
  /// @param context outlives the port
  datagram_port(descriptor socket, protocols::spoken at,
                session_context& context);
  ~datagram_port();
  datagram_port(const datagram_port&) = delete;
  datagram_port& operator=(const datagram_port&) = delete;

  /// Begins to answer.
  /// @return false, with errno set, if the socket cannot be waited for
  [[nodiscard]] bool start();

  /// Answers otherwise from now on.
  void speak(protocols::spoken at) { speaks_ = std::move(at); }

  /// Answers what waits already: the last batches.
  void finish();

  void ready() override;

private:
  using clock = std::chrono::steady_clock;

  void wait_for_socket(bool wanted);
  std::size_t answer_batch();
  void answer(const answered_datagrams::received& asked,
              const protocols::lookup& in, std::string& reply);

  descriptor socket_;
  protocols::spoken speaks_;
  session_context& context_;
  protocols::answer_cap cap_;
  clock::time_point now_{}; ///< of the batch
  answered_datagrams datagrams_;
  rush rush_;
  bool rests_ = false; ///< the socket is not waited for
  lifetime life_;
};

} // namespace spfblock::server
