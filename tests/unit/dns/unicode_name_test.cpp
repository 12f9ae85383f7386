#include "core/dns/unicode_name.hpp"
#include "core/support/text.hpp"
#include "core/support/utf8.hpp"
#include "tests/support/catch.hpp"

#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace unicode_name_test {

using namespace spfblock;
using dns::ascii_form;
using dns::name_from_unicode;
using namespace std::string_literals;

TEST_CASE("ascii_form: U-labels become A-labels, whatever stands beside them",
          "[dns][unicode_name]") {
  struct row {
    std::string text;
    const char* ascii;
  };
  const auto [text, ascii] = GENERATE(values<row>({
      {"m\u00fcller.example", "xn--mller-kva.example"},
      {"M\u00dcLLER.Example", "xn--mller-kva.example"},
      {"mu\u0308ller.example", "xn--mller-kva.example"}, // decomposed
      {"_spf.m\u00fcller.example", "_spf.xn--mller-kva.example"},
      {"m\u00fcller.example.", "xn--mller-kva.example."},
      {"xn--mller-kva.\u4f8b\u3048", "xn--mller-kva.xn--r8jz45g"},
      {"\u4f8b\u3048\u3002\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah"},
      {"stra\u00dfe.example", "xn--strae-oqa.example"}, // not "strasse"
      {"\uff53pam.example", "spam.example"},            // wide
      {"spa\u00adm.example", "spam.example"},           // a soft hyphen
  }));
  CAPTURE(text);
  const auto made = ascii_form(text);
  REQUIRE(made);
  CHECK(*made == ascii);
  CHECK(*name_from_unicode(text) == *dns::name::from_text(ascii));
}

TEST_CASE("ascii_form: what is ASCII stays as it is", "[dns][unicode_name]") {
  for (const std::string& text :
       {""s, "."s, "Mail.Example"s, "a..b"s, "xn--"s, "xn--zz--.test"s,
        "ab--c.test"s, "-a-.test"s, "a b\x01\x7f"s, std::string(5000, 'a'),
        "a\0b"s}) {
    CAPTURE(text);
    const auto made = ascii_form(text);
    REQUIRE(made);
    CHECK(*made == text);
    const auto plain = dns::name::from_text(text);
    const auto name = name_from_unicode(text);
    CHECK(name.has_value() == plain.has_value());
    if (name && plain)
      CHECK(*name == *plain);
  }
}

TEST_CASE("ascii_form: what has none is told safely", "[dns][unicode_name]") {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "\u00fc.";
  for (const std::string& text :
       {"\xff.example"s,            // no UTF-8
        "\xc3.example"s,            // cut off
        "\xed\xa0\x80.example"s,    // a surrogate
        "\xc0\xae.example"s,        // overlong
        "\u2603.example"s,          // no letter
        "\u2100.example"s,          // a/c
        "a\uff20b.example"s,        // a@b
        "a b.\u00fc"s,              //
        "\u202e\u00fc.example"s,    // turns what follows round
        "\u200d.example"s,          // joins nothing
        "\u05d0a\u05d0.example"s,   // both directions in one label
        "ab--\u00fc.example"s,      // as if it were encoded
        "-\u00fc.example"s,         //
        "m\u00fcller.example\0.a"s, // ends early for C
        "\u00fc \u00fc.example"s,   //
        "xn--\u00fc.example"s,      //
        std::string(64, 'a') + ".\u00fc", many,
        std::string(dns::longest_unicode_name, '.') + "\u00fc"}) {
    CAPTURE(text);
    const auto made = ascii_form(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == errc::malformed);
    CHECK(made.error().message.size() < 2000);
    for (const char c : made.error().message)
      CHECK((c >= ' ' && c <= '~'));
    CHECK_FALSE(name_from_unicode(text));
  }
}

TEST_CASE("ascii_form: any octets give ASCII of a name's length, or a failure",
          "[dns][unicode_name]") {
  constexpr std::string_view pieces[] = {
      "a",       ".",      "-",      "xn--",       "\u00fc",     "\u0308",
      "\u4f8b",  "\u3002", "\u05d0", "\u0661",     "\u200d",     "\u00ad",
      "\u2100",  "\xff",   "\xc3",   "\U0001f600", "\U000e0041", "@",
      "example", "_",      "\u0300", "\uff0e",     "\ufdfa"};
  std::mt19937 chance{7};
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string text;
    for (auto left = chance() % 60; left > 0; --left)
      text += pieces[chance() % std::size(pieces)];
    const auto made = ascii_form(text);
    if (!made || is_ascii(text))
      continue;
    INFO(printable(text, text.size()));
    CHECK(made->find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") ==
          std::string::npos);
    CHECK(made->size() <= 255);
  }
}

} // namespace unicode_name_test
