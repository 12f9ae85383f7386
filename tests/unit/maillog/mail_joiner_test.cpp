#include "core/maillog/mail_joiner.hpp"
#include "core/maillog/reader.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mail_joiner_test {

using namespace spfblock;
using maillog::fate;
using maillog::mail;

namespace {

/// What became of the mails of some lines, without what stands before PROGRAM.
std::vector<mail> mails_of(const std::vector<std::string>& lines,
                           std::size_t most = maillog::mail_joiner::most_open) {
  std::vector<mail> made;
  maillog::mail_joiner joiner{
      [&made](const mail& each) { made.push_back(each); }, most};
  maillog::reader reader{std::chrono::sys_seconds{}};
  for (const std::string& each : lines)
    reader.read("2016-04-04T04:38:31Z mx " + each,
                [&joiner](const maillog::event& next) { joiner.take(next); });
  joiner.finish();
  return made;
}

const std::string client = "postfix/smtpd[1]: A1234: client=h[192.0.2.1]";
const std::string queued = "postfix/qmgr[1]: A1234: from=<a@a.example>, "
                           "size=1, nrcpt=1 (queue active)";
const std::string sent =
    "postfix/lmtp[1]: A1234: to=<you@example.org>, relay=x, delay=1, "
    "delays=1/0/0/0, dsn=2.0.0, status=sent (ok)";
const std::string removed = "postfix/qmgr[1]: A1234: removed";

} // namespace

TEST_CASE("maillog::mail_joiner: a mail is what all its lines tell",
          "[maillog][mail_joiner]") {
  const auto mails = mails_of({client, queued, sent, removed});

  REQUIRE(mails.size() == 1);
  CHECK(mails[0].at.has_value());
  CHECK(mails[0].address.to_string() == "192.0.2.1");
  CHECK(mails[0].sender == "a@a.example");
  CHECK(mails[0].recipients == std::vector<std::string>{"you@example.org"});
  CHECK(mails[0].fate == fate::delivered);
  CHECK_FALSE(mails[0].spam);
  CHECK_FALSE(mails[0].logged_in);
}

TEST_CASE("maillog::mail_joiner: a fate needs its line",
          "[maillog][mail_joiner]") {
  struct row {
    std::vector<std::string> lines;
    maillog::fate fate;
  };
  const std::string bounced =
      "postfix/lmtp[1]: A1234: to=<no@example.org>, relay=x, delay=1, "
      "delays=1/0/0/0, dsn=5.0.0, status=bounced (no)";
  const std::string refused =
      "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 "
      "<h[192.0.2.1]>: Client host rejected: no; from=<a@a.example> "
      "to=<you@example.org> proto=ESMTP helo=<x>";
  const std::string later =
      "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.1]: 450 4.7.1 "
      "<h[192.0.2.1]>: Client host rejected: no; from=<a@a.example> "
      "to=<you@example.org> proto=ESMTP helo=<x>";
  const std::string by_milter =
      "postfix/cleanup[1]: A1234: milter-reject: END-OF-MESSAGE from "
      "h[192.0.2.1]: 5.7.1 spam; from=<a@a.example> to=<you@example.org> "
      "proto=ESMTP helo=<x>";
  const std::string by_header =
      "postfix/cleanup[1]: A1234: reject: header Subject: x from h[192.0.2.1]; "
      "from=<a@a.example> to=<you@example.org> proto=ESMTP helo=<x>: 5.7.1 no";
  const std::string discarded =
      "postfix/cleanup[1]: A1234: discard: header Subject: x from "
      "h[192.0.2.1]; from=<a@a.example> to=<you@example.org>";
  const auto [lines, fate] = GENERATE_COPY(values<row>({
      {{client, queued}, fate::unknown},
      {{client, queued, bounced, removed}, fate::not_delivered},
      {{client, queued, bounced, sent, removed}, fate::delivered},
      {{client, queued, sent, bounced, removed}, fate::delivered},
      {{refused}, fate::refused},
      {{later}, fate::deferred},
      {{client, by_milter}, fate::refused},
      {{client, by_header}, fate::refused},
      {{client, discarded}, fate::not_delivered},
  }));
  CAPTURE(lines);

  const auto mails = mails_of(lines);

  REQUIRE(mails.size() == 1);
  CHECK(mails[0].fate == fate);
}

TEST_CASE("maillog::mail_joiner: a recipient that is refused is a mail of its "
          "own, and what is only told is none",
          "[maillog][mail_joiner]") {
  const auto mails = mails_of(
      {client,
       "postfix/smtpd[1]: A1234: reject: RCPT from h[192.0.2.1]: 550 5.1.1 "
       "<no@example.org>: Recipient address rejected: unknown; "
       "from=<a@a.example> to=<no@example.org> proto=ESMTP helo=<x>",
       "postfix/smtpd[1]: NOQUEUE: warn: RCPT from h[192.0.2.1]: spfblock: "
       "a.example; from=<a@a.example> to=<you@example.org> proto=ESMTP "
       "helo=<x>",
       queued, sent, removed});

  REQUIRE(mails.size() == 2);
  CHECK(mails[0].fate == fate::refused);
  CHECK(mails[0].recipients == std::vector<std::string>{"no@example.org"});
  CHECK(mails[1].fate == fate::delivered);
}

