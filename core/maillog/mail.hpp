// What became of a mail, by all the lines about it.
#pragma once

#include "core/maillog/event.hpp"
#include "core/net/ip_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::maillog {

enum class fate : std::uint8_t {
  delivered,     ///< to one recipient at least
  refused,       ///< for good, in the SMTP session
  deferred,      ///< for now, in the SMTP session
  not_delivered, ///< taken, and bounced or discarded
  unknown,       ///< the log does not say
};

/// A mail that a client from outside brought, or wanted to bring.
struct mail {
  /// Kept of each text at most; an address has 256 octets (RFC 5321
  /// §4.5.3.1.3).
  static constexpr std::size_t longest_text = 320;
  /// Kept of the recipients at most.
  static constexpr std::size_t most_recipients = 8;

  std::optional<std::chrono::sys_seconds> at{};
  net::ip_address address{};
  std::optional<std::string> sender{}; ///< empty: the null reverse-path
  std::vector<std::string> recipients{};
  maillog::fate fate = fate::unknown;
  bool spam = false;      ///< a content filter says so
  bool logged_in = false; ///< the client had
  std::string reason{};   ///< why it was refused
  std::string helo{};     ///< empty: the log does not say
};

} // namespace spfblock::maillog
