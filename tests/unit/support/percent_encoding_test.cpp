#include "core/support/percent_encoding.hpp"
#include "tests/support/catch.hpp"

#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace percent_encoding_test {

using namespace spfblock;

namespace {

std::string encoded(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

std::string random_text(std::mt19937& random, std::string_view likely) {
  std::string text;
  for (auto left = random() % 12; left > 0; --left) {
    text += random() % 4 == 0 ? static_cast<char>(random() % 256)
                              : likely[random() % likely.size()];
  }
  return text;
}

bool is_hex(char c) {
  return std::string_view{"0123456789abcdefABCDEF"}.find(c) !=
         std::string_view::npos;
}

/// Whether each % of the text is followed by two digits of its own.
bool is_well_formed(std::string_view text) {
  while (!text.empty()) {
    std::size_t taken = 1;
    if (text.front() == '%') {
      if (text.size() < 3 || !is_hex(text[1]) || !is_hex(text[2]))
        return false;
      taken = 3;
    }
    text.remove_prefix(taken);
  }
  return true;
}

} // namespace

TEST_CASE("percent_decode undoes %XX in any case and takes all else as it is",
          "[support][percent_encoding]") {
  struct row {
    std::string_view text;
    std::optional<std::string> decoded;
  };
  const auto given = GENERATE(values<row>({
      {"", ""},
      {"192.0.2.1", "192.0.2.1"},
      {"%31", "1"},
      {"a%20b", "a b"},
      {"RE%4aECT", "REJECT"},
      {"RE%4AECT", "REJECT"},
      {"caf%C3%a9", "caf\xc3\xa9"},
      {"%2541", "%41"}, // once, not again
      {"%25%34%31", "%41"},
      {"%00", std::string(1, '\0')},
      {"%0A%fF", "\n\xff"},
      {"a b\t\r\xe9", "a b\t\r\xe9"},
      {"+", "+"},
      {"%", {}},
      {"%4", {}},
      {"a%", {}},
      {"a%4", {}},
      {"%%41", {}},
      {"%4%31", {}},
      {"%g0", {}},
      {"%0g", {}},
      {"% 1", {}},
      {"%-1", {}},
      {"%0x41", {}},
      {"%u0041", {}},
      {"%41%", {}},
      {std::string_view{"%4\0", 3}, {}},
      {std::string_view{"%41", 2}, {}}, // what lies behind the text is not read
      {std::string_view{"%41", 1}, {}},
  }));
  CAPTURE(given.text);
  CHECK(percent_decode(given.text) == given.decoded);
}

TEST_CASE("percent_decode refuses exactly the texts in which a % lacks its two "
          "digits",
          "[support][percent_encoding]") {
  std::mt19937 random{1};
  unsigned good = 0;
  for (int round = 0; round < 5000; ++round) {
    const std::string text = random_text(random, "%%%0aFg");
    CAPTURE(text);
    REQUIRE(percent_decode(text).has_value() == is_well_formed(text));
    good += is_well_formed(text) ? 1U : 0U;
  }
  CHECK(good > 500);
}

TEST_CASE("append_percent_encoded leaves printable ASCII but %, "
          "percent_encode_key the blank "
          "neither",
          "[support][percent_encoding]") {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (unsigned i = 0; i < 256; ++i) {
    CAPTURE(i);
    const std::string octet(1, static_cast<char>(i));
    const std::string escaped{'%', digits[i / 16], digits[i % 16]};
    const bool plain = i > 0x20 && i < 0x7f && i != '%';
    CHECK(encoded(octet) == (plain || i == 0x20 ? octet : escaped));
    CHECK(percent_encode_key(octet) == (plain ? octet : escaped));
  }
}

TEST_CASE("percent_encode_key writes a key as Postfix does",
          "[support][percent_encoding]") {
  CHECK(percent_encode_key("") == "");
  CHECK(percent_encode_key("2001:db8::1") == "2001:db8::1");
  CHECK(percent_encode_key("ex%ample.test") == "ex%25ample.test");
  CHECK(percent_encode_key("\"quoted local\"@example.test") ==
        "\"quoted%20local\"@example.test");
  CHECK(percent_encode_key("caf\xc3\xa9.test") == "caf%C3%A9.test");
}

TEST_CASE(
    "percent_encode_query leaves what is unreserved, and form_decode takes "
    "it back",
    "[support][percent_encoding]") {
  CHECK(percent_encode_query("aZ9-._~") == "aZ9-._~");
  CHECK(percent_encode_query("a b&c=d+\"'<>/\xff") ==
        "a%20b%26c%3Dd%2B%22%27%3C%3E%2F%FF");
  CHECK(form_decode("a+b%2Bc%20d") == "a b+c d");
  CHECK_FALSE(form_decode("%4"));
  std::mt19937 random{3};
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random, "%+&= \"<aF");
    CAPTURE(text);
    REQUIRE(form_decode(percent_encode_query(text)) == text);
  }
}

TEST_CASE("append_percent_encoded appends", "[support][percent_encoding]") {
  std::string out = "200 %";
  append_percent_encoded(out, "100%");
  CHECK(out == "200 %100%25");
}

TEST_CASE("what was encoded decodes to itself", "[support][percent_encoding]") {
  std::mt19937 random{2};
  for (int round = 0; round < 2000; ++round) {
    const std::string text = random_text(random, "%%41aF ");
    CAPTURE(text);
    REQUIRE(percent_decode(encoded(text)) == text);
    REQUIRE(percent_decode(percent_encode_key(text)) == text);
  }
}

} // namespace percent_encoding_test
