// The networks that delivered wanted mail: the file of `allow.seen`, which
// `spfblock replay --seen` writes, and in which a person may strike some.
#pragma once

#include "core/json/problem_list.hpp"
#include "core/net/ip_prefix.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::config {

/// One of them.  Times are as the mail log has them, in its zone.
struct seen_network {
  net::ip_prefix network{};
  std::chrono::sys_seconds first{};
  std::chrono::sys_seconds last{};
  std::uint64_t mails = 0; ///< at least
  std::string domain{};    ///< of one of the senders; empty: not known
  /// A person struck it: it guards nothing, and a log does not bring it back.
  bool struck = false;

  friend bool operator==(const seen_network&, const seen_network&) = default;
};

/// A file has no more of them.
inline constexpr std::size_t most_seen_networks = 100'000;

/// A JSON document in UTF-8, a line for each network, in their order; ends with
/// LF.
[[nodiscard]] std::string to_json(const std::vector<seen_network>& seen);

/// Reads what to_json() wrote, and a person may have edited: comments are
/// taken. What is wrong is added to `problems` with its place, and the entry
/// left out; so is a network that is there already, and what is over
/// most_seen_networks.
/// @return ascending
[[nodiscard]] std::vector<seen_network>
read_seen_list(std::string_view text, json::problem_list& problems);

} // namespace spfblock::config
