// Who gives way when as many clients are connected as may be.
#pragma once

#include <boost/intrusive/list.hpp>

#include <chrono>

namespace spfblock::server {

/// Puts the clients of one thread into the order in which they give way: first
/// who has been connected longest without a complete request, then who was
/// silent longest since its last one.  So whoever only holds connections gives
/// way to whoever asks.  But a client that has just connected has `patience`
/// for its first request, unless there are many of them: a `crowd`.
///
/// Neither costs more than a few pointers, whatever the number of clients.
/// Belongs to that thread.
class client_order {
public:
  using clock = std::chrono::steady_clock;

  /// So long a client may take for its first request.
  static constexpr std::chrono::seconds patience{1};

  /// So many clients that have not asked yet, and no more, have that patience.
  static constexpr unsigned crowd = 16;

  /// A client; in the order from its making until it is destroyed.
  class client
      : public boost::intrusive::list_base_hook<
            boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  public:
    /// @param now when it connected
    client(client_order& order, clock::time_point now);
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// It has sent a complete request.
    void has_asked(client_order& order) noexcept;

    /// It is not in the order any more.
    void leave_order() noexcept { unlink(); }

  protected:
    ~client() = default;

  private:
    friend class client_order;

    clock::time_point connected_;
  };

  /// The client that gives way first; null if there is none.
  [[nodiscard]] client* first_to_go(clock::time_point now) noexcept;

  /// Of those who only hold a connection, without patience left, the one that
  /// gives way first; null if there is none.
  [[nodiscard]] client* first_holder(clock::time_point now) noexcept;

private:
  using list =
      boost::intrusive::list<client,
                             boost::intrusive::constant_time_size<false>>;

  /// Whether more than `crowd` have not asked yet.
  [[nodiscard]] bool is_crowded() const noexcept;

  list silent_; ///< have not asked yet, in the order of connection
  list asked_;  ///< in the order of their last requests
};

} // namespace spfblock::server
