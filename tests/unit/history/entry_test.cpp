// Tests also: daily_room, question, recollection.
#include "core/history/daily_room.hpp"
#include "core/history/entry.hpp"
#include "core/history/question.hpp"
#include "core/history/recollection.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace entry_test {

namespace history_entry_test {

using namespace spfblock;
using history::cause;
using history::happening;

const auto day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};

net::ip_prefix network(std::string_view text) {
  return *net::ip_prefix::parse(text);
}

history::entry change(std::string listing, std::string_view added) {
  return {.at = day,
          .what = happening::changed,
          .why = cause::record,
          .listing = std::move(listing),
          .digest = "0badcafe",
          .added = {1, {{"a.example -> ip4:\"x\"\x01", {network(added)}}}},
          .networks = 3};
}

/// What a question gets of these lines.
std::string answer(std::string_view about, const std::string& lines,
                   std::chrono::sys_seconds since = {}) {
  auto question = *history::question::about(about);
  question.since = since;
  std::string text;
  history::inquiry inquiry{
      question, [&text](const history::entry& each) { text += to_text(each); }};
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    inquiry.read(std::string_view{lines}.substr(at, end - at));
    at = end + 1;
  }
  return text;
}

TEST_CASE("history: an entry is one line, and the same when it is read",
          "[history]") {
  history::entry of = change("b\\032.example", "192.0.2.0/24");
  of.removed = {1700, {{"", {network("2001:db8::/32")}}}};
  of.refused = {1, {{"", {network("10.0.0.0/8")}}}};
  of.role = domains::role::allowed;
  of.action = "REJECT \"{domain}\"\n";
  of.comment = "by\thand";
  of.until = "2027-01-01";
  of.detail = "limit growth";
  const std::string line = history::to_line(of);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(history::entry_of_line(line) == of);

  const auto head = history::head_of(line);
  REQUIRE(head);
  CHECK(head->at == of.at);
  CHECK(head->what == of.what);
  CHECK(head->role == of.role);
  CHECK(head->listing == "b\\\\032.example");
  CHECK(head->digest == of.digest);
}

TEST_CASE("history: a line has a head whenever it was written", "[history]") {
  for (const std::int64_t seconds :
       {std::int64_t{0}, std::int64_t{1} << 32U, std::int64_t{253402300799}}) {
    auto of = change("a.example", "192.0.2.0/24");
    of.at = std::chrono::sys_seconds{std::chrono::seconds{seconds}};
    const auto head = history::head_of(history::to_line(of));
    REQUIRE(head);
    CHECK(head->at == of.at);
  }
}

TEST_CASE("history: whatever stands in a file, it is an entry or none",
          "[history]") {
  const std::string line =
      history::to_line(change("a.example", "192.0.2.0/24"));
  for (std::size_t size = 0; size + 1 < line.size(); ++size) {
    const auto torn = std::string_view{line}.substr(0, size);
    CHECK_FALSE(history::entry_of_line(torn));
    (void)history::head_of(torn);
  }
  std::minstd_rand random{7};
  history::recollection known;
  for (int i = 0; i < 20000; ++i) {
    std::string other = line;
    for (int changes = 0; changes < 3; ++changes)
      other[random() % other.size()] = static_cast<char>(random() % 256);
    (void)history::entry_of_line(other);
    known.read(other);
    (void)answer("192.0.2.1", other);
  }
}

TEST_CASE("history: a text for a terminal has nothing else in it",
          "[history]") {
  CHECK(history::to_text(change("a.example", "192.0.2.0/24")) ==
        "2026-11-24 00:00 UTC  a.example  +1 -0 network, 3 now: its record "
        "changed\n"
        "    + 192.0.2.0/24  a.example -> ip4:\"x\"\\x01\n");
}

TEST_CASE("history: a question gets its own entries", "[history]") {
  const std::string lines =
      history::to_line(
          {.at = day, .what = happening::start, .detail = "0.2.0"}) +
      history::to_line(change("a.example", "192.0.2.0/24")) + "{\"torn\n" +
      history::to_line(change("b.example", "192.0.2.128/25")) +
      history::to_line(change("b\\032.example", "198.51.100.0/24"));
  CHECK(answer("", lines).find("the server started") != std::string::npos);
  CHECK(answer("B.example.", lines) ==
        to_text(change("b.example", "192.0.2.128/25")));
  CHECK(answer("192.0.2.1", lines) ==
        to_text(change("a.example", "192.0.2.0/24")));
  CHECK(answer("192.0.2.200", lines).find("b.example") != std::string::npos);
  CHECK(answer("203.0.113.1", lines).empty());
  CHECK(answer("", lines, day + std::chrono::seconds{1}).empty());
  CHECK_FALSE(history::question::about("no domain"));
}

TEST_CASE("history: a network by hand answers for its addresses", "[history]") {
  history::entry of{.at = day,
                    .what = happening::entry_new,
                    .why = cause::configuration,
                    .listing = "203.0.113.0/24",
                    .action = "REJECT"};
  CHECK_FALSE(answer("203.0.113.7", history::to_line(of)).empty());
  CHECK(answer("203.0.114.7", history::to_line(of)).empty());
}

TEST_CASE("history: an entry that names a part only may be about an address",
          "[history]") {
  history::entry of = change("a.example", "192.0.2.0/24");
  of.added.count = 2000;
  std::vector<history::entry> found;
  history::inquiry inquiry{*history::question::about("203.0.113.1"),
                           [&](history::entry each) { found.push_back(each); }};
  inquiry.read(history::to_line(of));
  CHECK(found.empty());
  CHECK(inquiry.cut() == 1);
  CHECK(inquiry.begins() == day);
}

TEST_CASE("history: one listing does not push out all others", "[history]") {
  history::daily_room room;
  history::entry of = change("a.example", "192.0.2.0/24");
  of.added.named[0].chain.assign(10'000, 'x');
  std::size_t written = 0;
  std::string last;
  for (int i = 0; i < 288; ++i) {
    last = room.line_of(of);
    written += last.size();
  }
  CHECK(written < history::daily_room::octets + 288 * 400);
  const auto read = history::entry_of_line(last);
  REQUIRE(read);
  CHECK(read->added.named.empty());
  CHECK(read->added.count == 1);
  CHECK(room.line_of(change("b.example", "192.0.2.0/24")) ==
        history::to_line(change("b.example", "192.0.2.0/24")));
  of.at += std::chrono::days{1};
  CHECK(room.line_of(of) == history::to_line(of));
}

} // namespace history_entry_test

} // namespace entry_test
