#include "core/dns/resolv_conf.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace resolv_conf_test {

using spfblock::dns::parse_resolv_conf;

namespace {

std::string servers_of(std::string_view text) {
  std::string list;
  for (const auto& server : parse_resolv_conf(text))
    list += (list.empty() ? "" : " ") + server.to_string();
  return list;
}

} // namespace

TEST_CASE("parse_resolv_conf gives the name servers in order, at port 53",
          "[dns][resolv_conf]") {
  CHECK(servers_of("nameserver 192.0.2.2\nnameserver 192.0.2.1\n") ==
        "192.0.2.2:53 192.0.2.1:53");
  CHECK(servers_of("nameserver 2001:db8::53\n") == "[2001:db8::53]:53");
  CHECK(servers_of("# made by hand\n"
                   "domain example.org\n"
                   "search example.org example.com\n"
                   "nameserver 192.0.2.1\n"
                   "options edns0 trust-ad\n"
                   "\n"
                   "nameserver ::1\n") == "192.0.2.1:53 [::1]:53");
}

TEST_CASE("parse_resolv_conf knows a nameserver line when it sees one",
          "[dns][resolv_conf]") {
  struct row {
    std::string_view line;
    bool taken;
  };
  const auto given = GENERATE(values<row>({
      {"nameserver 192.0.2.1", true},
      {"nameserver\t192.0.2.1", true},
      {"nameserver  \t 192.0.2.1 \t", true},
      {"nameserver 192.0.2.1\r", true},
      {"nameserver 192.0.2.1 # the office", true},
      {"nameserver 192.0.2.1\tand more", true},
      {"nameserver ::ffff:192.0.2.1", true}, // mapped is IPv4
      {"nameserver192.0.2.1", false},
      {"nameservers 192.0.2.1", false},
      {"nameserver", false},
      {"nameserver ", false},
      {" nameserver 192.0.2.1", false},
      {"#nameserver 192.0.2.1", false},
      {"# nameserver 192.0.2.1", false},
      {"; nameserver 192.0.2.1", false},
      {"NAMESERVER 192.0.2.1", false},
      {"nameserver dns.example.org", false},
      {"nameserver 192.0.2.1:53", false},
      {"nameserver 192.0.2.1/32", false},
      {"nameserver [2001:db8::1]", false},
      {"nameserver 192.0.2.1%eth0", false},
      {"nameserver fe80::1%", false},
      {"nameserver [fe80::1%eth0]", false},
      {"nameserver 0xc0000201", false},
      {"nameserver 192.0.2", false},
      {"search nameserver 192.0.2.1", false},
  }));
  CAPTURE(given.line);
  const std::string line{given.line};
  const std::string_view found = given.taken ? "192.0.2.1:53 " : "";
  CHECK(servers_of(line + "\nnameserver 203.0.113.9\n") ==
        std::string{found} + "203.0.113.9:53");
  CHECK(servers_of("nameserver 203.0.113.9\n" + line) ==
        "203.0.113.9:53" + std::string{given.taken ? " 192.0.2.1:53" : ""});
}

TEST_CASE("parse_resolv_conf takes three name servers and no more",
          "[dns][resolv_conf]") {
  std::string text = "nameserver dns.example.org\n"; // does not count
  for (const auto* const each : {"192.0.2.1", "192.0.2.2", "192.0.2.3"})
    text += "nameserver " + std::string{each} + "\n";
  const auto* const three = "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53";
  CHECK(servers_of(text) == three);
  CHECK(servers_of(text + "nameserver 192.0.2.4\n") == three);
}

TEST_CASE("parse_resolv_conf takes a link-local address with its interface",
          "[dns][resolv_conf]") {
  CHECK(servers_of("nameserver fe80::1%eth0\nnameserver fe80::2%3\n") ==
        "[fe80::1%eth0]:53 [fe80::2%3]:53");
}

TEST_CASE("parse_resolv_conf says where no server is named",
          "[dns][resolv_conf]") {
  const auto text = GENERATE(values<std::string_view>({
      "",
      "\n\n",
      "search example.org",
      "nameserver dns.example.org\n",
      "nameserver",
      std::string_view{"\0nameserver 192.0.2.1", 21},
      "\xff\xfe\x80",
  }));
  CAPTURE(text);
  CHECK(servers_of(text) == "");
}

} // namespace resolv_conf_test
