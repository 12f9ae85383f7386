#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <vector>

namespace listen_section_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

std::string with_listen(const std::string& json) {
  return R"({"domains":[],"listen":)" + json + "}";
}

} // namespace

TEST_CASE("listen: an address alone speaks tcp_table, an object says its door",
          "[config][listen]") {
  const auto read = read_settings(with_listen(R"(["127.0.0.1:1",
      {"door": "policy", "at": "127.0.0.1:2"},
      {"at": "[::1]:3", "door": "socketmap"},
      {"door": "tcp_table", "at": "127.0.0.1:4"}])"));
  using protocols::door;
  CHECK(read.listen ==
        std::vector<listener>{
            {door::tcp_table, *net::endpoint::parse("127.0.0.1:1")},
            {door::policy, *net::endpoint::parse("127.0.0.1:2")},
            {door::socketmap, *net::endpoint::parse("[::1]:3")},
            {door::tcp_table, *net::endpoint::parse("127.0.0.1:4")}});
}

TEST_CASE("listen: a UNIX socket has a path and a mode", "[config][listen]") {
  const auto read = read_settings(with_listen(R"(["unix:/run/a",
      {"door": "policy", "at": "unix:/run/b", "mode": "0660"},
      {"door": "policy", "at": "unix:/run/c", "mode": "600"}])"));
  REQUIRE(read.listen.size() == 3);
  CHECK(read.listen[0].where == net::socket_address::at_path("/run/a"));
  CHECK(read.listen[0].kind == protocols::door::tcp_table);
  CHECK(read.listen[0].mode == 0666);
  CHECK(read.listen[1].mode == 0660);
  CHECK(read.listen[2].mode == 0600);

  const auto fault_of_mode = [](const std::string& at,
                                const std::string& mode) {
    return faults_of(with_listen(R"([{"door":"policy","at":")" + at +
                                 R"(","mode":)" + mode + "}]"));
  };
  CHECK(fault_of_mode("127.0.0.1:1", R"("0660")") ==
        "t.json:1: /listen/0/mode: only a UNIX socket has a mode\n");
  for (const char* wrong : {R"("0668")", R"("1777")", R"("")", R"("-1")",
                            R"("u=rw")", R"("0660 ")"})
    CHECK_THAT(fault_of_mode("unix:/run/a", wrong),
               Catch::EndsWith("(expected an octal mode, as in \"0660\")\n"));
  CHECK_THAT(fault_of_mode("unix:/run/a", "432"),
             Catch::ContainsSubstring("/listen/0/mode: found 432"));
  CHECK_THAT(faults_of(with_listen(R"(["unix:run/a"])")),
             Catch::StartsWith("t.json:1: /listen/0: \"run/a\" is no absolute "
                               "path (expected an address"));
  CHECK_THAT(
      faults_of(with_listen(R"(["unix:/run/a",
      {"door": "policy", "at": "unix:/run/a"}])")),
      Catch::ContainsSubstring("/listen/1: \"unix:/run/a\" is given twice"));
}

TEST_CASE("listen: the door dnsbl has a zone, and clients",
          "[config][listen]") {
  const auto read = read_settings(with_listen(R"([
      {"door": "dnsbl", "at": "127.0.0.1:1", "zone": "BL.example.org."},
      {"door": "dnsbl", "at": "[::]:2", "zone": "bl.example.org",
       "clients": ["192.0.2.0/24", "2001:db8::/32"]}])"));
  REQUIRE(read.listen.size() == 2);
  const auto serves = [&](std::size_t at, const char* client) {
    return read.listen[at].list->serves(*net::ip_address::parse(client));
  };
  CHECK(read.listen[0].kind == protocols::door::dnsbl);
  CHECK(read.listen[0].list->zone().to_string() == "bl.example.org");
  CHECK(serves(0, "127.0.0.9"));
  CHECK(serves(0, "::1"));
  CHECK_FALSE(serves(0, "192.0.2.1"));
  CHECK(serves(1, "192.0.2.1"));
  CHECK(serves(1, "2001:db8::1"));
  CHECK_FALSE(serves(1, "127.0.0.1"));
}

