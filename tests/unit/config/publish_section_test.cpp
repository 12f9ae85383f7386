#include "core/config/publish_section.hpp"
#include "tests/support/settings_text.hpp"

namespace publish_section_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace std::chrono_literals;
using testing::faults_of;
using testing::read_settings;
using testing::text_with;

std::string published(const std::string& elements) {
  return text_with("publish", '[' + elements + ']');
}

TEST_CASE("files are published as they are said", "[config][publish]") {
  const auto files =
      read_settings(published(R"({"format":"cdb","file":"/p/access.cdb"},
        {"format":"dnsbl-zone","file":"bl.zone"},
        {"format":"plain","file":"/p/plain","every":"1h"})"))
          .publish;
  CHECK(files == std::vector<published_file>{
                     {exports::format::cdb, "/p/access.cdb", 10s},
                     {exports::format::dnsbl_zone, "bl.zone", 60s},
                     {exports::format::plain, "/p/plain", 1h}});
  CHECK(read_settings(published("")).publish.empty());
  CHECK(default_settings().publish.empty());
}

TEST_CASE("what is wrong with a published file is told", "[config][publish]") {
  const std::pair<const char*, const char*> rows[] = {
      {R"(7)", "t.json:1: /publish/0: found 7 (expected an object)\n"},
      {R"({"format":"cdb"})", "t.json:1: /publish/0: \"file\" is missing "
                              "(expected the name of a file)\n"},
      {R"({"file":"/p/a"})",
       "t.json:1: /publish/0: \"format\" is missing (expected "
       "one of the formats of spfblock export)\n"},
      {R"({"format":"cbd","file":"/p/a.cdb"})",
       "t.json:1: /publish/0/format: found \"cbd\" (expected one of "
       "\"plain\", \"json\", \"cidr\", \"access\", \"nftables\", \"rbldnsd\", "
       "\"dnsbl-zone\", \"cdb\"; did you mean \"cdb\"?)\n"},
      {R"({"format":"cdb","file":"/p/access"})",
       "t.json:1: /publish/0/file: found \"/p/access\" (expected a name that "
       "ends with .cdb: Postfix appends that to the name of a cdb: table)\n"},
      {R"({"format":"plain","file":""})",
       "t.json:1: /publish/0/file: found \"\" (expected the name of a file)\n"},
      {R"({"format":"plain","file":"/p/"})",
       "t.json:1: /publish/0/file: found \"/p/\" (expected the name of a "
       "file)\n"},
      {R"({"format":"plain","file":"/p/a","every":"0s"})",
       "t.json:1: /publish/0/every: found \"0s\" (expected a duration such as "
       "\"90s\", \"15m\", \"1h\" or \"7d\", from \"1s\" to \"1d\")\n"},
      {R"({"format":"plain","file":"/p/a","mode":"0644"})",
       "t.json:1: /publish/0/mode: unknown setting (known: format, file, "
       "every)\n"},
  };
  for (const auto& [element, expected] : rows) {
    CAPTURE(element);
    CHECK(faults_of(published(element)) == expected);
  }
}

TEST_CASE("a file is published once", "[config][publish]") {
  CHECK(faults_of(published(R"({"format":"plain","file":"/p/a"},
        {"format":"json","file":"/p/a"})")) ==
        "t.json:2: /publish/1: \"/p/a\" is given twice (first at t.json:1)\n");
}

} // namespace publish_section_test
