#include "core/support/counts_text.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace text_test {

using namespace spfblock;

namespace {

constexpr std::string_view upper_case = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view lower_case = "abcdefghijklmnopqrstuvwxyz";

std::vector<char> every_octet() {
  std::vector<char> octets;
  for (int i = 0; i < 256; ++i)
    octets.push_back(static_cast<char>(i));
  return octets;
}

/// Of octets that matter to the functions here, up to `longest`.
std::string random_text(std::mt19937& random, std::size_t longest) {
  constexpr std::string_view likely = "aAzZ@[`{09 ,,\t\"\\\r\n";
  std::string text;
  for (auto left = random() % (longest + 1); left > 0; --left) {
    if (random() % 4 == 0)
      text += static_cast<char>(random() % 256);
    else
      text += likely[random() % likely.size()];
  }
  return text;
}

/// Undoes printable().
std::string unescaped(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      octets += text[i];
      continue;
    }
    REQUIRE(text.substr(i, 2) == "\\x");
    const std::string hex{text.substr(i + 2, 2)};
    octets += static_cast<char>(std::stoi(hex, nullptr, 16));
    i += 3;
  }
  return octets;
}

bool is_printable_ascii(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e)
      return false;
  }
  return true;
}

} // namespace

TEST_CASE("character classes hold ASCII letters and digits and no other octet",
          "[support][text]") {
  for (const char c : every_octet()) {
    CAPTURE(static_cast<int>(c));
    const auto upper = upper_case.find(c);
    const bool is_upper = upper != std::string_view::npos;
    const bool is_lower = lower_case.find(c) != std::string_view::npos;
    CHECK(to_lower(c) == (is_upper ? lower_case[upper] : c));
    CHECK(is_letter(c) == (is_upper || is_lower));
    CHECK(is_digit(c) ==
          (std::string_view{"0123456789"}.find(c) != std::string_view::npos));
  }
}

TEST_CASE("hex_value knows the 22 hexadecimal digits", "[support][text]") {
  constexpr std::string_view small = "0123456789abcdef";
  constexpr std::string_view large = "0123456789ABCDEF";
  unsigned known = 0;
  for (const char c : every_octet()) {
    CAPTURE(static_cast<int>(c));
    const auto value = hex_value(c);
    if (!value)
      continue;
    ++known;
    REQUIRE(*value < 16);
    CHECK((small[*value] == c || large[*value] == c));
  }
  CHECK(known == 22);
}

TEST_CASE("to_lower folds A to Z in a text and leaves every other octet",
          "[support][text]") {
  CHECK(to_lower(std::string_view{}).empty());
  CHECK(to_lower(std::string_view{"Mail.EXAMPLE.com"}) == "mail.example.com");
  CHECK(to_lower(std::string_view{"\xc4\xd6@[\x00Z", 6}) ==
        std::string_view{"\xc4\xd6@[\x00z", 6});
}

TEST_CASE("iequals ignores the case of A to Z and nothing else",
          "[support][text]") {
  struct row {
    std::string_view a;
    std::string_view b;
    bool equal;
  };
  const auto given = GENERATE(values<row>({
      {"", "", true},
      {"include", "INCLUDE", true},
      {"iNcLuDe", "InClUdE", true},
      {"a1-", "A1-", true},
      {"include", "includ", false},
      {"", "a", false},
      {"@", "`", false}, // these differ by 0x20, as letters do
      {"[", "{", false},
      {"0", "\x10", false},
      {"\xc4", "\xe4", false},
      {std::string_view{"a\0b", 3}, std::string_view{"A\0B", 3}, true},
      {std::string_view{"a\0b", 3}, std::string_view{"a\0c", 3}, false},
  }));
  CAPTURE(given.a, given.b);
  CHECK(iequals(given.a, given.b) == given.equal);
  CHECK(iequals(given.b, given.a) == given.equal);
}

TEST_CASE("trimmed takes blanks, tabs, CR and LF off both ends",
          "[support][text]") {
  struct row {
    std::string_view text;
    std::string_view trimmed;
  };
  const auto given = GENERATE(values<row>({
      {"", ""},
      {" \t\r\n", ""},
      {"a", "a"},
      {" a", "a"},
      {"a\r\n", "a"},
      {"\t a \t b\r \n", "a \t b"},
      {"\va\f", "\va\f"},
      {"\xa0"
       "a",
       "\xa0"
       "a"},
  }));
  CAPTURE(given.text);
  CHECK(trimmed(given.text) == given.trimmed);
}

TEST_CASE("split gives one piece more than there are separators",
          "[support][text]") {
  using pieces = std::vector<std::string_view>;
  CHECK(split("", ',') == pieces{""});
  CHECK(split("a", ',') == pieces{"a"});
  CHECK(split(",", ',') == pieces{"", ""});
  CHECK(split("a,b", ',') == pieces{"a", "b"});
  CHECK(split(",a,,b,", ',') == pieces{"", "a", "", "b", ""});
  CHECK(split("a b", '\n') == pieces{"a b"});
}

