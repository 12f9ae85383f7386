#include "core/suggest/sender_notes.hpp"
#include "core/suggest/sender_notes_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"

#include <algorithm>
#include <string>

namespace sender_notes_test {

using namespace spfblock;
using namespace spfblock::testing;
using suggest::noted_sender;
using suggest::sender_notes;

constexpr std::uint32_t his = 1;
constexpr std::uint32_t anothers = 2;

std::chrono::sys_seconds at(int seconds) {
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
}

std::vector<noted_sender> all(const sender_notes& of) {
  std::vector<noted_sender> made;
  for (std::size_t i = 0; i < sender_notes::sets; ++i)
    of.append_set(i, made);
  return made;
}

std::optional<noted_sender> find(const sender_notes& in,
                                 std::string_view domain) {
  for (noted_sender& each : all(in)) {
    if (each.domain == name(domain))
      return each;
  }
  return std::nullopt;
}

void note_times(sender_notes& in, int times, const std::string& sender,
                std::string_view host, std::uint32_t listing) {
  for (int i = 0; i < times; ++i)
    in.note(sender, ip(host), listing, at(i));
}

/// Mails in so many names, as many in each.
void flood(sender_notes& in, int names, int mails_of_each,
           std::uint32_t listing) {
  for (int i = 0; i < names; ++i)
    note_times(in, mails_of_each, "x@" + std::to_string(i) + ".flood.example",
               "192.0.2.1", listing);
}

TEST_CASE("sender_notes: who sent in which name, when and how often",
          "[suggest][sender_notes]") {
  sender_notes notes;
  notes.note("bounce@SE2.next.example", ip("192.0.2.1"), his, at(100));
  notes.note("other@se2.next.example", ip("192.0.2.2"), his, at(90));
  notes.note("other@se2.next.example", ip("192.0.2.2"), his, at(110));
  const auto found = find(notes, "se2.next.example");
  REQUIRE(found);
  CHECK(*found == noted_sender{name("se2.next.example"),
                               3,
                               at(100),
                               at(110),
                               {{ip("192.0.2.1"), 1}, {ip("192.0.2.2"), 2}}});
  CHECK(all(notes).size() == 1);
  CHECK(notes.forgotten() == 0);
}

TEST_CASE("sender_notes: a sender without a domain is passed over",
          "[suggest][sender_notes]") {
  sender_notes notes;
  for (const std::string sender : {"", "root", "a@localhost", "a@[192.0.2.1]",
                                   "a@\x1b[2J.example", "a@a b.example", "@"})
    notes.note(sender, ip("192.0.2.1"), his, at(1));
  CHECK(all(notes).empty());
  CHECK(notes.forgotten() == 0);
}

TEST_CASE("sender_notes: a million names push out none of another listing's "
          "hosts, and of their own none that came often",
          "[suggest][sender_notes]") {
  sender_notes notes;
  note_times(notes, 1, "x@once.example", "198.51.100.1", anothers);
  note_times(notes, 3, "x@next.example", "192.0.2.9", his);
  flood(notes, 100'000, 1, his);
  CHECK(find(notes, "once.example"));
  const auto next = find(notes, "next.example");
  REQUIRE(next);
  CHECK(next->mails == 3);
  CHECK(all(notes).size() == sender_notes::sets * sender_notes::places);
  std::uint64_t noted = 0;
  for (const noted_sender& each : all(notes))
    noted += each.mails;
  CHECK(noted + notes.forgotten() == 100'004);
}

TEST_CASE("sender_notes: of a flood that comes often nothing of another's goes",
          "[suggest][sender_notes]") {
  sender_notes notes;
  note_times(notes, 1, "x@once.example", "198.51.100.1", anothers);
  flood(notes, 20'000, 5, his);
  CHECK(find(notes, "once.example"));
}

TEST_CASE("sender_notes: what came often gives way to what comes now",
          "[suggest][sender_notes]") {
  sender_notes notes;
  flood(notes, 20'000, 3, his);
  const std::uint64_t before = notes.forgotten();
  note_times(notes, 20, "x@new.example", "192.0.2.1", his);
  CHECK(find(notes, "new.example"));
  CHECK(notes.forgotten() > before);
}

TEST_CASE("sender_notes: of many hosts those are kept that came often",
          "[suggest][sender_notes]") {
  sender_notes notes;
  note_times(notes, 5, "x@next.example", "192.0.2.255", his);
  for (int i = 0; i < 200; ++i)
    notes.note("x@next.example", ip("192.0.2." + std::to_string(i)), his,
               at(i));
  const auto found = find(notes, "next.example");
  REQUIRE(found);
  CHECK(found->mails == 205);
  CHECK(found->hosts.size() == noted_sender::most_hosts);
  CHECK(found->hosts.front() == suggest::noted_host{ip("192.0.2.255"), 5});
  std::uint64_t of_hosts = 0;
  for (const auto& each : found->hosts)
    of_hosts += each.mails;
  CHECK(of_hosts <= found->mails);
}

TEST_CASE("sender_notes: what is written is read", "[suggest][sender_notes]") {
  sender_notes notes;
  note_times(notes, 1, "x@b.example", "192.0.2.1", his);
  note_times(notes, 2, "x@a.example", "2001:db8::1", his);
  suggest::noted_senders told;
  told.since = at(7);
  told.forgotten = 3;
  told.senders = all(notes);
  const auto read = suggest::notes_from_json(suggest::to_json(told));
  REQUIRE(read);
  CHECK(read->since == at(7));
  CHECK(read->forgotten == 3);
  REQUIRE(read->senders.size() == 2);
  CHECK(read->senders[0] == *find(notes, "a.example"));
  CHECK(read->senders[1] == *find(notes, "b.example"));
}

TEST_CASE("sender_notes: another document is none", "[suggest][sender_notes]") {
  for (const std::string text :
       {"", "{}", "[]", R"({"since":1,"forgotten":0})",
        R"({"since":1,"forgotten":0,"senders":[{"domain":"x"}]})",
        R"({"since":1,"forgotten":-1,"senders":[]})"}) {
    CAPTURE(text);
    CHECK_FALSE(suggest::notes_from_json(text));
  }
}

} // namespace sender_notes_test
