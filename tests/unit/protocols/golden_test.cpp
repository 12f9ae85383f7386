// Conversations as they go over the wire, octet by octet; what Postfix 3.7
// sends stands first in each file.
//
// A file holds conversations, each begun by "== WHAT IT IS".  "> " is a line
// that comes, with its LF, ">>" octets without one; "< " and "<<" are what
// goes, "!" says that the connection is closed then.  \n, \r, \\ and \xHH as in
// C. SPFBLOCK_WRITE_GOLDEN=1 writes what goes anew; look at what has changed.
#include "core/protocols/conversation.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/listed_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace golden_test {

using namespace spfblock;
using protocols::door;

namespace {

struct conversation {
  std::string title;
  std::string requests; ///< as they come
  std::string shown;    ///< the lines of the file that say so
  std::string answered; ///< those that say what goes
};

std::string path_of(door at) {
  return fmt::format("{}/tests/unit/protocols/golden/{}.txt",
                     SPFBLOCK_SOURCE_DIR, text_of(at));
}

std::string unescaped(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      octets += text[i];
      continue;
    }
    switch (text.at(++i)) {
    case 'n': octets += '\n'; break;
    case 'r': octets += '\r'; break;
    case 'x':
      octets += static_cast<char>(
          std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
      break;
    default: octets += text[i];
    }
  }
  return octets;
}

std::vector<conversation> conversations_of(door at) {
  std::vector<conversation> all;
  std::ifstream file{path_of(at)};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("== ")) {
      all.push_back({line, "", "", ""});
    } else if (line.starts_with(">>")) {
      all.back().requests += unescaped(std::string_view{line}.substr(2));
      all.back().shown += line + '\n';
    } else if (line.starts_with('>')) {
      const std::string_view text = line;
      all.back().requests +=
          unescaped(text.substr(std::min<std::size_t>(2, text.size()))) + '\n';
      all.back().shown += line + '\n';
    } else if (!line.empty()) {
      all.back().answered += line + '\n';
    }
  }
  return all;
}

/// What goes, as a file says it.
std::string shown(std::string_view replies, bool is_closed) {
  std::string text;
  while (!replies.empty()) {
    const auto end = replies.find('\n');
    const bool is_line = end != std::string_view::npos;
    const std::string octets = printable(replies.substr(0, end));
    const std::string_view mark = !is_line ? "<<" : octets.empty() ? "<" : "< ";
    text += fmt::format("{}{}\n", mark, octets);
    replies.remove_prefix(is_line ? end + 1 : replies.size());
  }
  return text + (is_closed ? "!\n" : "");
}

protocols::spoken spoken_at(door at) {
  if (at != door::dnsbl)
    return at;
  return protocols::spoken{
      protocols::dnsbl{*dns::name::from_text("bl.example"), {}}};
}

/// Feeds what comes in pieces, as `size` says of each.
template <class Size>
std::string converse(door at, std::string_view requests, Size size) {
  protocols::counts counted;
  const protocols::lookup in{testing::listed_table(), counted};
  protocols::conversation with_client{spoken_at(at)};
  std::string replies;
  while (!requests.empty() && !with_client.finished()) {
    std::string batch;
    requests.remove_prefix(
        with_client.feed(requests.substr(0, size()), in, batch));
    replies += batch;
  }
  return shown(replies, with_client.finished());
}

void write(door at, const std::vector<conversation>& all) {
  std::ofstream file{path_of(at)};
  for (const conversation& each : all)
    file << (&each == &all.front() ? "" : "\n") << each.title << '\n'
         << each.shown
         << converse(at, each.requests, [] { return std::string::npos; });
}

} // namespace

TEST_CASE("each door says the same, octet by octet, in any cuts",
          "[protocols][golden]") {
  const door at =
      GENERATE(door::tcp_table, door::policy, door::socketmap, door::dnsbl);
  const auto all = conversations_of(at);
  REQUIRE(all.size() >= 5);
  if (std::getenv("SPFBLOCK_WRITE_GOLDEN") != nullptr)
    return write(at, all);
  std::mt19937 random{15};
  for (const conversation& each : all) {
    CAPTURE(text_of(at), each.title);
    CHECK(converse(at, each.requests, [] { return std::string::npos; }) ==
          each.answered);
    CHECK(converse(at, each.requests, [] { return std::size_t{1}; }) ==
          each.answered);
    for (int i = 0; i < 200; ++i)
      REQUIRE(converse(at, each.requests, [&random] {
                return std::size_t{1 + random() % 50};
              }) == each.answered);
  }
}

} // namespace golden_test
