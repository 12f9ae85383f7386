#include "core/suggest/mark.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace mark_test {

using namespace spfblock;
using maillog::fate;
using suggest::mark;

TEST_CASE("suggest::mark: a reply is about the sender by its status code",
          "[suggest][mark]") {
  struct row {
    std::string text;
    bool about_sender;
  };
  const auto [text, about_sender] = GENERATE(values<row>({
      {"554 5.7.1 <h[192.0.2.1]>: Client host rejected: Access denied", true},
      {"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using "
       "bl.example",
       true},
      {"550 5.7.1 Service unavailable; client [192.0.2.1] blocked using x",
       true},
      {"550 5.7.23 <you@example.org>: Recipient address rejected: SPF fail",
       true},
      {"5.7.1 Spam message rejected", true},
      {"550 5.5.1 Protocol error", true},
      {"header", true},
      {"550 5.1.1 <you@example.org>: Recipient address rejected: User unknown",
       false},
      {"550 5.1.8 <a@a.example>: Sender address rejected: Domain not found",
       false},
      {"552 5.3.4 Message size exceeds fixed limit", false},
      {"552 5.2.2 <you@example.org>: Recipient address rejected: full", false},
      {"504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname",
       false},
      {"454 4.7.1 <you@example.net>: Relay access denied", false},
      {"554 5.7.1 <you@example.net>: Relay access denied", false},
      {"554 5.7.1 <you@example.org>: Recipient address rejected: Access denied",
       false},
      {"5.7.1 rejected by DMARC policy for a.example", false},
      {"554 no code", true},
      {"", true},
  }));
  CAPTURE(text);
  CHECK(suggest::is_about_sender(text) == about_sender);
}

TEST_CASE("suggest::mark: what became of a mail is its mark",
          "[suggest][mark]") {
  struct row {
    maillog::fate fate;
    std::string reason;
    bool spam;
    bool logged_in;
    bool from_listed;
    suggest::mark mark;
  };
  const std::string no = "554 5.7.1 no";
  const std::string unknown = "550 5.1.1 User unknown";
  const auto [fate, reason, spam, logged_in, from_listed, expected] =
      GENERATE_COPY(values<row>({
          {fate::delivered, "", false, false, false, mark::wanted},
          {fate::delivered, "", true, false, false, mark::spam},
          {fate::delivered, "", false, false, true, mark::let_through},
          {fate::delivered, "", true, false, true, mark::from_listed},
          {fate::delivered, "", true, true, true, mark::none},
          {fate::refused, no, false, false, false, mark::refused},
          {fate::refused, no, false, false, true, mark::from_listed},
          {fate::refused, unknown, false, false, false, mark::none},
          {fate::refused, unknown, true, false, false, mark::none},
          {fate::not_delivered, no, false, false, false, mark::refused},
          {fate::not_delivered, "", false, false, false, mark::none},
          {fate::not_delivered, "", true, false, false, mark::spam},
          {fate::deferred, no, false, false, false, mark::none},
          {fate::unknown, "", false, false, false, mark::none},
          {fate::unknown, "", true, false, false, mark::spam},
      }));
  maillog::mail of;
  of.fate = fate;
  of.reason = reason;
  of.spam = spam;
  of.logged_in = logged_in;
  CAPTURE(static_cast<int>(fate), reason, spam, logged_in, from_listed);
  CHECK(suggest::mark_of(of, from_listed) == expected);
}

TEST_CASE("suggest::mark: the times are those of bad mail", "[suggest][mark]") {
  using std::chrono::seconds;
  using std::chrono::sys_seconds;
  suggest::mark_counts counts;
  counts.add(mark::wanted, sys_seconds{seconds{1}});
  CHECK_FALSE(counts.first);
  counts.add(mark::spam, sys_seconds{seconds{5}});
  counts.add(mark::refused, std::nullopt);
  counts.add(mark::from_listed, sys_seconds{seconds{3}});
  CHECK(counts.bad() == 3);
  CHECK(counts.wanted == 1);
  CHECK(counts.first == sys_seconds{seconds{3}});
  CHECK(counts.last == sys_seconds{seconds{5}});

  suggest::mark_counts sum;
  sum.add(counts);
  CHECK(sum == counts);
}

TEST_CASE("suggest::mark: a forwarder's senders are known", "[suggest][mark]") {
  for (const std::string_view sender :
       {"SRS0=HHH=TT=a.example=you@b.example", "srs1=x@b.example", "SRS0+x@b",
        "Srs0-x@b"})
    CHECK(suggest::is_forwarded(sender));
  for (const std::string_view sender :
       {"", "SRS0", "SRS2=x@b", "srs0x@b", "xSRS0=x@b", "you@srs0=b"})
    CHECK_FALSE(suggest::is_forwarded(sender));
}

} // namespace mark_test
