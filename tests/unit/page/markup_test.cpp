#include "core/page/markup.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>
#include <string_view>

namespace markup_test {

using namespace spfblock;
using page::escaped;

TEST_CASE("escaped leaves nothing that is markup, or that is not seen",
          "[page][markup]") {
  struct row {
    std::string_view text;
    std::string_view html;
  };
  const auto given = GENERATE(values<row>({
      {"", ""},
      {"mail.example, 192.0.2.0/24", "mail.example, 192.0.2.0/24"},
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"a & b &amp; c", "a &amp; b &amp;amp; c"},
      {"\" onfocus='x'", "&quot; onfocus=&#39;x&#39;"},
      {"<!--answer-->", "&lt;!--answer--&gt;"},
      {"two\n\tlines", "two\n\tlines"},
      {std::string_view{"\0\r\x1b[2J\x7f", 7}, "\\x00\\x0d\\x1b[2J\\x7f"},
      {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
      {"moc.\xe2\x80\xae"
       "exe",
       "moc.\\u{202e}exe"},
      {"a\xe2\x81\xa6z\xe2\x80\x8b.\xef\xbb\xbf",
       "a\\u{2066}z\\u{200b}.\\u{feff}"},
      {"\xc2\x9b", "\\x9b"},                          // a control character
      {"\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82"}, // no UTF-8
      {"\xed\xa0\x80\xc0\xbc", "\\xed\\xa0\\x80\\xc0\\xbc"},
      {"\xf0\x9f\x93\xac", "\xf0\x9f\x93\xac"},
  }));
  CAPTURE(given.text);
  CHECK(escaped(given.text) == given.html);
}

TEST_CASE("escaped takes 253 octets of anything, and makes no tag, quote or "
          "stray octet of them",
          "[page][markup]") {
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 253; ++i)
      text += static_cast<char>(random() % 256);
    const std::string html = escaped(text);
    REQUIRE(html.find_first_of("<>\"'") == std::string::npos);
    for (const char each : html)
      REQUIRE((each == '\n' || each == '\t' ||
               static_cast<unsigned char>(each) >= 0x20));
    for (auto at = html.find('&'); at != std::string::npos;
         at = html.find('&', at + 1))
      REQUIRE(html.find(';', at) - at <= 5);
  }
}

TEST_CASE("markup: tags are the program's own, and texts stay texts",
          "[page][markup]") {
  page::markup inner;
  inner.element("<b>", "a<b", "</b>");
  page::markup to;
  to.tags("<p title=\"").text("\">").tags("\">").add(inner).tags("</p>");
  CHECK(to.html() == "<p title=\"&quot;&gt;\"><b>a&lt;b</b></p>");
}

} // namespace markup_test
