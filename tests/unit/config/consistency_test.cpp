#include "core/config/consistency.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <vector>

namespace consistency_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

std::string with_ports(const std::string& listen, const std::string& admin) {
  return R"({"domains":[],"listen":[")" + listen + R"("],"admin":")" + admin +
         R"("})";
}

} // namespace

TEST_CASE("the admin port is on loopback", "[config][consistency]") {
  for (const auto* const good : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1"})
    CHECK(faults_of(text_with("admin", '"' + std::string{good} + '"')) ==
          "none\n");
  for (const auto* const bad :
       {"0.0.0.0:1", "192.0.2.1:1", "[::]:1", "[2001:db8::1]:1", "126.0.0.1:1"})
    CHECK(faults_of(text_with("admin", '"' + std::string{bad} + '"')) ==
          fmt::format("t.json:1: /admin: found \"{}\" (expected an address of "
                      "loopback, as in \"127.0.0.1:10061\": it shows "
                      "everything to whoever asks)\n",
                      bad));
}

TEST_CASE("the admin port is no port of listen", "[config][consistency]") {
  CHECK(faults_of(with_ports("127.0.0.1:1", "127.0.0.1:1")) ==
        "t.json:1: /admin: the admin port 127.0.0.1:1 is a port of \"listen\", "
        "too\n");
  CHECK(faults_of(with_ports("0.0.0.0:1", "127.0.0.1:1")) != "none\n");
  CHECK(faults_of(with_ports("[::]:1", "[::1]:1")) != "none\n");
  CHECK(faults_of(text_with("listen", R"(["127.0.0.1:10061"])")) ==
        "t.json:1: the admin port 127.0.0.1:10061 is a port of \"listen\", "
        "too\n");
  CHECK(faults_of(with_ports("127.0.0.1:1", "127.0.0.1:2")) == "none\n");
  CHECK(faults_of(with_ports("127.0.0.2:1", "127.0.0.1:1")) == "none\n");
  CHECK(faults_of(with_ports("[::1]:1", "127.0.0.1:1")) == "none\n");
  CHECK(faults_of(with_ports("127.0.0.1:0", "127.0.0.1:0")) == "none\n");
}

TEST_CASE("the port of metrics.listen is no other port, and may be anywhere",
          "[config][consistency]") {
  const auto with_metrics = [](const std::string& at) {
    return faults_of(text_with("metrics", R"({"listen":")" + at + R"("})"));
  };
  CHECK(with_metrics("192.0.2.1:10063") == "none\n");
  CHECK(with_metrics("0.0.0.0:10062") == "none\n");
  CHECK(with_metrics("0.0.0.0:10061") ==
        "t.json:1: /metrics/listen: 0.0.0.0:10061 is the admin port, too\n");
  CHECK(with_metrics("127.0.0.1:10060") ==
        "t.json:1: /metrics/listen: 127.0.0.1:10060 is a port of \"listen\", "
        "too\n");
}

TEST_CASE("listen beyond loopback is a warning", "[config][consistency]") {
  CHECK(
      warnings_of(text_with("listen", R"(["127.0.0.1:1","[::1]:1"])")).empty());
  CHECK(warnings_of(text_with("listen", R"(["127.0.0.1:1","0.0.0.0:2"])")) ==
        "t.json:1: /listen: warning: others than this machine can ask at "
        "0.0.0.0:2, and hold its connections\n");
}

TEST_CASE("two doors of which only one can be had are a warning",
          "[config][consistency]") {
  for (const char* other_port_or_family :
       {R"(["127.0.0.1:1","127.0.0.2:1","[::]:1"])",
        R"(["127.0.0.1:1",{"door":"policy","at":"0.0.0.0:2"}])"})
    CHECK_THAT(warnings_of(text_with("listen", other_port_or_family)),
               !Catch::ContainsSubstring("cannot both be had"));
  CHECK_THAT(warnings_of(text_with("listen", R"(["127.0.0.1:1","0.0.0.0:1"])")),
             Catch::ContainsSubstring("127.0.0.1:1 and 0.0.0.0:1 cannot both "
                                      "be had: one of them is every address "
                                      "of its family\n"));
  CHECK_THAT(warnings_of(text_with(
                 "listen", R"(["[::]:1",{"door":"policy","at":"[::1]:1"}])")),
             Catch::ContainsSubstring("[::]:1 and [::1]:1 cannot both be had"));
}

TEST_CASE("a domain both listed and allowed is a warning where it is listed",
          "[config][consistency]") {
  const fake_files files{
      {{"x", std::vector<list_file>{{"x", "b.test\nc.test"}}}}};
  CHECK(warnings_of(R"({"domains":["a.test"],
      "domain_files":["x"],
      "allow":{"domains":["a.test","c.test"]}})",
                    files) ==
        "t.json:1: /domains/0: warning: \"a.test\" is allowed, too, and so "
        "lists nothing\n"
        "x:2: warning: \"c.test\" is allowed, too, and so lists nothing\n");
}

TEST_CASE("no width and no reserved space is a warning",
          "[config][consistency]") {
  const auto warns = [](const std::string& more) {
    return !warnings_of("{\"domains\":[\"a.test\"," + more + "}").empty();
  };
  constexpr auto* off = R"("allow":{"reserved":false})";
  CHECK_FALSE(warns(std::string{"\"b.test\"],"} + off));
  CHECK(
      warns(std::string{R"("b.test"],"limits":{"widest_ipv4":null},)"} + off));
  CHECK(warns(std::string{R"("b.test"],"limits":{"widest_ipv6":0},)"} + off));
  CHECK(warns(
      std::string{R"({"name":"b.test","limits":{"widest_ipv6":null}}],)"} +
      off));
  CHECK_FALSE(warns(R"("b.test"],"limits":{"widest_ipv4":null})"));
}

} // namespace consistency_test
