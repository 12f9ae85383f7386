#include "core/log/catalogue.hpp"
#include "core/log/catalogue_text.hpp"
#include "core/log/event.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue_test {

using namespace spfblock;
using log::entry;
using log::kind;
using log::presence;

namespace {

std::vector<entry> all_entries() {
  std::vector<entry> all;
  for (const log::chapter& part : log::catalogue)
    all.insert(all.end(), part.entries.begin(), part.entries.end());
  return all;
}

bool is_lower_case_phrase(std::string_view text) {
  return !text.empty() && text.find("  ") == std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz ,") ==
             std::string_view::npos;
}

bool is_key(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string contents(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The file is `wanted`; tests/docs/log_events writes it.
void check_file(const std::string& path, const std::string& wanted) {
  const std::string whole = SPFBLOCK_SOURCE_DIR "/" + path;
  if (std::getenv("SPFBLOCK_WRITE_LOG_EVENTS") != nullptr)
    std::ofstream{whole, std::ios::binary} << wanted;
  INFO(path << " is not what core/log says: run tests/docs/log_events");
  CHECK(contents(whole) == wanted);
}

std::vector<std::regex> logcheck_rules() {
  std::istringstream text{log::catalogue_as_logcheck_rules()};
  std::vector<std::regex> rules;
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with('#'))
      rules.emplace_back(line);
  }
  return rules;
}

bool is_ignored(const std::vector<std::regex>& rules, const std::string& line) {
  return std::any_of(rules.begin(), rules.end(), [&](const std::regex& rule) {
    return std::regex_match(line, rule);
  });
}

constexpr std::string_view traditional = "Nov  4 03:12:59 mx1 spfblock[812]: ";
constexpr std::string_view precise =
    "2026-11-24T03:12:59.123456+01:00 mx-1.example spfblock[1]: ";

} // namespace

TEST_CASE("each kind of event has one entry, in the order of the kinds",
          "[log][catalogue]") {
  const auto all = all_entries();
  CHECK(all.size() ==
        static_cast<std::size_t>(kind::file_published_no_more) + 1);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(static_cast<std::size_t>(all[i].kind) == i);
}

TEST_CASE("a phrase names one kind of event", "[log][catalogue]") {
  const auto all = all_entries();
  std::set<std::string_view> phrases;
  for (const entry& each : all) {
    CAPTURE(each.phrase);
    CHECK(is_lower_case_phrase(each.phrase));
    CHECK(phrases.insert(each.phrase).second);
  }
}

TEST_CASE("an entry says what its fields are, what it means and what to do",
          "[log][catalogue]") {
  for (const entry& of : all_entries()) {
    CAPTURE(of.phrase);
    CHECK(of.meaning.ends_with('.'));
    CHECK(of.action.ends_with('.'));
    // What is worse than asked needs somebody.
    CHECK((of.severity > level::warning || of.action != "Nothing."));
    std::set<std::string_view> names;
    for (const log::field& each : of.fields) {
      CAPTURE(each.name);
      CHECK(is_key(each.name));
      CHECK(names.insert(each.name).second);
      CHECK_FALSE(each.meaning.empty());
      CHECK_FALSE(each.example.empty());
      if (each.form == log::form::number)
        CHECK(is_number(each.example));
    }
  }
}

TEST_CASE("an example line has the phrase and the fields asked for",
          "[log][catalogue]") {
  const entry& changed = log::entry_of(kind::listing_changed);
  CHECK(log::example_line(changed, presence::always) ==
        "listing changed domain=spam.example networks=12 ipv4_addresses=3584 "
        "ipv6_slash64s=2 networks_added=1 networks_removed=0");
  CHECK(log::example_line(changed, presence::rarely).find(" role=allowed ") !=
        std::string::npos);
  CHECK(log::example_line(log::entry_of(kind::admin_port_unavailable),
                          presence::always) ==
        "admin port unavailable reason=\"Permission denied\"");
}

TEST_CASE("logcheck ignores what is usual, and no warning and no error",
          "[log][catalogue]") {
  const auto rules = logcheck_rules();
  for (const entry& of : all_entries()) {
    for (const auto rarest : {presence::always, presence::rarely}) {
      const std::string line = log::example_line(of, rarest);
      CAPTURE(line);
      const bool usual = of.severity >= level::notice;
      CHECK(is_ignored(rules, std::string{traditional} + line) == usual);
      CHECK(is_ignored(rules, std::string{precise} + line) == usual);
      CHECK_FALSE(is_ignored(rules, std::string{traditional} + line + " x=1"));
    }
  }
}

TEST_CASE("logcheck ignores no line of another program and no forged one",
          "[log][catalogue]") {
  const auto rules = logcheck_rules();
  CHECK(is_ignored(rules, std::string{traditional} + "stopping"));
  CHECK_FALSE(is_ignored(rules, "Nov  4 03:12:59 mx1 other[812]: stopping"));
  CHECK_FALSE(is_ignored(rules, "stopping"));
  // A value cannot end early: what is outside of quotes has no blank.
  CHECK_FALSE(is_ignored(rules, std::string{traditional} +
                                    "starting version=1 file=/a b"));
  CHECK_FALSE(is_ignored(rules, std::string{traditional} +
                                    "starting version=1 file=\"/a\" b\""));
}

TEST_CASE("docs/log-events.md and etc/logcheck are up to date",
          "[log][files]") {
  check_file("docs/log-events.md", log::catalogue_as_markdown());
  check_file("etc/logcheck/spfblock", log::catalogue_as_logcheck_rules());
}

} // namespace catalogue_test
