#include "core/log/event.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace event_test {

using spfblock::level;
using spfblock::log::event_of;
using spfblock::log::kind;

namespace {

/// An event that no catalogue knows.
class any_event : public spfblock::log::event {
public:
  explicit any_event(std::string_view phrase)
      : event{kind::statistics, level::info, phrase} {}
  using event::add;
};

/// The line of an event "phrase" with one field k.
std::string line_with(std::string_view value) {
  any_event told{"phrase"};
  told.add("k", value);
  return told.line();
}

/// What a reader of the log makes of the fields after `phrase`: values end at a
/// blank, or at the quote where they begin with one.
std::vector<std::pair<std::string, std::string>>
fields_of(std::string_view line, std::string_view phrase) {
  REQUIRE(line.starts_with(phrase));
  line.remove_prefix(phrase.size());
  std::vector<std::pair<std::string, std::string>> fields;
  while (!line.empty()) {
    REQUIRE(line.front() == ' ');
    const auto equals = line.find('=');
    REQUIRE(equals != std::string_view::npos);
    const std::string key{line.substr(1, equals - 1)};
    line.remove_prefix(equals + 1);
    const bool in_quotes = line.starts_with('"');
    if (in_quotes)
      line.remove_prefix(1);
    const auto end = std::min(line.find(in_quotes ? '"' : ' '), line.size());
    fields.emplace_back(key, line.substr(0, end));
    line.remove_prefix(in_quotes ? end + 1 : end);
  }
  return fields;
}

std::string without_escapes(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      octets += text[i];
      continue;
    }
    const std::string hex{text.substr(i + 2, 2)};
    octets += static_cast<char>(std::stoi(hex, nullptr, 16));
    i += 3;
  }
  return octets;
}

} // namespace

TEST_CASE("event is its phrase and its fields in order", "[log][event]") {
  CHECK(event_of<kind::stopped>{}.line() == "stopped");
  CHECK(event_of<kind::listing_changed>{}
            .with("domain", "a.example")
            .with("networks", 3)
            .line() == "listing changed domain=a.example networks=3");
}

TEST_CASE("event has the severity of its entry", "[log][event]") {
  CHECK(event_of<kind::port_unavailable>{}.severity() == level::error);
  CHECK(event_of<kind::domain_failing>{}.severity() == level::warning);
  CHECK(event_of<kind::stopped>{}.severity() == level::notice);
  CHECK(event_of<kind::listing_changed>{}.with("networks", 1).severity() ==
        level::info);
}

TEST_CASE("event can be raised to the other severity of its entry",
          "[log][event]") {
  CHECK(event_of<kind::address_found>{}.severity() == level::debug);
  CHECK(event_of<kind::address_found>{level::info}.severity() == level::info);
}

TEST_CASE("event takes fields as a named object too", "[log][event]") {
  event_of<kind::domain_failing> told;
  CHECK(&told.with("domain", "a.example") == &told);
  CHECK(&told.with("networks_kept", 2) == &told);
  CHECK(told.line() == "domain failing domain=a.example networks_kept=2");
}

TEST_CASE("event writes whole numbers of any size", "[log][event]") {
  const auto told =
      event_of<kind::statistics>{}
          .with("found", std::numeric_limits<std::int64_t>::min())
          .with("not_found", std::numeric_limits<std::uint64_t>::max())
          .with("refused", 0);
  CHECK(told.line() == "statistics found=-9223372036854775808 "
                       "not_found=18446744073709551615 refused=0");
}

TEST_CASE("event quotes and escapes values where they need it",
          "[log][event]") {
  struct row {
    std::string_view value;
    std::string_view written;
  };
  const auto given = GENERATE(values<row>({
      {"plain", "plain"},
      {"192.0.2.0/24", "192.0.2.0/24"},
      {"", "\"\""},
      {" ", "\" \""},
      {"two words", "\"two words\""},
      {"a=b", "\"a=b\""},
      {"say \"no\"", "\"say \\x22no\\x22\""},
      {"\"", "\"\\x22\""},
      {"a\nb=c", "\"a\\x0ab=c\""},
      {"a\nb", "a\\x0ab"},
      {"a\tb", "a\\x09b"},
      {"back\\slash", "back\\x5cslash"},
      {"\x1b[2J", "\\x1b[2J"},
      {"\xc3\xa9", "\\xc3\\xa9"},
      {std::string_view{"\0", 1}, "\\x00"},
  }));
  CAPTURE(given.value);
  CHECK(line_with(given.value) == "phrase k=" + std::string{given.written});
}

TEST_CASE("event is one printable line with its fields told apart, whatever "
          "the values",
          "[log][event]") {
  constexpr std::string_view likely = "ab= \"\"\\\r\n";
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::pair<std::string, std::string>> given;
    any_event told{"a phrase"};
    for (auto fields = random() % 4; fields > 0; --fields) {
      std::string value;
      for (auto left = random() % 10; left > 0; --left)
        value += random() % 3 == 0 ? static_cast<char>(random() % 256)
                                   : likely[random() % likely.size()];
      const std::string key(1, static_cast<char>('a' + fields));
      given.emplace_back(key, value);
      told.add(key, value);
    }
    CAPTURE(told.line());
    for (const char c : told.line())
      REQUIRE((c >= 0x20 && c <= 0x7e));
    auto read = fields_of(told.line(), "a phrase");
    for (auto& [key, value] : read)
      value = without_escapes(value);
    REQUIRE(read == given);
  }
}

TEST_CASE("event cuts a value after 1024 octets and marks the cut",
          "[log][event]") {
  const std::string longest(1024, 'a');
  CHECK(line_with(longest) == "phrase k=" + longest);
  CHECK(line_with(longest + 'a') == "phrase k=" + longest + "...");

  const std::string blanks(1024, ' ');
  CHECK(line_with(blanks) == "phrase k=\"" + blanks + '"');
  CHECK(line_with(blanks + ' ') == "phrase k=\"" + blanks + "...\"");
}

} // namespace event_test