TEST_CASE(
    "maillog::mail_joiner: a content filter's word is joined by the queue "
    "id or by the Message-ID",
    "[maillog][mail_joiner]") {
  const std::string named =
      "postfix/cleanup[1]: A1234: message-id=<1@a.example>";
  const std::string rspamd =
      "rspamd[1]: <x>; task; rspamd_task_write_log: id: <1@a.example>, qid: "
      "<A1234>, ip: 192.0.2.1, from: <a@a.example>, (default: T (add header): "
      "[7.00/15.00] []), len: 1";
  const std::string spamd =
      "spamd[1]: spamd: result: Y 12 - X scantime=1,mid=<1@a.example>,a=no";
  const std::string of_another =
      "spamd[1]: spamd: result: Y 12 - X scantime=1,mid=<2@a.example>,a=no";

  CHECK(mails_of({client, named, rspamd, queued, sent, removed})[0].spam);
  CHECK(mails_of({client, named, spamd, queued, sent, removed})[0].spam);
  CHECK_FALSE(mails_of({client, named, of_another, sent, removed})[0].spam);
  // One that is done with, or one that has no name.
  CHECK_FALSE(mails_of({client, named, sent, removed, spamd})[0].spam);
  CHECK_FALSE(mails_of({client, spamd, sent, removed})[0].spam);
}

TEST_CASE("maillog::mail_joiner: no Message-ID hides that a mail is spam",
          "[maillog][mail_joiner]") {
  struct row {
    std::string message_id; ///< as cleanup(8) has it
    std::string line;       ///< of the filter
  };
  const std::string rspamd =
      "rspamd[1]: <x>; task; rspamd_task_write_log: id: <";
  const std::string judged = ", qid: <A1234>, ip: 192.0.2.1, from: <a@a>, "
                             "(default: T (add header): [7.00/15.00] []), len";
  const std::string spamd = "spamd[1]: spamd: result: Y 12 - X scantime=1,mid=";
  const auto [message_id, line] = GENERATE_COPY(values<row>({
      {"x>, qid: <B1234>, ip: 192.0.2.9, y>",
       rspamd + "x>, qid: <B1234>, ip: 192.0.2.9, y>" + judged},
      {"x (default: F (no action): [0.00/15.00] []",
       rspamd + "x (default: F (no action): [0.00/15.00] []>" + judged},
      {"a,b c@d", spamd + "<a_b_c@d>,bayes=1"},
      {"a(comment (of it))b@d", spamd + "<ab@d>,bayes=1"},
      {"?\xff@d", spamd + "<???@d>,bayes=1"},
  }));
  CAPTURE(message_id, line);
  const auto mails = mails_of(
      {client, "postfix/smtpd[1]: B1234: client=h[192.0.2.9]",
       "postfix/cleanup[1]: A1234: message-id=<" + message_id + ">",
       "postfix/cleanup[1]: B1234: message-id=<another@d>", line, sent});
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].spam);
  CHECK_FALSE(mails[1].spam);
}

TEST_CASE("maillog::mail_joiner: a filter's word may come before the mail is "
          "known, for so long",
          "[maillog][mail_joiner]") {
  struct row {
    std::string word;
    std::chrono::seconds after; ///< when the mail is known
    bool counts;
  };
  const std::string rspamd =
      "rspamd[1]: <x>; task; rspamd_task_write_log: id: <1@a.example>, qid: "
      "<A1234>, ip: 192.0.2.1, from: <a@a.example>, (default: T (add header): "
      "[7.00/15.00] []), len: 1";
  const std::string spamd =
      "spamd[1]: spamd: result: Y 12 - X scantime=1,mid=<1@a.example>,a=no";
  using std::chrono::seconds;
  const auto [word, after, counts] = GENERATE_COPY(values<row>({
      {rspamd, seconds{0}, true},
      {rspamd, seconds{2}, true},
      {rspamd, seconds{-2}, true},
      {rspamd, seconds{3}, false},
      {rspamd, seconds{-3}, false},
      {spamd, seconds{1}, true},
      {spamd, seconds{3}, false},
  }));
  CAPTURE(word, after.count());

  std::vector<mail> made;
  maillog::mail_joiner joiner{
      [&made](const mail& each) { made.push_back(each); }};
  maillog::reader reader{std::chrono::sys_seconds{}};
  const auto read = [&](seconds at, const std::string& line) {
    const std::string second = std::to_string(30 + at.count());
    reader.read("2016-04-04T04:38:" + second + "Z mx " + line,
                [&joiner](const maillog::event& next) { joiner.take(next); });
  };
  read(seconds{0}, word);
  for (const auto& queue_id : {"A1234", "B1234"}) {
    const std::string of{queue_id};
    read(after, "postfix/smtpd[1]: " + of + ": client=h[192.0.2.1]");
    read(after, "postfix/cleanup[1]: " + of + ": message-id=<" +
                    (of == "A1234" ? "1" : "2") + "@a.example>");
  }
  joiner.finish();

  REQUIRE(made.size() == 2);
  CHECK(made[0].spam == counts);
  CHECK_FALSE(made[1].spam);
}

