#include "core/support/percent_encoding.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/system/asio_endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace spfblock::server {
namespace {

constexpr std::chrono::seconds patience{10};

/// One lookup a call over one connection.
class querier {
public:
  explicit querier(const net::endpoint& server) : server_{server} {
    stream_.expires_after(patience);
    stream_.connect(tcp_endpoint(server));
    boost::system::error_code ignored;
    stream_.socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  }

  /// @return whether the key was found, or nothing if the server cannot be
  ///         asked (which is said on stderr)
  std::optional<bool> ask(const std::string& key) {
    stream_.expires_after(patience);
    // In one piece: the stream has no buffer, and a request in two segments
    // waits for the acknowledgement of the first.
    stream_ << "get " + percent_encode_key(key) + '\n' << std::flush;
    std::string reply;
    if (!std::getline(stream_, reply)) {
      std::cerr << "spfblock: " << server_.to_string() << ": "
                << stream_.error().message() << '\n';
      return std::nullopt;
    }
    if (reply.starts_with("500 "))
      return false;
    const auto value = reply.starts_with("200 ")
                           ? percent_decode(reply.substr(4))
                           : std::nullopt;
    if (!value) {
      std::cerr << "spfblock: " << server_.to_string() << " says: " << reply
                << '\n';
      return std::nullopt;
    }
    std::cout << key << '\t' << *value << '\n';
    return true;
  }

private:
  net::endpoint server_;
  boost::asio::ip::tcp::iostream stream_;
};

/// Calls `each` for every key, until it returns false.
template <class Each>
bool for_each_key(const std::vector<std::string>& keys, Each each) {
  for (const std::string& key : keys) {
    if (key != "-") {
      if (!each(key))
        return false;
      continue;
    }
    for (std::string line; std::getline(std::cin, line);) {
      if (!each(line))
        return false;
    }
  }
  return true;
}

} // namespace

exit_status query_command(const std::string& configuration_file,
                          const std::optional<std::string>& server,
                          const std::vector<std::string>& keys) {
  net::endpoint at;
  if (server) {
    const auto parsed = net::endpoint::parse(*server);
    if (!parsed) {
      std::cerr << "spfblock: --server: " << parsed.error().message << '\n';
      return exit_status::usage;
    }
    at = *parsed;
  } else {
    const auto loaded = load_or_complain(configuration_file);
    if (!loaded)
      return exit_status::config;
    at = reachable(loaded->settings.listen.front().where);
  }

  querier asked{at};
  bool all_found = true;
  const bool reached = for_each_key(keys, [&](const std::string& key) {
    const auto found = asked.ask(key);
    all_found = all_found && found.value_or(false);
    return found.has_value();
  });
  if (!reached)
    return exit_status::unavailable;
  return all_found ? exit_status::done : exit_status::negative;
}

} // namespace spfblock::server
