#include "core/maillog/line_cutter.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace line_cutter_test {

using spfblock::maillog::line_cutter;

namespace {

std::vector<std::string> lines_of(std::string_view stream, std::size_t piece) {
  std::vector<std::string> made;
  line_cutter cutter;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    cutter.put(stream.substr(at, piece));
    while (const auto line = cutter.next())
      made.emplace_back(*line);
  }
  if (const auto last = cutter.last())
    made.emplace_back(*last);
  return made;
}

} // namespace

TEST_CASE("maillog::line_cutter: any cut of a stream gives the same lines",
          "[maillog][line_cutter]") {
  const std::string_view stream = "one\ntwo\r\n\nthree \r\r\nfour";
  const std::vector<std::string> lines{"one", "two", "", "three \r", "four"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece)
    CHECK(lines_of(stream, piece) == lines);
  CHECK(lines_of("", 1).empty());
  CHECK(lines_of("\n", 1) == std::vector<std::string>{""});
}

TEST_CASE("maillog::line_cutter: of a long line the beginning is given",
          "[maillog][line_cutter]") {
  const std::string begin(line_cutter::longest, 'a');
  const std::string stream = begin + std::string(100'000, 'b') + "\nnext\n";
  for (const std::size_t piece : {std::size_t{4096}, stream.size()})
    CHECK(lines_of(stream, piece) == std::vector<std::string>{begin, "next"});
}

} // namespace line_cutter_test