TEST_CASE("maillog::mail_joiner: what is ahead is bounded, and used once",
          "[maillog][mail_joiner]") {
  const std::string begin = "rspamd[1]: <x>; task; rspamd_task_write_log: id: "
                            "<1@a.example>, qid: <";
  const std::string end = ">, ip: 192.0.2.1, from: <a@a.example>, (default: T "
                          "(reject): [7.00/15.00] []), len: 1";
  std::vector<std::string> lines{begin + "A1234" + end};
  for (int i = 0; i < 5'000; ++i)
    lines.push_back(begin + "B" + std::to_string(i) + end);
  lines.push_back(begin + "C1234" + end);
  lines.push_back(client);
  lines.push_back(removed);
  const std::string last = "postfix/smtpd[1]: C1234: client=h[192.0.2.1]";
  lines.push_back(last);
  lines.push_back(last);
  const auto mails = mails_of(lines);
  REQUIRE(mails.size() == 3);
  CHECK_FALSE(mails[0].spam);
  CHECK(mails[1].spam);
  CHECK_FALSE(mails[2].spam);
}

TEST_CASE("maillog::mail_joiner: two mails of one Message-ID are two",
          "[maillog][mail_joiner]") {
  const auto mails = mails_of(
      {client, "postfix/cleanup[1]: A1234: message-id=<1@a.example>",
       "postfix/smtpd[1]: B1234: client=h[192.0.2.2]",
       "postfix/cleanup[1]: B1234: message-id=<1@a.example>", removed,
       "spamd[1]: spamd: result: Y 12 - X scantime=1,mid=<1@a.example>,a=no"});

  REQUIRE(mails.size() == 2);
  CHECK_FALSE(mails[0].spam);
  CHECK(mails[1].spam);
}

TEST_CASE(
    "maillog::mail_joiner: mails from this machine are left out, and those "
    "of clients that logged in are marked",
    "[maillog][mail_joiner]") {
  CHECK(mails_of({"postfix/smtpd[1]: A1234: client=localhost[127.0.0.1]", sent,
                  removed})
            .empty());
  CHECK(mails_of({"postfix/smtpd[1]: A1234: client=localhost[::1]", removed})
            .empty());
  CHECK(
      mails_of({client + ", sasl_method=PLAIN, sasl_username=you", removed})[0]
          .logged_in);
  CHECK(mails_of({sent, removed}).empty());
}

TEST_CASE("maillog::mail_joiner: a queue id that is given again begins another "
          "mail",
          "[maillog][mail_joiner]") {
  const auto mails = mails_of({client, sent, client, queued});
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].fate == fate::delivered);
  CHECK(mails[1].fate == fate::unknown);
}

TEST_CASE("maillog::mail_joiner: what is kept is bounded",
          "[maillog][mail_joiner]") {
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i)
    lines.push_back("postfix/smtpd[1]: A" + std::to_string(1000 + i) +
                    ": client=h[192.0.2.1]");
  lines.push_back("postfix/qmgr[1]: A1000: from=<late@a.example>, size=1, "
                  "nrcpt=1 (queue active)");
  lines.push_back("postfix/qmgr[1]: A1099: from=<" + std::string(5000, 'x') +
                  ">, size=1, nrcpt=1 (queue active)");
  const auto mails = mails_of(lines, 10);

  REQUIRE(mails.size() == 100);
  CHECK_FALSE(mails[0].sender);
  REQUIRE(mails[99].sender);
  CHECK(mails[99].sender->size() == mail::longest_text);
}

TEST_CASE("maillog::mail_joiner: HELO is all behind its mark, whatever stands "
          "in it",
          "[maillog][mail_joiner]") {
  struct row {
    std::string tail;
    std::string helo;
  };
  const auto [tail, helo] = GENERATE(values<row>({
      {" proto=ESMTP helo=<mx.a.example>", "mx.a.example"},
      {" proto=ESMTP helo=<a> proto=ESMTP helo=<b>", "a> proto=ESMTP helo=<b"},
      {" proto=ESMTP helo=<>", ""},
      {" proto=ESMTP", ""},
      {" proto=ESMTP helo=<cut", ""},
      {" proto=ESMTP helo=<" + std::string(1000, 'x') + ">",
       std::string(mail::longest_text, 'x')},
  }));
  CAPTURE(tail);
  const auto mails = mails_of(
      {"postfix/smtpd[1]: NOQUEUE: reject: RCPT from h[192.0.2.1]: 554 5.7.1 "
       "<h[192.0.2.1]>: Client host rejected: no; from=<a@a.example> "
       "to=<you@example.org>" +
       tail});
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].helo == helo);
}

} // namespace mail_joiner_test
