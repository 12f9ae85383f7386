// One client connection: moves octets for a conversation.
#pragma once

#include "core/protocols/conversation.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/snapshot.hpp"
#include "server/serving/client_order.hpp"
#include "server/serving/event_loop.hpp"
#include "server/serving/published.hpp"
#include "server/serving/serving_totals.hpp"
#include "server/serving/shared_sender_notes.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::server {

/// What the sessions of one thread share, their buffers among it: an idle
/// session has none of its own.
struct session_context {
  event_loop& loop;
  view<table::snapshot> table;
  serving_totals& totals;
  const log_sink& log;
  /// Whether each address found is told at level info instead of debug.
  const std::atomic<bool>& log_hits;
  client_order& order;
  /// Told once of the descriptor of a session that ends; destroys the session.
  std::function<void(int)> on_end;
  query_time::judge* mail = nullptr; ///< who knows of claims
  /// Where the senders of listed hosts are noted; null: nowhere.
  shared_sender_notes* senders = nullptr;
  std::array<char, 8192> received{};
  std::string replies{};

  /// Counts what was found for its listing, notes the sender, and tells of it.
  void note(const protocols::hit& of);
};

/// Reads what is there, answers all complete requests in one write (more than
/// one where that is more than the conversation says is enough), reads again.
/// While a reply cannot be sent nothing is read, so a client that does not read
/// costs no more than one batch of replies and one buffer of requests.
///
/// A request that waits for its verdict (lookup::patience) holds up its
/// connection alone: nothing is read there until it is answered, when there is
/// more to say or it has waited long enough.
///
/// Never closes an idle connection: that would cost the next mail a second
/// (Postfix dict_tcp.c).  Dead peers are found by TCP keepalive
/// (listening_sockets).
///
/// Belongs to the thread of its event loop.
class session final : public event_loop::watcher, public client_order::client {
public:
  /// @param of_client connected and non-blocking
  /// @param at what is spoken
  /// @param context outlives the session
  session(descriptor of_client, const protocols::spoken& at,
          session_context& context);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Begins to answer.
  /// @return false, with errno set, if the client cannot be waited for
  [[nodiscard]] bool start();

  /// Answers what was received already, then ends.
  void finish() noexcept;

  /// Gives way to another client: is not called any more, and to be destroyed
  /// when nothing is being called.
  void give_way() noexcept;

  /// The descriptor.
  [[nodiscard]] int number() const noexcept { return client_.number(); }

  void ready() override;

private:
  using patience = protocols::lookup::patience;

  /// What waits until the client reads; without replies, until the request that
  /// waits is answered.
  struct backlog {
    std::string replies;
    std::string requests;        ///< to be answered after that
    std::optional<moment> until; ///< when that request has waited long enough
    lifetime wait;               ///< of what wakes it
  };

  void read();
  void send_backlog();
  void go_on();
  void watch_for_backlog();
  [[nodiscard]] bool answer(std::string_view requests,
                            std::optional<moment> until = std::nullopt);
  [[nodiscard]] std::size_t look_up(std::string_view requests, patience with);
  [[nodiscard]] bool send_replies(std::string_view rest);
  [[nodiscard]] bool await(std::string_view rest, std::optional<moment> until);
  void end();

  descriptor client_;
  bool has_given_way_ = false;
  session_context& context_;
  protocols::conversation conversation_;
  std::unique_ptr<backlog> backlog_;
};

} // namespace spfblock::server
