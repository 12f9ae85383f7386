#include "server/admin_client.hpp"
#include "server/admin_port.hpp"
#include "server/asio_endpoint.hpp"
#include "server/listening_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <iterator>
#include <string>
#include <thread>

using namespace spfblock;
using namespace spfblock::server;

namespace {

/// An admin port on a thread of its own that repeats what it was asked.
struct fixture {
  fixture() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    {
      const auto probe =
          listening_sockets::open({net::ip_address::ipv4(0x7f000001), 0}, 1);
      REQUIRE(probe);
      at = from_asio(probe->endpoint());
    }
    port.listen(at);
    thread = std::thread{[this] { io.run(); }};
  }
  ~fixture() {
    io.stop();
    thread.join();
  }

  /// Everything that comes back for these octets until the end.
  std::string exchange(const std::string& octets) const {
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds{10});
    stream.connect(tcp_endpoint(at));
    stream << octets << std::flush;
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  log_sink log;
  boost::asio::io_context io{1};
  admin_port port{
      io, log, [](const admin_request& request) {
        if (request.path != "/echo")
          return admin_reply{404, "text/plain", "not here\n"};
        return admin_reply{200, "text/plain", request.parameter("text")};
      }};
  net::endpoint at;
  std::thread thread;
};

std::string get(const std::string& target, const std::string& host,
                const std::string& method = "GET") {
  return method + ' ' + target + " HTTP/1.1\r\nHost: " + host +
         "\r\nConnection: close\r\n\r\n";
}

bool has_status(const std::string& reply, const std::string& status) {
  return reply.starts_with("HTTP/1.1 " + status + ' ');
}

} // namespace

TEST_CASE("admin_port: answers GET and HEAD, decodes parameters",
          "[server][admin_port]") {
  const fixture f;
  const auto body = admin_get(f.at, "/echo?x=1&text=2001%3Adb8::1");
  REQUIRE(body);
  CHECK(*body == "2001:db8::1");

  const auto head = f.exchange(get("/echo?text=abc", "localhost", "HEAD"));
  CHECK(has_status(head, "200"));
  CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("admin_port: refuses what changes things, other hosts, other paths",
          "[server][admin_port]") {
  const fixture f;
  CHECK(has_status(f.exchange(get("/echo?text=a", "localhost", "DELETE")),
                   "405"));
  CHECK(has_status(f.exchange(get("/echo?text=a", "evil.example")), "403"));
  CHECK(has_status(
      f.exchange("GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n"), "403"));
  CHECK(has_status(f.exchange(get("/other", "127.0.0.1:10061")), "404"));
  const auto other = admin_get(f.at, "/other");
  REQUIRE_FALSE(other);
  CHECK(other.error().message.ends_with("says: 404 not here"));
}

TEST_CASE("admin_port: garbage and long headers end the connection only",
          "[server][admin_port]") {
  const fixture f;
  CHECK(f.exchange("\x01\x02 garbage\r\n\r\n").empty());
  CHECK(f.exchange("GET /echo HTTP/1.1\r\nX: " + std::string(9000, 'x') +
                   "\r\n\r\n")
            .empty());
  CHECK(f.exchange("POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                   "Content-Length: 5\r\n\r\nhello")
            .empty());
  CHECK(admin_get(f.at, "/echo?text=alive"));
}

TEST_CASE("is_loopback_host: names and addresses of this machine only",
          "[server][admin_port]") {
  for (const char* host : {"localhost", "LOCALHOST:80", "127.0.0.1",
                           "127.9.9.9:10061", "[::1]", "[::1]:10061"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const char* host :
       {"", "localhost.evil.example", "evil.example", "192.0.2.1:80", "[::2]",
        "[::1", "127.0.0.1.evil.example", "0x7f000001", "::1"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}

TEST_CASE("admin_get: says who does not answer", "[server][admin_port]") {
  net::endpoint nobody;
  {
    const auto probe =
        listening_sockets::open({net::ip_address::ipv4(0x7f000001), 0}, 1);
    REQUIRE(probe);
    nobody = from_asio(probe->endpoint());
  }
  const auto body = admin_get(nobody, "/");
  REQUIRE_FALSE(body);
  CHECK(body.error().message == nobody.to_string() + ": Connection refused");
}
