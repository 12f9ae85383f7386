// Datagrams that are received and answered together.
#pragma once

#include "core/net/ip_address.hpp"
#include "server/system/datagrams.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {

/// A batch at a time, in memory that stays.
///
/// Belongs to one thread.
class answered_datagrams {
public:
  /// Of a batch.
  static constexpr std::size_t most = 32;
  /// Octets of a datagram that are read; of a longer one, nothing.
  static constexpr std::size_t longest = 1280;

  answered_datagrams();

  /// One that was received.  Valid until the next batch.
  struct received {
    std::optional<net::ip_address> from; ///< nothing: of no IP
    std::string_view octets;             ///< empty if it was too long
  };

  /// Receives a batch, and calls `answer(received, reply)` for each, which
  /// appends its reply to an empty string.
  /// @param socket non-blocking, of open_datagram_socket()
  /// @return how many were received
  template <class Answer>
  std::size_t receive(int socket, Answer answer) {
    received_ = receive(socket);
    for (std::size_t i = 0; i < received_; ++i) {
      replies_[i].clear();
      answer(at(i), replies_[i]);
    }
    return received_;
  }

  /// Sends the replies that are not empty, each from the address that was
  /// asked.
  /// @param socket that of receive()
  void send(int socket);

private:
  /// As the kernel reads and writes it.
  struct place {
    sockaddr_storage peer;
    /// Holds IP_PKTINFO or IPV6_PKTINFO.
    alignas(cmsghdr) std::array<char, 64> control;
    std::array<char, longest> octets;
    iovec part;
  };

  void prepare(std::size_t count) noexcept;
  [[nodiscard]] std::size_t receive(int socket);
  [[nodiscard]] received at(std::size_t i) const;

  std::vector<place> places_;
  std::vector<datagram> datagrams_;
  std::array<std::string, most> replies_;
  std::size_t received_ = 0; ///< of the batch
};

} // namespace spfblock::server
