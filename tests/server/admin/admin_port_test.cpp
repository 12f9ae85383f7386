// Tests also: admin_client, service_view, view_reports.
#include "server/admin/admin_client.hpp"
#include "server/admin/admin_port.hpp"
#include "server/system/asio_endpoint.hpp"
#include "server/system/listening_socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/run_until.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace admin_port_test {

using namespace spfblock;
using namespace spfblock::server;

namespace {

net::endpoint free_port() {
  const auto probe =
      listening_sockets::open({net::ip_address::ipv4(0x7f000001), 0}, 1);
  REQUIRE(probe);
  return *probe->address().tcp();
}

/// An admin port on a thread of its own that repeats what it was asked.
struct fixture {
  fixture() {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
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
    stream.expires_after(std::chrono::minutes{1});
    stream.connect(tcp_endpoint(at));
    stream << octets << std::flush;
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  log_sink log;
  boost::asio::io_context io{1};
  page_maker maker{io};
  int busy = 2; ///< so often there is no room for a page
  admin_port port{
      io, log, [this](const admin_request& request) -> admin_answer {
        if (request.path == "/echo")
          return admin_reply{200, "text/plain", request.parameter("text")};
        if (request.path == "/made")
          return planned_page{&maker, [text = request.parameter("text")] {
                                return admin_reply{200, "text/plain", text};
                              }};
        if (request.path == "/kept") {
          admin_reply reply{200, "text/plain", "kept"};
          reply.etag = "\"1\"";
          return reply;
        }
        if (request.path == "/busy" && busy-- > 0)
          return admin_reply{503, "text/plain", "too many\n"};
        if (request.path == "/busy")
          return admin_reply{200, "text/plain", "made"};
        return admin_reply{404, "text/plain", "not here\n"};
      }};
  net::endpoint at = free_port();
  std::thread thread;
};

std::string get(const std::string& target, const std::string& host,
                const std::string& method = "GET") {
  return method + ' ' + target + " HTTP/1.1\r\nHost: " + host +
         "\r\nConnection: close\r\n\r\n";
}

/// An admin port on this thread.
struct still_port {
  explicit still_port(std::function<admin_reply()> make =
                          [] {
                            return admin_reply{200, "text/plain", "."};
                          })
      : port{io, log, [this, make](const admin_request&) -> admin_answer {
               return planned_page{&maker, make};
             }} {
    config::log_settings quiet;
    quiet.level = level::error;
    log.configure(quiet);
    port.listen(at);
  }

  /// A client; the kernel connects it.
  boost::asio::ip::tcp::socket connected() {
    boost::asio::ip::tcp::socket client{io};
    client.connect(tcp_endpoint(at));
    return client;
  }

