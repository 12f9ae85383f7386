#include "core/protocols/netstring.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace netstring_test {

using namespace spfblock;
using protocols::netstring_reader;

namespace {

/// The contents of a stream that comes in pieces of `size` octets, each with a
/// semicolon; an exclamation mark where it breaks.
std::string contents(std::string_view stream, std::size_t size) {
  netstring_reader reader{10};
  std::string all;
  while (!stream.empty()) {
    std::string_view piece = stream.substr(0, size);
    stream.remove_prefix(piece.size());
    while (!piece.empty()) {
      if (const auto content = reader.next(piece))
        all += std::string{*content} + ';';
      else if (reader.broken())
        return all + '!';
    }
  }
  return all;
}

} // namespace

TEST_CASE("netstring_reader: reads the same whatever the cuts",
          "[protocols][netstring]") {
  struct row {
    std::string_view stream;
    std::string_view contents;
  };
  for (const row& each : {
           row{"3:abc,", "abc;"},
           row{"0:,", ";"},
           row{"3:abc,1:d,0:,2:e,,", "abc;d;;e,;"},
           row{"10:abcdefghij,", "abcdefghij;"},
           row{"3:a\n\0,", ""}, // not complete
           row{"3:ab", ""},
           row{"3", ""},
           row{"11:abcdefghijk,", "!"},
           row{"99999999999999999999999:", "!"},
           row{"3:abcd", "!"},
           row{"03:abc,", "!"},
           row{"00:,", "!"},
           row{":,", "!"},
           row{"-1:a,", "!"},
           row{"+1:a,", "!"},
           row{" 1:a,", "!"},
           row{"1 :a,", "!"},
           row{"1a:a,", "!"},
           row{"1:a,x", "a;!"},
           row{"get 192.0.2.1\n", "!"},
       }) {
    CAPTURE(each.stream);
    for (std::size_t size = 1; size <= each.stream.size(); ++size) {
      CAPTURE(size);
      CHECK(contents(each.stream, size) == each.contents);
    }
  }
}

TEST_CASE("netstring_reader: reads what append_netstring() writes",
          "[protocols][netstring]") {
  const std::vector<std::string> all{"", "a", ",", "1:a,", "ten octets"};
  std::string stream;
  std::string expected;
  for (const std::string& each : all) {
    protocols::append_netstring(each, stream);
    expected += each + ';';
  }
  CHECK(contents(stream, stream.size()) == expected);
}

} // namespace netstring_test
