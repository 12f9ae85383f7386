// Asks a running server at one of its doors, as Postfix does.
#pragma once

#include "core/config/settings.hpp"
#include "core/support/result.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::server {

/// One lookup a call, all over one connection.  Waits ten seconds at most for
/// each.
class querier {
public:
  /// @param server where, and what is spoken there
  /// @param attributes NAME=VALUE without line ends: what a request of `policy`
  ///        says besides the address; the other doors have no use for them
  /// @pre the door dnsbl has its list
  explicit querier(const config::listener& server,
                   std::vector<std::string> attributes = {});

  /// Whether nobody listens there.
  [[nodiscard]] bool is_refused() const;

  /// @return the value of the key, or nothing if it has none (in policy:
  ///         DUNNO; in dnsbl its TXT); errc::temporary if nobody answers,
  ///         errc::malformed for a reply that tells of a fault; the message
  ///         names the server
  result<std::optional<std::string>> ask(const std::string& key);

private:
  void send(std::string_view request);
  [[nodiscard]] failure no_answer() const;
  [[nodiscard]] failure unexpected(std::string_view reply) const;
  result<std::optional<std::string>> ask_table(const std::string& key);
  result<std::optional<std::string>> ask_policy(const std::string& key);
  result<std::optional<std::string>> ask_socketmap(const std::string& key);
  result<std::optional<std::string>> ask_dnsbl(const std::string& key);
  std::optional<std::string> read_netstring();

  config::listener server_;
  std::vector<std::string> attributes_;
  boost::asio::generic::stream_protocol::iostream stream_;
};

} // namespace spfblock::server
