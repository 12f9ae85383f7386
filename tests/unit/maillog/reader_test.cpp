// Each form of lines has a file of golden lines: the line, and below it,
// indented, what it tells.  SPFBLOCK_WRITE_GOLDEN=1 writes them anew.
//
// Tests also: cleanup, complaint, delivery, dnsblog, forms, journal, log_line,
// opendkim, opendmarc, policyd_spf, postscreen, qmgr, rspamd, smtpd, spamd.
#include "core/maillog/reader.hpp"
#include "core/support/calendar.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace reader_test {

using namespace spfblock;
using maillog::event;

namespace {

constexpr std::array<std::string_view, 10> kinds{
    "refused",          "accepted",     "queued", "named",
    "delivered",        "finished",     "spf",    "scored",
    "listed elsewhere", "authenticated"};
constexpr std::array<std::string_view, 9> measures{
    "reject",  "defer",  "warn",     "reject_warning", "hold",
    "discard", "filter", "redirect", "other"};
constexpr std::array<std::string_view, 4> deliveries{"sent", "deferred",
                                                     "bounced", "expired"};
constexpr std::array<std::string_view, 7> verdicts{
    "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

template <class Names, class Value>
std::string name_of(const Names& names, Value value) {
  return std::string{names.at(static_cast<std::size_t>(value))};
}

/// The word of the kind that says what happened.
std::string what_happened(const event& of) {
  using kind = maillog::event_kind;
  switch (of.kind) {
  case kind::refused:
    return ' ' + name_of(measures, of.measure) +
           (of.whole_mail ? " of all" : "");
  case kind::delivered: return ' ' + name_of(deliveries, of.delivery);
  case kind::spf:
  case kind::authenticated: return ' ' + name_of(verdicts, of.verdict);
  case kind::scored: return of.spam ? " spam" : " ham";
  default: return of.logged_in ? " logged in" : "";
  }
}

std::string described(const event& of) {
  std::string made = name_of(kinds, of.kind) + what_happened(of);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty())
      made += "\n    " + std::string{name} + ": " + std::string{value};
  };
  if (of.address)
    add("address", of.address->to_string());
  if (of.sender)
    add("sender", of.sender->empty() ? "<>" : *of.sender);
  if (of.recipient)
    add("recipient", of.recipient->empty() ? "<>" : *of.recipient);
  add("queue id", of.queue_id);
  add("message id", of.message_id);
  add("identity", of.identity);
  add("domain", of.domain);
  add("text", of.text);
  return made;
}

/// 2016-04-04 12:00:00: when the story ends.
constexpr std::chrono::sys_seconds noon{std::chrono::seconds{1'459'771'200}};

/// What a line tells, as a golden file has it.
std::string told_by(std::string_view line, bool with_time) {
  maillog::reader reader{noon};
  std::string made = "    nothing\n";
  reader.read(line, [&](const event& of) {
    made = "    " + described(of) + '\n';
    if (with_time)
      made += "    at: " + (of.at ? utc_text(*of.at) : "no time") + '\n';
  });
  return made;
}

/// The file with what its lines tell.
std::string retold(std::string_view golden, bool with_time) {
  std::istringstream in{std::string{golden}};
  std::string made;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("    "))
      continue;
    made += line + '\n';
    if (!line.empty() && !line.starts_with('#'))
      made += told_by(line, with_time);
  }
  return made;
}

std::string content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

const std::string folder = SPFBLOCK_SOURCE_DIR "/tests/unit/maillog/golden/";

} // namespace

TEST_CASE(
    "maillog::reader: every form of lines tells what its golden file says",
    "[maillog][reader]") {
  const std::string name = GENERATE(
      values<std::string>({"smtpd", "cleanup", "qmgr", "delivery", "postscreen",
                           "dnsblog", "policyd_spf", "opendkim", "opendmarc",
                           "rspamd", "spamd", "imitation", "time_stamps"}));
  CAPTURE(name);
  const std::string path = folder + name + ".txt";
  const std::string golden = content_of(path);
  REQUIRE_FALSE(golden.empty());

  const std::string now = retold(golden, name == "time_stamps");

  if (std::getenv("SPFBLOCK_WRITE_GOLDEN"))
    std::ofstream{path, std::ios::binary} << now;
  else
    CHECK(now == golden);
}

namespace {

/// All lines of all golden files.
std::vector<std::string> golden_lines() {
  std::vector<std::string> made;
  for (const char* const name :
       {"smtpd", "cleanup", "qmgr", "delivery", "postscreen", "dnsblog",
        "policyd_spf", "opendkim", "opendmarc", "rspamd", "spamd", "imitation",
        "time_stamps"}) {
    std::istringstream in{content_of(folder + name + ".txt")};
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("    ") && !line.starts_with('#'))
        made.push_back(line);
    }
  }
  return made;
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() &&
          part.data() + part.size() <= whole.data() + whole.size());
}

} // namespace

TEST_CASE("maillog::reader: any beginning of a line, and any octet changed in "
          "it, is read, and no text of an event lies outside of it",
          "[maillog][reader][random]") {
  std::mt19937 random{1};
  for (const std::string& line : golden_lines()) {
    // Of an entry of the journal they lie in what was made of it.
    const bool in_line = !line.starts_with('{');
    const auto read = [&](std::string_view text) {
      maillog::reader reader{noon};
      reader.read(text, [&](const event& of) {
        for (const auto part :
             {of.queue_id, of.message_id, of.text, of.domain,
              of.sender.value_or(""), of.recipient.value_or("")})
          CHECK((!in_line || lies_in(part, text)));
      });
    };
    for (std::size_t size = 0; size <= line.size(); ++size)
      read(std::string{line, 0, size});
    for (int i = 0; i < 50; ++i) {
      std::string changed = line;
      if (!changed.empty())
        changed[random() % changed.size()] = static_cast<char>(random());
      read(changed);
    }
  }
}

TEST_CASE("maillog::reader: long lines take time in proportion",
          "[maillog][reader]") {
  // A million octets of each mark that is looked for.
  for (const char* const piece :
       {"; from=<", "; envelope-from=", "(default: ", ">, size=", "[", "\"\\",
        "; receiver=", ") identity=", ", qid: <", "<22>", "1 "}) {
    std::string many;
    while (many.size() < 1'000'000)
      many += piece;
    for (const char* const program :
         {"postfix/smtpd[1]: NOQUEUE: reject: RCPT from u[192.0.2.1]: 5 ",
          "postfix/qmgr[1]: 3ABCDEF012: from=<", "postfix/smtp[1]: A1: to=<",
          "policyd-spf[1]: Pass; identity=mailfrom; client-ip=192.0.2.1; helo=",
          "rspamd[1]: <a>; task; rspamd_task_write_log: id: <"}) {
      maillog::reader reader{noon};
      reader.read("Apr  4 04:38:31 mx " + std::string{program} + many,
                  [](const event&) {});
      reader.read(many, [](const event&) {});
      CHECK(reader.counts().lines == 2);
    }
  }
}

} // namespace reader_test
