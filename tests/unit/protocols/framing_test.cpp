#include "core/protocols/framing.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

namespace framing_test {

using namespace spfblock;
using protocols::line_reader;

namespace {

/// The lines of a stream that comes in pieces of `size` octets, each with a
/// semicolon; an exclamation mark where it breaks.
std::string lines(std::string_view stream, std::size_t size) {
  line_reader reader;
  std::string all;
  while (!stream.empty()) {
    std::string_view piece = stream.substr(0, size);
    stream.remove_prefix(piece.size());
    while (!piece.empty()) {
      if (const auto line = reader.next(piece, 4))
        all += std::string{*line} + ';';
      else if (reader.broken())
        return all + '!';
    }
  }
  return all;
}

} // namespace

TEST_CASE("line_reader: reads the same whatever the cuts",
          "[protocols][framing]") {
  struct row {
    std::string_view stream;
    std::string_view lines;
  };
  for (const row& each : {
           row{"abc\n", "abc;"},
           row{"\n\nab\n\n", ";;ab;;"},
           row{"abcd\nab", "abcd;"},
           row{"abcd", ""},
           row{"abcde", "!"},
           row{"a\nabcde\nb\n", "a;!"},
           row{"a\r\n\0\n", "a\r;"},
       }) {
    CAPTURE(each.stream);
    for (std::size_t size = 1; size <= each.stream.size(); ++size) {
      CAPTURE(size);
      CHECK(lines(each.stream, size) == each.lines);
    }
  }
}

TEST_CASE("line_reader: what comes in one piece is not copied",
          "[protocols][framing]") {
  line_reader reader;
  const std::string stream = "a line\nthe next\n";
  std::string_view rest = stream;
  const auto line = reader.next(rest, 100);
  REQUIRE(line);
  CHECK(line->data() == stream.data());
  CHECK(rest == "the next\n");
}

TEST_CASE("feed_requests: goes on until the replies are enough, or it ends "
          "or waits",
          "[protocols][framing]") {
  std::string replies;
  const auto feed = [&replies](std::string_view bytes, std::size_t reply) {
    replies.clear();
    return protocols::feed_requests(bytes, replies,
                                    [&](std::string_view& rest) {
                                      replies.append(reply, 'x');
                                      const char first = rest.front();
                                      rest.remove_prefix(1);
                                      using protocols::course;
                                      return first == 'e'   ? course::ends
                                             : first == 'w' ? course::waits
                                                            : course::goes_on;
                                    });
  };
  CHECK(feed("abc", 1) == 3);
  CHECK(replies.size() == 3);
  CHECK(feed("abc", protocols::enough_replies / 2) == 2);
  CHECK(feed("aeb", 1) == 3);
  CHECK(replies.size() == 2);
  CHECK(feed("awb", 1) == 2);
  CHECK(replies.size() == 2);
}

} // namespace framing_test
