#include "core/net/scoped_endpoint.hpp"
#include "tests/support/catch.hpp"

#include <string_view>

namespace scoped_endpoint_test {

using spfblock::net::scoped_endpoint;

TEST_CASE("scoped_endpoint: a link-local address may have an interface",
          "[net][scoped_endpoint]") {
  struct row {
    std::string_view text;
    std::string_view read;
  };
  const auto [text, read] = GENERATE(values<row>({
      {"192.0.2.1", "192.0.2.1:53"},
      {"192.0.2.1:5353", "192.0.2.1:5353"},
      {"[2001:db8::1]:5353", "[2001:db8::1]:5353"},
      {"fe80::1", "[fe80::1]:53"},
      {"fe80::1%eth0", "[fe80::1%eth0]:53"},
      {"[fe80::1%eth0]", "[fe80::1%eth0]:53"},
      {"[fe80::1%eth0]:5353", "[fe80::1%eth0]:5353"},
      {"FEBF::1%2", "[febf::1%2]:53"},
      {"fe80::1%br-lan.100@x", "[fe80::1%br-lan.100@x]:53"},
  }));
  CAPTURE(text);
  const auto parsed = scoped_endpoint::parse(text, 53);
  REQUIRE(parsed);
  CHECK(parsed->to_string() == read);
  CHECK(*scoped_endpoint::parse(read) == *parsed);
}

TEST_CASE("scoped_endpoint: no other address has one, and no interface is "
          "called that",
          "[net][scoped_endpoint]") {
  for (const std::string_view text :
       {"192.0.2.1%eth0", "2001:db8::1%eth0", "fec0::1%eth0", "::1%lo",
        "fe80::1%", "[fe80::1%]:53", "fe80::1%0123456789abcdef",
        "fe80::1%et h0", "fe80::1%eth0%1", "fe80::1%eth0:53", "[fe80::1]%eth0",
        "%eth0", "eth0%fe80::1", ""}) {
    CAPTURE(text);
    CHECK_FALSE(scoped_endpoint::parse(text, 53));
  }
}

} // namespace scoped_endpoint_test
