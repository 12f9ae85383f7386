#include "core/config/kept_configuration.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace kept_configuration_test {

using namespace spfblock;
using namespace spfblock::config;

namespace {

source_texts texts() {
  return {"/etc/x.json",
          "{ // \"q\"\n}",
          {{"*.txt", {{"/a.txt", "a.test\n\x01", "", "1:2"}, {"/b.txt", ""}}},
           {"c.txt", {}}},
          "zone\n"};
}

} // namespace

TEST_CASE("a configuration that was kept comes back as it was",
          "[config][kept_configuration]") {
  const list_sizes lists{{"/a.txt", 1}, {"/b.txt", 0}};
  const auto kept = kept_from_json(to_json(texts(), lists));
  REQUIRE(kept);
  CHECK(kept->lists == lists);
  CHECK(kept->texts.file == "/etc/x.json");
  CHECK(kept->texts.text == texts().text);
  CHECK(kept->texts.zone == "zone\n");
  REQUIRE(kept->texts.lists.size() == 2);
  CHECK(kept->texts.lists.at("c.txt").empty());
  const auto& files = kept->texts.lists.at("*.txt");
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "/a.txt");
  CHECK(files[0].text == "a.test\n\x01");
  CHECK(files[0].identity == "1:2");
  CHECK(files[1].text.empty());
  auto none = texts();
  none.zone = std::nullopt;
  CHECK_FALSE(kept_from_json(to_json(none, {}))->texts.zone);
}

TEST_CASE("what a later version keeps besides is passed over",
          "[config][kept_configuration]") {
  auto text = to_json(texts(), {});
  text.insert(text.find('{') + 1, "\"later\": [1],");
  CHECK(kept_from_json(text));
}

TEST_CASE("no part of what was kept is taken for it",
          "[config][kept_configuration]") {
  const auto text = to_json(texts(), {{"/a.txt", 1}});
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(kept_from_json(text.substr(0, size)));
  }
  CHECK_FALSE(kept_from_json("{}"));
}

TEST_CASE("octets that are no UTF-8 are replaced",
          "[config][kept_configuration]") {
  auto latin = texts();
  latin.lists["c.txt"] = {{"/c.txt", "# \xe9t\xe9\na.test\n"}};
  const auto kept = kept_from_json(to_json(latin, {}));
  REQUIRE(kept);
  CHECK(kept->texts.lists.at("c.txt").at(0).text ==
        "# \xef\xbf\xbdt\xef\xbf\xbd\na.test\n");
}

} // namespace kept_configuration_test
