// Asks the lookup port of a running server, as Postfix does.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/support/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>

namespace spfblock::server {

/// One lookup a call, all over one connection.  Waits ten seconds at most for
/// each.
class querier {
public:
  explicit querier(const net::endpoint& server);

  /// @return the value of the key, or nothing if it has none; errc::temporary
  ///         if nobody answers, errc::malformed for a reply that tells of a
  ///         fault; the message names the server
  result<std::optional<std::string>> ask(const std::string& key);

private:
  net::endpoint server_;
  boost::asio::ip::tcp::iostream stream_;
};

} // namespace spfblock::server
