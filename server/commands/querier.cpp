#include "server/commands/querier.hpp"

#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "server/system/asio_endpoint.hpp"

#include <chrono>

namespace spfblock::server {
namespace {

constexpr std::chrono::seconds patience{10};

} // namespace

querier::querier(const net::endpoint& server) : server_{server} {
  stream_.expires_after(patience);
  stream_.connect(tcp_endpoint(server));
  boost::system::error_code ignored;
  stream_.socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
}

result<std::optional<std::string>> querier::ask(const std::string& key) {
  stream_.expires_after(patience);
  // In one piece: the stream has no buffer, and a request in two segments waits
  // for the acknowledgement of the first.
  stream_ << "get " + percent_encode_key(key) + '\n' << std::flush;
  std::string reply;
  if (!std::getline(stream_, reply))
    return failure{errc::temporary,
                   server_.to_string() + ": " + stream_.error().message()};
  if (reply.starts_with("500 "))
    return std::optional<std::string>{};
  auto value = reply.starts_with("200 ") ? percent_decode(reply.substr(4))
                                         : std::nullopt;
  if (!value)
    return failure{errc::malformed,
                   server_.to_string() + " says: " + printable(reply)};
  return value;
}

} // namespace spfblock::server