  net::endpoint at = free_port();
  log_sink log;
  boost::asio::io_context io{1};
  page_maker maker{io};
  admin_port port;
};

void ask(boost::asio::ip::tcp::socket& from, const std::string& path) {
  boost::asio::write(
      from, boost::asio::buffer("GET " + path +
                                " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
}

/// A client connects, and no descriptor is left to accept it.
/// @return how busy that was, and how it ended
std::string starve() {
  testing::limit_descriptors(64);
  still_port f;
  boost::asio::ip::tcp::socket client{f.io};
  client.open(boost::asio::ip::tcp::v4());
  auto taken = testing::all_descriptors();
  client.connect(tcp_endpoint(f.at));
  ask(client, "/");
  const bool calm = f.io.run_for(std::chrono::milliseconds{500}) < 20;
  taken.clear();
  const bool answered =
      testing::run_until(f.io, [&] { return client.available() > 0; });
  return std::string{calm ? "calm" : "busy"} +
         (answered ? ", answered" : ", forgotten");
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
  CHECK(*admin_get(f.at, "/echo?text=a+b%2Bc") == "a b+c"); // as of a form

  const auto head = f.exchange(get("/echo?text=abc", "localhost", "HEAD"));
  CHECK(has_status(head, "200"));
  CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("admin_port: what the client has is not sent again",
          "[server][admin_port]") {
  const fixture f;
  const auto asked = [&](const std::string& tags) {
    return f.exchange("GET /kept HTTP/1.1\r\nHost: localhost\r\n"
                      "Connection: close\r\nIf-None-Match: " +
                      tags + "\r\n\r\n");
  };
  for (const char* same : {"\"1\"", "W/\"1\"", "\"0\", \"1\"", "*"}) {
    CAPTURE(same);
    const auto reply = asked(same);
    CHECK(has_status(reply, "304"));
    CHECK(reply.find("\r\nETag: \"1\"\r\n") != std::string::npos);
    CHECK(reply.ends_with("\r\n\r\n"));
  }
  for (const char* other : {"\"2\"", "1", "\"1", ""}) {
    CAPTURE(other);
    const auto reply = asked(other);
    CHECK(has_status(reply, "200"));
    CHECK(reply.find("\r\nCache-Control: no-cache\r\n") != std::string::npos);
    CHECK(reply.ends_with("kept"));
  }
  const auto other = f.exchange(get("/echo?text=a", "localhost"));
  CHECK(other.find("ETag") == std::string::npos);
}

TEST_CASE("admin_port: a browser is told what not to do, whatever the reply",
          "[server][admin_port]") {
  const fixture f;
  for (const std::string& request :
       {get("/kept", "localhost"), get("/other", "localhost"),
        get("/kept", "evil.example"), get("/kept", "localhost", "POST")}) {
    const auto reply = f.exchange(request);
    CAPTURE(reply);
    CHECK(reply.find("\r\nContent-Security-Policy: default-src 'none'; ") !=
          std::string::npos);
    CHECK(reply.find("\r\nX-Content-Type-Options: nosniff\r\n") !=
          std::string::npos);
  }
}

TEST_CASE("admin_port: refuses what changes things, other hosts, other paths",
          "[server][admin_port]") {
  const fixture f;
  const auto deleted = f.exchange(get("/echo?text=a", "localhost", "DELETE"));
  CHECK(has_status(deleted, "405"));
  CHECK(deleted.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
  CHECK(has_status(f.exchange(get("/echo?text=a", "evil.example")), "403"));
  CHECK(f.exchange("GET /echo HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 403 "));
  CHECK(has_status(f.exchange(get("/other", "127.0.0.1:10061")), "404"));
  const auto other = admin_get(f.at, "/other");
  REQUIRE_FALSE(other);
  CHECK(other.error().message.ends_with("says: 404 not here"));
}

TEST_CASE("admin_port: what is no request is told so, and ends the connection "
          "only",
          "[server][admin_port]") {
  const fixture f;
  const std::string host = "Host: localhost\r\n";
  const std::string rest = "\r\nGET /echo?text=smuggled HTTP/1.1\r\n" + host;
  for (const std::string& octets : {
           std::string{"\x01\x02 garbage\r\n\r\n"},
           std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13},
           std::string{"GET /echo\r\n\r\n"}, // HTTP/0.9
           "GET /echo HTTP/1.1\n" + host + "\n",
           "GET /echo HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n",
           std::string{"GET /echo HTTP/1.1\r\n\r\n"}, // no Host
           "GET /echo HTTP/1.1\r\n" + host + "Host: evil.example\r\n\r\n",
           "GET /echo HTTP/1.1\r\n" + host + "Content-Length: 3\r\n" + rest,
           "GET /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n" +
               rest,
           "GET /echo HTTP/1.1\r\n" + host +
               "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" + rest,
       }) {
    CAPTURE(octets);
    const std::string reply = f.exchange(octets);
    CHECK(has_status(reply, "400"));
    CHECK(reply.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(reply.find("smuggled") == std::string::npos);
  }
  const auto posted = f.exchange("POST /echo HTTP/1.1\r\nHost: localhost\r\n"
                                 "Content-Length: 5\r\n\r\nhello");
  CHECK(has_status(posted, "405"));
  CHECK(posted.find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
  CHECK(admin_get(f.at, "/echo?text=alive"));
}

TEST_CASE("admin_port: a target in absolute form is served, and its authority "
          "is the host",
          "[server][admin_port]") {
  const fixture f;
  const auto served =
      f.exchange(get("http://localhost:10061/echo?text=abc", "x.example"));
  CHECK(has_status(served, "200"));
  CHECK(served.ends_with("abc"));
  CHECK(has_status(f.exchange(get("HTTP://127.0.0.1/other", "localhost")),
                   "404"));
  CHECK(has_status(f.exchange(get("http://localhost", "localhost")), "404"));
  CHECK(has_status(f.exchange(get("http://evil.example/echo", "localhost")),
                   "403"));
  CHECK(has_status(f.exchange(get("https://localhost/echo", "localhost")),
                   "404"));
}

TEST_CASE("admin_port: no browser takes a page for what it is not",
          "[server][admin_port]") {
  const fixture f;
  CHECK(f.exchange(get("/echo?text=a", "localhost"))
            .find("\r\nX-Content-Type-Options: nosniff\r\n") !=
        std::string::npos);
}

TEST_CASE("admin_port: a port that cannot be had is tried again",
          "[server][admin_port]") {
  const log_sink log{level::error};
  boost::asio::io_context io{1};
  admin_port port{io, log, [](const admin_request&) -> admin_answer {
                    return admin_reply{200, "text/plain", "here"};
                  }};
  auto other = std::make_optional(
      *listening_sockets::open({net::ip_address::ipv4(0x7f000001), 0}, 1));
  const auto at = *other->address().tcp();
  port.listen(at);
  CHECK(port.is_missing());
  other.reset();
  REQUIRE(testing::run_until(io, [&] { return !port.is_missing(); }));
  port.listen(std::nullopt);
  CHECK_FALSE(port.is_missing());
}

TEST_CASE("is_loopback_host: names and addresses of this machine only",
          "[server][admin_port]") {
  for (const char* host :
       {"localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:10061", "[::1]",
        "[::1]:10061", "localhost:"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const char* host :
       {"", "localhost.evil.example", "evil.example", "192.0.2.1:80", "[::2]",
        "[::1", "127.0.0.1.evil.example", "0x7f000001", "::1",
        "[::1].evil.example", "[::1]evil.example", "[::1]:80.evil.example",
        "localhost:80.evil.example", "127.0.0.1:evil.example",
        "localhost:65536", "localhost:80:evil"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}

TEST_CASE("admin_get: says who does not answer", "[server][admin_port]") {
  const net::endpoint nobody = free_port();
  const auto body = admin_get(nobody, "/");
  REQUIRE_FALSE(body);
  CHECK(body.error().message == nobody.to_string() + ": Connection refused");
}

TEST_CASE("admin_get: who is told that there is no room asks again",
          "[server][admin_port]") {
  const fixture f;
  const auto body = admin_get(f.at, "/busy");
  REQUIRE(body);
  CHECK(*body == "made");
}

TEST_CASE("admin_port: without a descriptor left clients wait, and the thread "
          "is not busy with them",
          "[server][admin_port]") {
  CHECK(testing::in_child(starve) == "calm, answered");
}

TEST_CASE("admin_port: pages that are made are replies like others",
          "[server][admin_port]") {
  const fixture f;
  const auto body = admin_get(f.at, "/made?text=abc");
  REQUIRE(body);
  CHECK(*body == "abc");
  const auto head = f.exchange(get("/made?text=abc", "localhost", "HEAD"));
  CHECK(has_status(head, "200"));
  CHECK(head.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));

  // One after the other, although they are asked for at once.
  const std::string both =
      f.exchange("GET /made?text=first HTTP/1.1\r\nHost: localhost\r\n\r\n" +
                 get("/made?text=second", "localhost"));
  CHECK(both.find("first") < both.find("second"));
  CHECK(both.ends_with("second"));
}

TEST_CASE("admin_port: a page is compressed for who asks for it",
          "[server][admin_port]") {
  const fixture f;
  const auto ask = [&f](const std::string& method, const std::string& fields) {
    return f.exchange(method +
                      " /made?text=abc HTTP/1.1\r\nHost: localhost\r\n" +
                      fields + "Connection: close\r\n\r\n");
  };
  const std::string plain = ask("GET", "");
  CHECK(plain.find("\r\nVary: Accept-Encoding\r\n") != std::string::npos);
  CHECK(plain.find("Content-Encoding") == std::string::npos);
  CHECK(plain.ends_with("abc"));

  // Fields of one name are one list.
  const std::string fields =
      "Accept-Encoding: deflate\r\nAccept-Encoding: gzip\r\n";
  const std::string packed = ask("GET", fields);
  const auto body = packed.find("\r\n\r\n") + 4;
  CHECK(packed.find("\r\nVary: Accept-Encoding\r\n") < body);
  CHECK(packed.find("\r\nContent-Encoding: gzip\r\n") < body);
  CHECK(packed.substr(body, 2) == "\x1f\x8b"); // RFC 1952 §2.3.1
  const std::string length =
      "\r\nContent-Length: " + std::to_string(packed.size() - body) + "\r\n";
  CHECK(packed.find(length) < body);
  const std::string head = ask("HEAD", fields);
  CHECK(head.find(length) != std::string::npos);
  CHECK(head.find("\r\nContent-Encoding: gzip\r\n") != std::string::npos);
  CHECK(head.ends_with("\r\n\r\n"));
}

TEST_CASE("admin_port: what falls due is done while a page is made",
          "[server][admin_port]") {
  std::promise<void> allowed;
  still_port f{[may_end = allowed.get_future().share()] {
    may_end.wait();
    return admin_reply{200, "text/plain", "."};
  }};
  auto client = f.connected();
  ask(client, "/page");
  boost::asio::steady_timer due{f.io};
  unsigned done = 0;
  std::function<void()> again = [&] {
    due.expires_after(std::chrono::milliseconds{1});
    due.async_wait([&](auto) {
      ++done;
      again();
    });
  };
  again();
  CHECK(testing::run_until(f.io, [&] { return done >= 100; }));
  CHECK(client.available() == 0);
  allowed.set_value();
  CHECK(testing::run_until(f.io, [&] { return client.available() > 0; }));
}

TEST_CASE("admin_port: no page is begun for a client that went away",
          "[server][admin_port]") {
  std::promise<void> allowed;
  std::atomic<unsigned> made = 0;
  still_port f{[&made, may_end = allowed.get_future().share()] {
    ++made;
    may_end.wait();
    return admin_reply{200, "text/plain", "."};
  }};
  auto first = f.connected();
  ask(first, "/page");
  REQUIRE(testing::run_until(f.io, [&] { return made == 1; }));
  auto gone = f.connected();
  ask(gone, "/page");
  auto half = f.connected(); // and who only will not ask for more
  ask(half, "/page");
  gone.close();
  half.shutdown(boost::asio::ip::tcp::socket::shutdown_send);
  auto last = f.connected();
  ask(last, "/page");
  f.io.run_for(std::chrono::milliseconds{200});
  allowed.set_value();
  REQUIRE(testing::run_until(
      f.io, [&] { return last.available() > 0 && half.available() > 0; }));
  CHECK(made == 2);
  std::string told(half.available(), '\0');
  half.receive(boost::asio::buffer(told));
  CHECK(has_status(told, "503"));
}

TEST_CASE("admin_port: who ends only his side gets a page that is begun",
          "[server][admin_port]") {
  still_port f;
  auto client = f.connected();
  ask(client, "/page");
  client.shutdown(boost::asio::ip::tcp::socket::shutdown_send);
  REQUIRE(testing::run_until(f.io, [&] { return client.available() > 0; }));
  std::string told(client.available(), '\0');
  client.receive(boost::asio::buffer(told));
  CHECK(has_status(told, "200"));
}

} // namespace admin_port_test
