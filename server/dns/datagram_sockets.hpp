// The UDP sockets that name servers are asked from.
#pragma once

#include "core/net/scoped_endpoint.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/random_numbers.hpp"
#include "server/system/socket_watch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::server {

/// Connected UDP sockets, each for one question at a time and for a few, one
/// after the other (docs/decisions/0005).
///
/// The kernel picks a random port for each, drops what comes from elsewhere and
/// reports ICMP errors.  A question gets one at random of those that are idle,
/// or a new one.  A socket is closed after most_questions, when it is older
/// than longest_use, when its question did not end with the answer to the one
/// datagram that was sent, when something arrives while it is idle, and when no
/// question is under way at any.  So there are never more sockets than there
/// have been questions under way at once.
///
/// Keeps the io_context running only while a question is under way.
///
/// Belongs to one thread.  Outlives its leases.
class datagram_sockets {
public:
  using error_code = boost::system::error_code;

  /// Questions asked from one socket, at most.
  static constexpr unsigned most_questions = 32;
  /// The age at which a socket gets no further question.
  static constexpr std::chrono::seconds longest_use{1};

  /// Whoever waits for an answer.
  class receiver {
  public:
    receiver() = default;
    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;

    /// A message came from the server; valid within the call only.
    virtual void received(std::string_view message) = 0;
    /// An error was reported after the question was sent.
    virtual void failed(const error_code& error) = 0;

  protected:
    ~receiver() = default;
  };

  /// A socket while it is a receiver's, or none.
  class lease {
  public:
    lease() = default;
    ~lease() { close(); }
    lease(lease&& other) noexcept
        : from_{std::exchange(other.from_, nullptr)},
          index_{other.index_} {}
    lease& operator=(lease&& other) noexcept {
      std::swap(from_, other.from_);
      std::swap(index_, other.index_);
      return *this;
    }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

    /// Sends a datagram, as open() did.
    /// @pre not closed, nor given back
    [[nodiscard]] error_code send(std::string_view octets);

    /// Whether something waits to be received.
    /// @pre not closed, nor given back
    [[nodiscard]] bool has_message() const;

    /// Leaves the socket to other questions: it has no answer to come.
    void give_back() noexcept;

    /// Closes the socket, if there is one.
    void close() noexcept;

  private:
    friend class datagram_sockets;
    lease(datagram_sockets& from, std::size_t index)
        : from_{&from},
          index_{index} {}

    datagram_sockets* from_ = nullptr;
    std::size_t index_ = 0;
  };

  /// Throws std::system_error if there is no descriptor left.
  explicit datagram_sockets(boost::asio::io_context& io);
  datagram_sockets(const datagram_sockets&) = delete;
  datagram_sockets& operator=(const datagram_sockets&) = delete;
  ~datagram_sockets() = default;

  /// Sends a datagram to `server`.
  /// @param by is called for what comes, never from within this call, until
  ///        the lease ends; kept alive so long
  /// @return the socket, or none and why in `error`
  [[nodiscard]] lease open(const net::scoped_endpoint& server,
                           std::string_view octets,
                           std::shared_ptr<receiver> by, error_code& error);

private:
  using clock = std::chrono::steady_clock;

  /// More than EDNS offers, since some servers send more than was offered.
  static constexpr std::size_t longest_datagram = 4096;

  struct place {
    descriptor socket;
    net::scoped_endpoint server;
    clock::time_point opened;
    unsigned questions = 0;       ///< asked from this socket
    std::uint32_t generation = 0; ///< how many sockets were here before
    std::shared_ptr<receiver> by; ///< null while idle
  };

  [[nodiscard]] std::optional<std::size_t>
  take_idle(const net::scoped_endpoint& server);
  [[nodiscard]] std::size_t make(const net::scoped_endpoint& server);
  [[nodiscard]] error_code connect(std::size_t index);
  [[nodiscard]] error_code send(std::size_t index, std::string_view octets);
  void end_lease(std::size_t index, bool reuse) noexcept;
  void close(std::size_t index) noexcept;
  void close_idle() noexcept;

  void arrived(socket_watch::key at);
  void receive(socket_watch::key at);

  random_numbers random_;
  std::vector<place> places_;
  std::vector<std::size_t> idle_;  ///< places with a socket and no receiver
  std::vector<std::size_t> empty_; ///< places without a socket
  std::size_t leased_ = 0;
  bool receiving_ = false; ///< a receiver is being called
  std::array<char, longest_datagram> buffer_{};
  lifetime life_;
  socket_watch watch_; ///< of `places_`: goes before they close
};

} // namespace spfblock::server
