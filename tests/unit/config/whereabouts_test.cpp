#include "core/config/whereabouts.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace whereabouts_test {

using namespace spfblock;
using config::whereabouts;

namespace {

whereabouts found_in(const std::string& text) {
  return config::whereabouts_in(text, "c.json");
}

std::string admin_of(const whereabouts& of) {
  return of.admin ? of.admin->to_string() : "off";
}

} // namespace

TEST_CASE("a server is where its configuration says, whatever else is wrong",
          "[config][whereabouts]") {
  struct row {
    const char* text;
    const char* lookups;
    const char* admin;
  };
  const auto [text, lookups, admin] = GENERATE(values<row>({
      {R"({"domains": ["a.example"]})", "127.0.0.1:10060", "127.0.0.1:10061"},
      {R"({"listen": ["[::1]:1", "127.0.0.1:2"], "admin": "127.0.0.1:3"})",
       "[::1]:1", "127.0.0.1:3"},
      {R"({"domainz": 1, "domains": 7, "admin": "", "listen": ["0.0.0.0:5"]})",
       "0.0.0.0:5", "off"},
      {R"({"domain_files": ["/nowhere"], "action": "FROWN"} // why)",
       "127.0.0.1:10060", "127.0.0.1:10061"},
      {R"({"listen": [{"door": "policy", "at": "127.0.0.1:6"},
                      {"at": "127.0.0.1:7"}]})",
       "127.0.0.1:7", "127.0.0.1:10061"},
      {R"({"listen": [{"door": "tcp_table", "at": "127.0.0.1:8"}]})",
       "127.0.0.1:8", "127.0.0.1:10061"},
      {R"({"listen": [{"door": "policy", "at": "unix:/run/x"},
                      {"door": "socketmap", "at": "unix:/run/y"}]})",
       "unix:/run/x", "127.0.0.1:10061"},
      {R"({"listen": [{"door": "dnsbl", "at": "127.0.0.1:9"},
                      {"door": "dnsbl", "at": "127.0.0.1:8", "zone": "a.b"}]})",
       "127.0.0.1:8", "127.0.0.1:10061"},
      {R"({"listen": [{"door": "later", "at": "unix:/run/x"}]})",
       "127.0.0.1:10060", "127.0.0.1:10061"},
      {"[]", "127.0.0.1:10060", "127.0.0.1:10061"},
  }));
  CAPTURE(text);
  const auto found = found_in(text);
  CHECK(found.lookups->where.to_string() == lookups);
  CHECK(admin_of(found) == admin);
  CHECK(found.faults.empty());
}

TEST_CASE("what cannot be read of a server's address is told, and the default "
          "stands",
          "[config][whereabouts]") {
  struct row {
    const char* text;
    const char* fault;
  };
  const auto [text, fault] = GENERATE(values<row>({
      {"{\n\"admin\": \"127.0.0.1:1\",,}", "c.json:2: "},
      {"", "c.json:1: "},
      {R"({"admin": "here"})", "c.json:1: /admin: "},
      {R"({"admin": 1})", "c.json:1: /admin: "},
      {R"({"listen": "127.0.0.1:1"})", "c.json:1: /listen: "},
      {R"({"listen": ["here"]})", "c.json:1: /listen/0: "},
      {R"({"listen": [{"at": 1}]})", "c.json:1: /listen/0/at: "},
  }));
  CAPTURE(text);
  const auto found = found_in(text);
  CHECK(found.lookups->where.to_string() == "127.0.0.1:10060");
  CHECK(admin_of(found) == "127.0.0.1:10061");
  REQUIRE(found.faults.size() == 1);
  CHECK_THAT(found.faults.front().to_string(), Catch::StartsWith(fault));
}

TEST_CASE("a server is asked at the first address that can be read",
          "[config][whereabouts]") {
  const auto found = found_in(R"({"listen": ["here", "127.0.0.1:9"]})");
  CHECK(found.lookups->where.to_string() == "127.0.0.1:9");
  CHECK(found.faults.size() == 1);
}

TEST_CASE("the door that is wanted is found, or none",
          "[config][whereabouts]") {
  using protocols::door;
  const std::string text = R"({"listen": ["127.0.0.1:1",
      {"door": "policy", "at": "unix:/run/p"},
      {"door": "policy", "at": "127.0.0.1:2"}]})";
  const auto found = [&text](door wanted) {
    const auto there = config::whereabouts_in(text, "c.json", wanted).lookups;
    return there ? std::string{text_of(there->kind)} + ' ' +
                       there->where.to_string()
                 : "none";
  };
  CHECK(found(door::tcp_table) == "tcp_table 127.0.0.1:1");
  CHECK(found(door::policy) == "policy unix:/run/p");
  CHECK(found(door::socketmap) == "none");
  CHECK(config::whereabouts_in("{}", "c.json", door::tcp_table).lookups);
  CHECK_FALSE(config::whereabouts_in("{}", "c.json", door::policy).lookups);
}

TEST_CASE("of a refused configuration every door is taken that can be read",
          "[config][whereabouts]") {
  struct row {
    const char* text;
    const char* doors;
    const char* admin;
  };
  const auto [text, doors, admin] = GENERATE(values<row>({
      {"{", "", "127.0.0.1:10061"},
      {"[]", "", "127.0.0.1:10061"},
      {R"({"domainz": []})", "", "127.0.0.1:10061"},
      {R"({"listen": "127.0.0.1:1"})", "", "127.0.0.1:10061"},
      {R"({"listen": ["127.0.0.1:1", 7, "x", {"door": "policy", "at": "[::1]:2"},
                      {"door": "later", "at": "127.0.0.1:3"}, "127.0.0.1:1",
                      {"door": "dnsbl", "at": "127.0.0.1:4"},
                      {"door": "dnsbl", "at": "127.0.0.1:5", "zone": "bl.a"}],
           "admin": "127.0.0.1:9", "action": "FROWN"})",
       "tcp_table 127.0.0.1:1, policy [::1]:2, dnsbl 127.0.0.1:5, ",
       "127.0.0.1:9"},
      {R"({"admin": "192.0.2.1:9", "listen": []})", "", "127.0.0.1:10061"},
      {R"({"admin": "", "state_file": "/s", "networks": [{}]})", "", "off"},
      {R"({"admin": 1})", "", "127.0.0.1:10061"},
  }));
  CAPTURE(text);
  const auto made = config::doors_in(text);
  std::string told;
  for (const config::listener& each : made.listen)
    told += std::string{protocols::text_of(each.kind)} + ' ' +
            each.where.to_string() + ", ";
  CHECK(told == doors);
  CHECK((made.admin ? made.admin->to_string() : "off") == admin);
  CHECK(made.state_file.empty());
  CHECK(made.networks.empty());
}

} // namespace whereabouts_test
