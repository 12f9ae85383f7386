#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace paragraph_test {

using namespace spfblock;

namespace {

std::string paragraph(std::string_view head, std::string_view text,
                      std::size_t indent) {
  std::string out;
  append_paragraph(out, head, text, indent);
  return out;
}

} // namespace

TEST_CASE("a paragraph that fits is one line", "[support][paragraph]") {
  CHECK(paragraph("", "", 4) == "\n");
  CHECK(paragraph("  why: ", "a b", 4) == "  why: a b\n");
  const std::string full(78, 'x');
  CHECK(paragraph("  ", full, 4) == "  " + full + "\n");
}

TEST_CASE("a paragraph breaks at the last blank that fits",
          "[support][paragraph]") {
  const std::string x(38, 'x');
  CHECK(paragraph("   ", x + ' ' + x + " y", 4) ==
        "   " + x + ' ' + x + "\n    y\n");
  CHECK(paragraph("    ", x + ' ' + x + " y", 4) ==
        "    " + x + "\n    " + x + " y\n");
}

TEST_CASE("a word that fits no line is not broken", "[support][paragraph]") {
  const std::string x(100, 'x');
  CHECK(paragraph("a ", "b " + x + " c", 2) == "a b\n  " + x + "\n  c\n");
  CHECK(paragraph(x, x, 90) == x + x + "\n");
}

TEST_CASE("further lines of a paragraph may begin with a margin",
          "[support][paragraph]") {
  const std::string x(77, 'x');
  std::string out = "before\n";
  append_paragraph(out, "|  ! ", x + " y " + x, "|    ");
  CHECK(out == "before\n|  ! " + x + "\n|    y\n|    " + x + "\n");
}

TEST_CASE("a paragraph keeps every word, and no line is too wide",
          "[support][paragraph]") {
  std::string text;
  for (std::size_t size = 1; size <= 70; ++size)
    text += (text.empty() ? "" : " ") + std::string(size, 'w');
  const auto shown = paragraph("", text, 10);
  std::string joined;
  for (const std::string_view line : split(shown, '\n')) {
    CHECK(line.size() <= screen_width);
    if (!line.empty())
      joined += (joined.empty() ? "" : " ") + std::string{trimmed(line)};
  }
  CHECK(joined == text);
}

} // namespace paragraph_test
