#include "core/net/endpoint.hpp"
#include "tests/support/catch.hpp"

namespace endpoint_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

using optional_port = std::optional<std::uint16_t>;

} // namespace

TEST_CASE("endpoint::parse reads an address and a port", "[net][endpoint]") {
  struct row {
    const char* text;
    optional_port default_port;
    const char* written;
  };
  const row rows[] = {
      {"192.0.2.1:53", {}, "192.0.2.1:53"},
      {"192.0.2.1:0", {}, "192.0.2.1:0"},
      {"192.0.2.1:65535", {}, "192.0.2.1:65535"},
      {"[2001:db8::1]:53", {}, "[2001:db8::1]:53"},
      {"[::]:10060", {}, "[::]:10060"},
      {"192.0.2.1:5353", 53, "192.0.2.1:5353"},
      {"[::1]:5353", 53, "[::1]:5353"},
      {"192.0.2.1", 53, "192.0.2.1:53"},
      {"[::1]", 53, "[::1]:53"},
      {"::1", 53, "[::1]:53"},
      {"2001:DB8::1", 53, "[2001:db8::1]:53"},
      // No port here: all of it is the address.
      {"2001:db8::1:5353", 53, "[2001:db8::1:5353]:53"},
      {"::1:53", 53, "[::0.1.0.83]:53"},
      // An IPv4-mapped address is IPv4, as everywhere.
      {"[::ffff:192.0.2.1]:53", {}, "192.0.2.1:53"},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    const auto parsed = endpoint::parse(r.text, r.default_port);
    REQUIRE(parsed);
    CHECK(parsed->to_string() == r.written);
    const auto again = endpoint::parse(parsed->to_string());
    REQUIRE(again);
    CHECK(*again == *parsed);
  }
}

TEST_CASE("endpoint::parse says what is wrong, and where", "[net][endpoint]") {
  struct row {
    const char* text;
    optional_port default_port;
    errc code;
    std::size_t offset;
    const char* message;
  };
  const row rows[] = {
      {"", {}, errc::malformed, 0, R"("" is not an IP address)"},
      {"", 53, errc::malformed, 0, R"("" is not an IP address)"},
      {":53", {}, errc::malformed, 0, R"("" is not an IP address)"},
      {"localhost:53",
       {},
       errc::malformed,
       0,
       R"("localhost" is not an IP address)"},
      {"192.0.2.1",
       {},
       errc::malformed,
       9,
       R"(the port is missing in "192.0.2.1")"},
      {"[::1]", {}, errc::malformed, 5, R"(the port is missing in "[::1]")"},
      {"192.0.2.1:", 53, errc::malformed, 10, R"("" is not a port)"},
      {"192.0.2.1:domain", 53, errc::malformed, 10,
       R"("domain" is not a port)"},
      {"192.0.2.1:-1", 53, errc::malformed, 10, R"("-1" is not a port)"},
      {"192.0.2.1:53 ", 53, errc::malformed, 10, R"("53 " is not a port)"},
      {"192.0.2.1:65536", 53, errc::out_of_range, 10,
       "port 65536 is over 65535"},
      {"[::1]:18446744073709551669",
       {},
       errc::out_of_range,
       6,
       "port 18446744073709551669 is over 65535"},
      {"[::1]53", 53, errc::malformed, 5, R"("53" is not a colon and a port)"},
      {"[::1", 53, errc::malformed, 0, R"(no ] ends the address in "[::1")"},
      {"[", 53, errc::malformed, 0, R"(no ] ends the address in "[")"},
      {"[]:53", {}, errc::malformed, 1, R"("" is not an IPv6 address)"},
      {"[192.0.2.1]:53",
       {},
       errc::malformed,
       1,
       R"("192.0.2.1" is not an IPv6 address)"},
      {"[fe80::1%eth0]:53",
       {},
       errc::malformed,
       1,
       R"("fe80::1%eth0" is not an IPv6 address)"},
      {"2001:db8::1",
       {},
       errc::malformed,
       0,
       R"("2001:db8::1" needs brackets around the IPv6 address, )"
       R"(as in "[2001:db8::1]:53")"},
      {"::1:53",
       {},
       errc::malformed,
       0,
       R"("::1:53" needs brackets around the IPv6 address, )"
       R"(as in "[2001:db8::1]:53")"},
      {"2001:db8::1:65536", 53, errc::malformed, 0,
       R"("2001:db8::1:65536" is not an IP address)"},
      {"192.0.2.1:53:53", 53, errc::malformed, 0,
       R"("192.0.2.1:53:53" is not an IP address)"},
  };
  for (const row& r : rows) {
    CAPTURE(r.text);
    const auto parsed = endpoint::parse(r.text, r.default_port);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == r.code);
    CHECK(parsed.error().offset == r.offset);
    CHECK(parsed.error().message == r.message);
  }
}

} // namespace endpoint_test
