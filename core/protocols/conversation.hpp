// The server's side of a connection, whatever the door.
#pragma once

#include "core/protocols/lookup.hpp"
#include "core/protocols/policy.hpp"
#include "core/protocols/socketmap.hpp"
#include "core/protocols/spoken.hpp"
#include "core/protocols/tcp_table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace spfblock::protocols {

/// A conversation in the protocol of its door.  A door over TCP has its class
/// here, with the functions feed() and finished() of this one, and its row in
/// the constructor.  Only requests to the door policy wait.
class conversation {
public:
  /// @pre the door dnsbl has its list
  explicit conversation(const spoken& at);

  /// Appends the replies to the requests that `bytes` completes to `replies`.
  /// @return how many of the octets were taken: all, unless `replies` holds
  ///         enough or a request waits; the others are to be fed once those are
  ///         sent and this is answered
  /// @pre neither finished() nor awaited()
  [[nodiscard]] std::size_t feed(std::string_view bytes, const lookup& in,
                                 std::string& replies) {
    return std::visit([&](auto& with) { return with.feed(bytes, in, replies); },
                      spoken_);
  }

  /// As policy::awaited().
  [[nodiscard]] const query_time::claim* awaited() const noexcept {
    const auto* const mail = std::get_if<policy>(&spoken_);
    return mail != nullptr ? mail->awaited() : nullptr;
  }

  /// As policy::answer_awaiting().  @pre awaited()
  void answer_awaiting(const lookup& in, std::string& replies) {
    std::get<policy>(spoken_).answer_awaiting(in, replies);
  }

  /// Whether the connection is to be closed once the replies are sent.
  [[nodiscard]] bool finished() const {
    return std::visit([](const auto& with) { return with.finished(); },
                      spoken_);
  }

private:
  std::variant<tcp_table, policy, socketmap, dnsbl_stream> spoken_;
};

} // namespace spfblock::protocols