TEST_CASE("split pieces joined again are the text", "[support][text]") {
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random, 12);
    CAPTURE(text);
    std::string joined;
    for (const std::string_view piece : split(text, ',')) {
      REQUIRE(piece.find(',') == std::string_view::npos);
      joined += piece;
      joined += ',';
    }
    REQUIRE(joined == text + ',');
  }
}

TEST_CASE("parse_decimal takes digits that fill the text, up to a maximum",
          "[support][text]") {
  struct row {
    std::string_view text;
    std::uint64_t maximum;
    std::optional<std::uint64_t> value;
  };
  constexpr std::uint64_t highest = UINT64_MAX;
  const auto given = GENERATE_REF(values<row>({
      {"0", 0, 0},
      {"1", 0, {}},
      {"32", 32, 32},
      {"33", 32, {}},
      {"007", 7, 7},
      {"18446744073709551615", highest, highest},
      {"18446744073709551615", highest - 1, {}},
      {"18446744073709551616", highest, {}},
      {"99999999999999999999999999", highest, {}},
      {"0000000000000000000000000012", 12, 12},
      {"", highest, {}},
      {"+1", highest, {}},
      {"-1", highest, {}},
      {"-0", highest, {}},
      {" 1", highest, {}},
      {"1 ", highest, {}},
      {"1.0", highest, {}},
      {"0x1", highest, {}},
      {"1a", highest, {}},
      {"a", highest, {}},
      {std::string_view{"1\0", 2}, highest, {}},
  }));
  CAPTURE(given.text, given.maximum);
  CHECK(parse_decimal(given.text, given.maximum) == given.value);
}

TEST_CASE("printable escapes all but printable ASCII, and the backslash",
          "[support][text]") {
  CHECK(printable("").empty());
  CHECK(printable("v=spf1 \"a\" ~all") == "v=spf1 \"a\" ~all");
  CHECK(printable("a\\b") == "a\\x5cb");
  CHECK(printable("\x1b[2J\r\n") == "\\x1b[2J\\x0d\\x0a");
  CHECK(printable("\xc3\xa9\x7f") == "\\xc3\\xa9\\x7f");
  CHECK(printable(std::string_view{"\0", 1}) == "\\x00");
}

TEST_CASE("printable and in_quotes can be undone, whatever the octets",
          "[support][text]") {
  std::mt19937 random{2};
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random, 40);
    const std::string plain = printable(text);
    REQUIRE(is_printable_ascii(plain));
    REQUIRE(unescaped(plain) == text);

    const std::string quoted = in_quotes(text);
    REQUIRE(is_printable_ascii(quoted));
    REQUIRE(quoted.size() >= 2);
    REQUIRE(quoted.front() == '"');
    REQUIRE(quoted.find('"', 1) == quoted.size() - 1);
    REQUIRE(unescaped(quoted) == '"' + text + '"');
  }
}

TEST_CASE("printable_in_part says how much it cuts off", "[support][text]") {
  CHECK(printable_in_part("abcd", 4) == "abcd");
  CHECK(printable_in_part("ab\x01"
                          "de",
                          4) == "ab\\x01d... (5 octets)");
}

TEST_CASE("printable marks what it cuts off", "[support][text]") {
  CHECK(printable("abcd", 4) == "abcd");
  CHECK(printable("abcde", 4) == "abcd...");
  CHECK(printable("", 0).empty());
  CHECK(printable("a", 0) == "...");
  CHECK(in_quotes("abcd", 4) == "\"abcd\"");
  CHECK(in_quotes("abcde", 4) == "\"abcd...\"");

  // The limit counts octets of input, not of output.
  CHECK(printable("\n\n\n", 2) == "\\x0a\\x0a...");

  const std::string long_text(256, 'a');
  CHECK(printable(long_text) == long_text);
  CHECK(printable(long_text + 'a') == long_text + "...");
  CHECK(in_quotes(long_text) == '"' + long_text + '"');
  CHECK(in_quotes(long_text + 'a') == '"' + long_text + "...\"");
}

TEST_CASE("a number comes with its noun", "[support][text]") {
  CHECK(by_number(0, "is", "are") == "are");
  CHECK(by_number(1, "is", "are") == "is");
  CHECK(by_number(2, "is", "are") == "are");
  CHECK(counted(0, "network") == "0 networks");
  CHECK(counted(1, "network") == "1 network");
  CHECK(counted(2, "network") == "2 networks");
  CHECK(counted(1, "IPv4 address", "IPv4 addresses") == "1 IPv4 address");
  CHECK(counted(18446744073709551615U, "is", "are") ==
        "18446744073709551615 are");
}

} // namespace text_test
