#include "core/config/entry_file_edit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <utility>

namespace entry_file_edit_test {

using namespace spfblock;
using namespace spfblock::config;
using namespace spfblock::testing;

namespace {

constexpr const char* main_text = R"({"entry_files": ["*.json"]})";

fake_files as_file(const std::string& text) {
  return {{{"*.json", std::vector<list_file>{{"c.json", text}}}}};
}

/// The settings of a file, which has nothing to warn of.
settings settings_in(const std::string& text) {
  const auto files = as_file(text);
  CHECK(warnings_of(main_text, files).empty());
  return read_settings(main_text, files);
}

std::string with(std::string_view text, entry_list list,
                 const new_entry& entry) {
  const auto made = with_entry(text, list, entry);
  return made ? *made : made.error().message;
}

std::string without(std::string_view text, const char* domain) {
  const auto made = without_domain(text, name_of(domain));
  if (!made)
    return made.error().message;
  return made->value_or("not there");
}

const std::chrono::sys_days day{std::chrono::year{2030} / 1 / 2};

} // namespace

TEST_CASE("a new file has what was added, as a person would write it",
          "[config][entry_file_edit]") {
  std::string text{empty_entry_file};
  text = with(text, entry_list::domains, {"a.test", ""});
  text =
      with(text, entry_list::domains,
           {"b.test", "WARN spfblock: {domain} {network}", day, "odd \"x\""});
  text = with(text, entry_list::allowed_networks,
              {"192.0.2.0/24", "", day, "ticket 7"});
  text = with(text, entry_list::allowed_domains, {"c.test", ""});
  CHECK(text == R"({
  "domains": [
    "a.test",
    { "name": "b.test", "action": "WARN spfblock: {domain} {network}", "until": "2030-01-02", "comment": "odd \"x\"" }
  ],
  "allow": {
    "networks": [
      { "network": "192.0.2.0/24", "until": "2030-01-02", "comment": "ticket 7" }
    ],
    "domains": [
      "c.test"
    ]
  }
}
)");
  const auto read = settings_in(text);
  REQUIRE(read.domains.size() == 2);
  CHECK(read.domains[1].name == name_of("b.test"));
  CHECK(read.domains[1].action.text() == "WARN spfblock: {domain} {network}");
  CHECK(read.domains[1].until == day);
  CHECK(read.domains[1].comment == "odd \"x\"");
  CHECK(read.allow.networks ==
        std::vector<allowed_network>{
            {network_of("192.0.2.0/24"), day, "ticket 7"}});
  CHECK(read.allow.domains.at(0).name == name_of("c.test"));
}

TEST_CASE("a domain is taken out however it is written, and each time",
          "[config][entry_file_edit]") {
  CHECK(without(R"({"domains": ["A.test.", "b.test"]})", "a.test") ==
        R"({"domains": ["b.test"]})");
  CHECK(without(R"({"domains": [{"comment": "x", "name": "\u0061.test"}, 7]})",
                "a.test") == R"({"domains": [7]})");
  CHECK(without(R"({"domains": ["a.test", "b.test", {"name":"a.test"}]})",
                "a.test") == R"({"domains": ["b.test"]})");
}

TEST_CASE("what lists no such domain is left alone",
          "[config][entry_file_edit]") {
  for (const auto* const text :
       {R"({"domains": ["b.test", {"name": "aa.test"}, {}, 7, "x y"]})",
        R"({"allow": {"domains": ["a.test"]}})", R"({"domains": "a.test"})",
        R"(["a.test"])", "{}"}) {
    CAPTURE(text);
    CHECK(without(text, "a.test") == "not there");
  }
}

TEST_CASE("a file that is no JSON is a failure, with its place",
          "[config][entry_file_edit]") {
  const auto made = with_entry("{\n  \"domains\": [,]\n}", entry_list::domains,
                               {"a.test", ""});
  REQUIRE_FALSE(made);
  CHECK(made.error().offset == 16);
  CHECK_THAT(without("<html>", "a.test"), Catch::StartsWith("syntax error"));
}

TEST_CASE("the patterns of entry_files, in order",
          "[config][entry_file_edit]") {
  using texts = std::vector<std::string>;
  CHECK(entry_patterns(R"({"entry_files": [/* x */ "b/*.json", "\u0061"]})") ==
        texts{"b/*.json", "a"});
  CHECK(entry_patterns(R"({"domains": ["entry_files"]})").empty());
}

TEST_CASE("a reading says where its entries stand",
          "[config][entry_file_edit]") {
  const auto files = as_file(R"({
    "domains": ["a.test",
                {"name": "b.test"}],
    "allow": {"domains": ["c.test"],
              "networks": [{"network": "192.0.2.1"}]}})");
  const auto read = std::get<reading>(parse(main_text, files));
  REQUIRE(read.places.listed.place_of(name_of("b.test")) != nullptr);
  CHECK(read.places.listed.place_of(name_of("b.test"))->to_string() ==
        "c.json:3");
  CHECK(read.places.allowed.domains.place_of("c.test") == "c.json:4");
  CHECK(read.places.allowed.networks.place_of("192.0.2.1/32") == "c.json:5");
  CHECK_FALSE(read.places.allowed.domains.place_of("a.test"));
}

} // namespace entry_file_edit_test
