// Tests also: asio_endpoint.
#include "server/system/listening_socket.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <utility>

namespace listening_socket_test {

using namespace spfblock;
using namespace spfblock::server;
using namespace spfblock::testing;

namespace {

namespace fs = std::filesystem;
using boost::asio::local::stream_protocol;

struct folder {
  temporary_folder of;
  std::string path = of.path() / "door";
};

std::string reason_of(const std::string& path) {
  const auto opened = listening_sockets::open(path, 0600);
  return opened ? "none" : opened.error().message;
}

bool can_connect(const std::string& path) {
  boost::asio::io_context io;
  stream_protocol::socket client{io};
  boost::system::error_code error;
  client.connect(stream_protocol::endpoint{path}, error);
  return !error;
}

/// A socket that a server has left behind.
void leave_stale(const std::string& path) {
  boost::asio::io_context io;
  const stream_protocol::acceptor left{io, stream_protocol::endpoint{path}};
}

} // namespace

TEST_CASE("listening_sockets: a UNIX socket has the mode that was asked for, "
          "and its file goes with its owner",
          "[server][listening_socket]") {
  const folder f;
  const mode_t former = ::umask(0077);
  auto opened = *listening_sockets::open(f.path, 0660);
  ::umask(former);
  CHECK(opened.address() == net::socket_address::at_path(f.path));
  CHECK(fs::status(f.path).permissions() == fs::perms{0660});
  CHECK(can_connect(f.path));
  {
    const auto file = opened.release_file();
    file.change_mode(0606);
    CHECK(fs::status(f.path).permissions() == fs::perms{0606});
  }
  CHECK_FALSE(fs::exists(f.path));
}

TEST_CASE("listening_sockets: a UNIX socket that somebody listens at is in use",
          "[server][listening_socket]") {
  const folder f;
  const auto first = *listening_sockets::open(f.path, 0600);
  CHECK(reason_of(f.path) ==
        "cannot listen on unix:" + f.path + ": Address already in use");
  CHECK(can_connect(f.path));
}

TEST_CASE("listening_sockets: a stale socket is replaced, and nothing else is",
          "[server][listening_socket]") {
  const folder f;
  leave_stale(f.path);
  REQUIRE(fs::is_socket(f.path));
  REQUIRE_FALSE(can_connect(f.path));
  {
    const auto opened = *listening_sockets::open(f.path, 0600);
    CHECK(can_connect(f.path));
  }
  std::ofstream{f.path} << "text";
  CHECK(reason_of(f.path) ==
        "cannot listen on unix:" + f.path + ": Address already in use");
  CHECK(fs::file_size(f.path) == 4);
  const std::string link = f.path + ".link";
  leave_stale(f.path + ".stale");
  fs::create_symlink(f.path + ".stale", link);
  CHECK(reason_of(link) ==
        "cannot listen on unix:" + link + ": Address already in use");
  CHECK(fs::is_symlink(link));
}

TEST_CASE("listening_sockets: a UNIX socket needs its folder",
          "[server][listening_socket]") {
  const folder f;
  const std::string path = f.path + "/door";
  CHECK(reason_of(path) ==
        "cannot listen on unix:" + path + ": No such file or directory");
}

TEST_CASE("socket_file: leaves what has taken its place",
          "[server][listening_socket]") {
  const folder f;
  {
    const auto first = *listening_sockets::open(f.path, 0600);
    fs::remove(f.path);
    leave_stale(f.path);
  }
  CHECK(fs::is_socket(f.path));
}

#ifdef IP_PMTUDISC_PROBE
TEST_CASE(
    "listening_sockets: datagrams of IPv4 are sent to be never fragmented",
    "[server][listening_socket]") {
  auto opened = *listening_sockets::open(
      spfblock::net::endpoint{spfblock::net::ip_address::ipv4(0x7f000001), 0},
      1);
  REQUIRE_FALSE(opened.open_datagrams(1));
  const auto sockets = opened.release_datagrams();
  int set = -1;
  socklen_t size = sizeof set;
  REQUIRE(getsockopt(sockets.front().number(), IPPROTO_IP, IP_MTU_DISCOVER,
                     &set, &size) == 0);
  CHECK(set == IP_PMTUDISC_PROBE);
}
#endif

} // namespace listening_socket_test
