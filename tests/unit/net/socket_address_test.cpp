#include "core/net/socket_address.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace socket_address_test {

using namespace spfblock;
using net::socket_address;

TEST_CASE("socket_address: reads an endpoint or the path of a UNIX socket, and "
          "writes what it reads",
          "[net][socket_address]") {
  for (const char* text :
       {"127.0.0.1:10060", "[::1]:1", "unix:/run/spfblock/policy", "unix:/a",
        "unix:/a b/..c/.d/e:1"}) {
    CAPTURE(text);
    const auto read = socket_address::parse(text);
    REQUIRE(read);
    CHECK(read->to_string() == text);
    CHECK((read->tcp() == nullptr) == (read->path() != nullptr));
  }
  CHECK(*socket_address::parse("unix:/run/x")->path() == "/run/x");
  CHECK(socket_address::parse("127.0.0.1:7")->tcp()->port == 7);
  CHECK(*socket_address::parse("unix:/run/x") !=
        *socket_address::parse("unix:/run/y"));
  CHECK(*socket_address::parse("unix:/run/x") !=
        *socket_address::parse("127.0.0.1:7"));
}

TEST_CASE("socket_address: a path has one written form",
          "[net][socket_address]") {
  for (const char* text :
       {"unix:", "unix:run/x", "unix:/", "unix://run/x", "unix:/run//x",
        "unix:/run/x/", "unix:/run/./x", "unix:/run/../x", "unix:/run/..",
        "unix:/run/a\nb", "unix:/run/a\x7f", "UNIX:/run/x", "/run/x", "x"}) {
    CAPTURE(text);
    CHECK_FALSE(socket_address::parse(text));
  }
  const std::string longest(socket_address::longest_path - 1, 'x');
  CHECK(socket_address::parse("unix:/" + longest));
  CHECK_FALSE(socket_address::parse("unix:/" + longest + 'x'));
}

} // namespace socket_address_test
