#include "server/admin/admin_client.hpp"

#include "core/support/text.hpp"
#include "server/admin/admin_port.hpp"
#include "server/system/asio_endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <iterator>
#include <thread>

namespace spfblock::server {

namespace http = boost::beast::http;

namespace {

/// Whether a server of ours may have said that: version 0.1.0 does not say who
/// it is, and never speaks HTML.
bool is_ours(const http::response<http::string_body>& reply) {
  const auto name = reply[http::field::server];
  if (!name.empty())
    return name == server_name;
  return !reply[http::field::content_type].starts_with("text/html");
}

constexpr std::chrono::seconds patience{10};
constexpr std::chrono::milliseconds pause{100};

/// @return errc::limit_exceeded where the server has too much to do
result<std::string> get_once(const net::endpoint& from,
                             const std::string& target) {
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(patience);
  stream.connect(tcp_endpoint(from));
  if (!stream)
    return failure{errc::temporary,
                   from.to_string() + ": " + stream.error().message()};
  stream << "GET " + target +
                " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
         << std::flush;
  const std::string octets{std::istreambuf_iterator<char>{stream}, {}};
  if (octets.empty())
    return failure{errc::temporary, from.to_string() + " gives no answer"};

  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(octets), error);
  if (error || !parser.is_done())
    return failure{errc::malformed,
                   from.to_string() + " does not answer in HTTP"};
  const auto& reply = parser.get();
  if (!is_ours(reply))
    return failure{errc::malformed,
                   "another program answers at " + from.to_string()};
  if (reply.result() != http::status::ok)
    return failure{reply.result() == http::status::service_unavailable
                       ? errc::limit_exceeded
                       : errc::malformed,
                   from.to_string() +
                       " says: " + std::to_string(reply.result_int()) + ' ' +
                       printable(trimmed(reply.body()))};
  return reply.body();
}

} // namespace

result<std::string> admin_get(const net::endpoint& from,
                              const std::string& target) {
  using clock = std::chrono::steady_clock;
  const auto limit = clock::now() + patience;
  for (;;) {
    auto answer = get_once(from, target);
    const bool is_busy = !answer && answer.error().code == errc::limit_exceeded;
    if (!is_busy || clock::now() + pause >= limit)
      return answer;
    std::this_thread::sleep_for(pause);
  }
}

} // namespace spfblock::server