TEST_CASE("listen: what the door dnsbl lacks or may not have",
          "[config][listen]") {
  const auto faults = [](const std::string& members) {
    return faults_of(with_listen("[{" + members + "}]"));
  };
  const std::string at = R"("door":"dnsbl","at":"127.0.0.1:1")";
  CHECK_THAT(faults(at),
             Catch::StartsWith("t.json:1: /listen/0: \"zone\" is missing"));
  CHECK_THAT(
      faults(at + R"(,"zone":"127.0.0.1")"),
      Catch::StartsWith("t.json:1: /listen/0/zone: found \"127.0.0.1\""));
  CHECK_THAT(faults(at + R"(,"zone":"bl")"),
             Catch::ContainsSubstring("at least two labels"));
  const std::string label(47, 'z');
  const std::string longest =
      label + '.' + label + '.' + label + '.' + label.substr(0, 45);
  CHECK(
      read_settings(with_listen("[{" + at + R"(,"zone":")" + longest + "\"}]"))
          .listen[0]
          .list->zone()
          .wire()
          .size() == protocols::dnsbl::longest_zone);
  CHECK_THAT(faults(at + R"(,"zone":"z)" + longest + '"'),
             Catch::ContainsSubstring("/listen/0/zone: leaves no room for the "
                                      "names of IPv6 addresses (expected at "
                                      "most 189 characters)"));
  CHECK_THAT(faults(at + R"(,"zone":"a.b","clients":["192.0.2.1/24"])"),
             Catch::ContainsSubstring("/listen/0/clients/0: "));
  CHECK(
      faults(at + R"(,"zone":"a.b","clients":[])") ==
      "t.json:1: /listen/0/clients: found an empty array, and nobody would be "
      "answered (expected networks)\n");
  CHECK_THAT(faults(R"("door":"dnsbl","at":"unix:/run/a","zone":"a.b")"),
             Catch::ContainsSubstring(
                 "/listen/0/at: the door \"dnsbl\" is at no UNIX socket"));
  CHECK(faults(R"("door":"policy","at":"127.0.0.1:1","zone":"a.b",)"
               R"("clients":[])") ==
        "t.json:1: /listen/0/zone: only the door \"dnsbl\" has it\n"
        "t.json:1: /listen/0/clients: only the door \"dnsbl\" has it\n");
}

TEST_CASE("listen: what is wrong is told at its place", "[config][listen]") {
  struct row {
    std::string json;
    std::string fault;
  };
  const std::string object = R"("ADDRESS:PORT", "unix:/PATH", or )"
                             R"({"door": DOOR, "at": one of these})";
  for (const row& each : {
           row{"[]", "t.json:1: /listen: found an empty array (expected " +
                         object + ")\n"},
           row{"[5]",
               "t.json:1: /listen/0: found 5 (expected " + object + ")\n"},
           row{R"([{"at":"127.0.0.1:1"}])",
               "t.json:1: /listen/0: \"door\" is missing (expected what is "
               "spoken there)\n"},
           row{R"([{"door":"policy"}])",
               "t.json:1: /listen/0: \"at\" is missing (expected an address "
               "and a port, as in \"127.0.0.1:10060\" or \"[::1]:10060\", or "
               "\"unix:/PATH\")\n"},
           row{R"(["127.0.0.1:1",{"door":"policy","at":"127.0.0.1:1"}])",
               "t.json:1: /listen/1: \"127.0.0.1:1\" is given twice (first at "
               "t.json:1)\n"},
       }) {
    CAPTURE(each.json);
    CHECK(faults_of(with_listen(each.json)) == each.fault);
  }
  CHECK(faults_of(with_listen(R"([{"door":"polcy","at":"127.0.0.1:1"}])"))
            .find("/listen/0/door: ") != std::string::npos);
  CHECK(faults_of(with_listen(R"([{"door":"policy","at":"x","port":1}])"))
            .find("/listen/0/port: unknown setting") != std::string::npos);
}

TEST_CASE("allow.recipients: postmaster and abuse unless others are given",
          "[config][allow]") {
  const auto unsaid = read_settings(R"({"domains":[]})").allow.recipients;
  CHECK(unsaid.contains("abuse@a.example"));
  CHECK(unsaid.contains("postmaster"));
  const auto given =
      read_settings(R"({"domains":[],"allow":{"recipients":["a@b.example"]}})")
          .allow.recipients;
  CHECK(given.contains("A@b.example"));
  CHECK_FALSE(given.contains("postmaster"));
  CHECK(faults_of(R"({"domains":[],"allow":{"recipients":["a","b c"]}})")
            .find("/allow/recipients/1: \"b c\" is no recipient") !=
        std::string::npos);
}

} // namespace listen_section_test
