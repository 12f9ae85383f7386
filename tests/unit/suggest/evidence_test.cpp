// Tests also: sender_domain.
#include "core/suggest/evidence.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"

#include <string>

namespace evidence_test {

using namespace spfblock;
using namespace spfblock::testing;
using maillog::fate;
using suggest::evidence;
using suggest::sender;

TEST_CASE("suggest::evidence: names below a registrable domain are one sender",
          "[suggest][evidence]") {
  evidence seen{evidence_settings()};
  seen.take(refused("45.1.1.1", "x@se2.spam.example"));
  seen.take(refused("45.1.1.1", "y@se2.SPAM.example"));
  seen.take(refused("45.1.1.2", "y@spam.example"));
  const auto all = seen.senders();
  REQUIRE(all.size() == 1);
  CHECK(all[0]->name == name("spam.example"));
  CHECK(all[0]->marks.refused == 3);
  REQUIRE(all[0]->sendings.size() == 2);
  CHECK(all[0]->sendings[0].domain == name("se2.spam.example"));
  CHECK(all[0]->sendings[0].sender == "x@se2.spam.example");
  CHECK(all[0]->sendings[0].marks.refused == 2);
}

TEST_CASE("suggest::evidence: what tells of no sender is left out",
          "[suggest][evidence]") {
  struct row {
    std::string what;
    std::optional<std::string> sender;
  };
  const auto [what, sender] = GENERATE(values<row>({
      {"unknown", std::nullopt},
      {"null", ""},
      {"no domain", "root"},
      {"one label", "a@localhost"},
      {"a public suffix", "a@example"},
      {"octets", "a@\xff\x1b[2J.example"},
      {"a blank", "a@a b.example"},
      {"a command", "a@$(reboot).example"},
      {"an address", "a@[192.0.2.1]"},
      {"too long", "a@" + std::string(254, 'a') + ".example"},
      {"a long label", "a@" + std::string(64, 'a') + ".example"},
  }));
  CAPTURE(what);
  evidence seen{evidence_settings()};
  seen.take(mail("45.1.1.1", sender, fate::refused));
  CHECK(seen.senders().empty());
  CHECK(seen.hosts().empty());
}

TEST_CASE("suggest::evidence: own mail, logged-in clients and former days are "
          "left out",
          "[suggest][evidence]") {
  auto by = evidence_settings();
  by.own = networks({"45.9.0.0/16"});
  by.period.since = std::chrono::sys_days{std::chrono::year{2016} / 4 / 4};
  by.period.until = *by.period.since + std::chrono::days{1};
  evidence seen{std::move(by)};
  seen.take(delivered("45.9.1.1", "me@own.example"));
  auto logged_in = delivered("45.1.1.1", "me@own.example");
  logged_in.logged_in = true;
  seen.take(logged_in);
  auto former = refused("45.1.1.1", "a@spam.example");
  *former.at -= std::chrono::seconds{1};
  seen.take(former);
  *former.at += std::chrono::seconds{1} + std::chrono::days{1};
  seen.take(former);
  CHECK(seen.mails() == 0);
  former.at = std::nullopt;
  seen.take(former);
  CHECK(seen.mails() == 1);
}

TEST_CASE("suggest::evidence: mail of a listed host is no wanted mail",
          "[suggest][evidence]") {
  evidence seen{evidence_settings(networks({"45.1.1.0/24"}))};
  seen.take(delivered("45.1.1.1", "a@spam.example"));
  seen.take(delivered("45.2.1.1", "a@good.example"));
  auto spam = delivered("45.1.1.2", "a@spam.example");
  spam.spam = true;
  seen.take(spam);
  CHECK(seen.senders().front()->marks.from_listed == 2);
  CHECK(seen.senders().front()->marks.let_through == 1);
  // What was let through speaks neither for nor against others of the network.
  CHECK_FALSE(seen.hosts().contains(ip("45.1.1.1")));
  CHECK(seen.hosts().at(ip("45.1.1.2")).bad == 1);
  CHECK(seen.hosts().at(ip("45.2.1.1")).wanted == 1);
}

TEST_CASE("suggest::evidence: an SPF pass of the log tells of a sender without "
          "a mark",
          "[suggest][evidence]") {
  evidence seen{evidence_settings()};
  maillog::event next;
  next.kind = maillog::event_kind::spf;
  next.verdict = maillog::verdict::pass;
  next.identity = "mailfrom";
  next.address = ip("45.1.1.1");
  next.sender = "a@spam.example";
  seen.take(next);
  next.verdict = maillog::verdict::fail;
  next.sender = "a@forged.example";
  seen.take(next);
  next.verdict = maillog::verdict::pass;
  next.identity = "helo";
  seen.take(next);
  const auto all = seen.senders();
  REQUIRE(all.size() == 1);
  CHECK(all[0]->marks == suggest::mark_counts{});
  CHECK(all[0]->sendings[0].log_says_pass);
  CHECK(seen.hosts().empty());
}

namespace {

suggest::noted_sender noted(std::string_view domain, std::uint64_t mails) {
  const std::chrono::sys_days day{std::chrono::year{2016} / 4 / 4};
  return {name(domain),
          mails + 5,
          day,
          day + std::chrono::days{1},
          {{ip("45.1.1.1"), mails}, {ip("45.9.9.9"), 5}}};
}

} // namespace

TEST_CASE("suggest::evidence: what a server noted counts where no log told it",
          "[suggest][evidence]") {
  evidence seen{evidence_settings(networks({"45.1.1.0/24"}))};
  seen.take(refused("45.1.1.1", "a@se2.spam.example"));
  seen.take(refused("45.1.1.1", "a@www.spam.example"));
  seen.take(noted("se2.spam.example", 3));
  seen.take(noted("new.example", 1));
  const auto all = seen.senders();
  REQUIRE(all.size() == 2);
  CHECK(all[0]->name == name("spam.example"));
  CHECK(all[0]->marks.from_listed == 4);
  REQUIRE(all[0]->sendings.size() == 2);
  CHECK(all[0]->sendings[0].marks.from_listed == 3);
  CHECK(all[1]->marks.from_listed == 1);
  CHECK(all[1]->marks.last == noted("new.example", 1).last);
  CHECK(all[1]->sendings[0].sender == "postmaster@new.example");
  // That host is listed no more.
  CHECK_FALSE(seen.hosts().contains(ip("45.9.9.9")));
  CHECK(seen.hosts().at(ip("45.1.1.1")).bad == 5);
  CHECK(seen.mails() == 5);
}

TEST_CASE("suggest::evidence: what a server noted of former days is left out",
          "[suggest][evidence]") {
  auto by = evidence_settings(networks({"45.1.1.0/24"}));
  by.period.since = noted("spam.example", 1).last + std::chrono::seconds{1};
  evidence later{by};
  later.take(noted("spam.example", 1));
  CHECK(later.senders().empty());
  by.period = {{}, noted("spam.example", 1).first};
  evidence former{by};
  former.take(noted("spam.example", 1));
  CHECK(former.senders().empty());
  by.period = {{}, noted("spam.example", 1).last};
  evidence seen{by};
  seen.take(noted("spam.example", 1));
  CHECK(seen.senders().size() == 1);
}

TEST_CASE("suggest::evidence: who is seen delivered wanted mail",
          "[suggest][evidence]") {
  evidence seen{evidence_settings(networks({"45.1.1.0/24"}))};
  seen.take(delivered("45.2.1.1", "a@good.example"));
  config::seen_network known;
  known.network = *net::ip_prefix::parse("45.2.1.1/32");
  known.mails = 7;
  known.domain = "www.good.example";
  seen.take(known);
  known.network = *net::ip_prefix::parse("2001:db8:0:1::/64");
  known.domain = "";
  seen.take(known);
  known.network = *net::ip_prefix::parse("45.2.1.2/32");
  known.struck = true;
  seen.take(known);
  const auto& hosts = seen.hosts();
  CHECK(hosts.size() == 2);
  CHECK(hosts.at(ip("45.2.1.1")).wanted == 7);
  CHECK(hosts.at(ip("45.2.1.1")).wanted_senders[1] == 0);
  CHECK(hosts.at(ip("2001:db8:0:1::")).wanted == 7);
}

TEST_CASE("suggest::evidence: the worst come first, then those wanted least",
          "[suggest][evidence]") {
  evidence seen{evidence_settings()};
  seen.take(delivered("45.1.1.1", "a@wanted.example"));
  auto deferred = delivered("45.1.1.1", "a@quiet.example");
  deferred.fate = fate::deferred;
  seen.take(deferred);
  seen.take(refused("45.1.1.1", "a@bad.example"));
  for (int i = 0; i < 2; ++i)
    seen.take(refused("45.1.1.1", "a@worse.example"));
  std::vector<std::string> names;
  for (const sender* each : seen.senders())
    names.push_back(each->name.to_string());
  CHECK(names == std::vector<std::string>{"worse.example", "bad.example",
                                          "quiet.example", "wanted.example"});
}

TEST_CASE("suggest::evidence: a host with a bad mark has a place",
          "[suggest][evidence]") {
  evidence seen{evidence_settings()};
  const auto host = [](std::size_t number) {
    return "45.1.1." + std::to_string(number);
  };
  for (std::size_t i = 0; i < sender::most_sendings; ++i)
    seen.take(delivered(host(i), "a@mixed.example"));
  seen.take(delivered(host(200), "a@mixed.example"));
  seen.take(refused(host(201), "a@mixed.example"));
  const sender& of = *seen.senders().front();
  CHECK(of.sendings.size() == sender::most_sendings);
  CHECK(of.sendings.front().address == ip(host(201)));
  CHECK(of.others == 2);
  CHECK(of.marks.wanted == sender::most_sendings + 1);
}

TEST_CASE("suggest::evidence: senders without end leave room for the busy ones",
          "[suggest][evidence]") {
  suggest::evidence::capacity most;
  most.senders = 100;
  most.sendings = 150;
  most.hosts = 80;
  evidence seen{evidence_settings({}, most)};
  std::uint64_t told = 0;
  for (unsigned i = 0; i < 10'000; ++i) {
    seen.take(refused(net::ip_address::ipv4(0x2d000000 + i).to_string(),
                      "a@s" + std::to_string(i) + ".example"));
    if (i % 10 == 0)
      seen.take(refused("45.200.1.1", "a@busy.example"));
    CHECK(seen.senders().size() <= most.senders);
    CHECK(seen.hosts().size() <= most.hosts);
  }
  for (const sender* each : seen.senders())
    told += each->marks.bad();
  const sender& worst = *seen.senders().front();
  CHECK(worst.name == name("busy.example"));
  CHECK(worst.marks.bad() == 1'000);
  CHECK(seen.hosts().at(ip("45.200.1.1")).bad == 1'000);
  CHECK(told < 2'000);
  CHECK(seen.forgotten() > 10'000);
}

TEST_CASE("suggest::evidence: hosts without end push out none that was wanted",
          "[suggest][evidence]") {
  suggest::evidence::capacity most;
  most.hosts = 80;
  evidence seen{evidence_settings({}, most)};
  seen.take(delivered("62.1.1.1", "a@partner.example"));
  for (unsigned i = 0; i < 10'000; ++i)
    seen.take(refused(net::ip_address::ipv4(0x2d000000 + i).to_string(),
                      "a@spam.example"));
  CHECK(seen.hosts().at(ip("62.1.1.1")).wanted == 1);
}

TEST_CASE("suggest::evidence: hosts of one sender after another are bounded",
          "[suggest][evidence]") {
  suggest::evidence::capacity most;
  most.sendings = 40;
  evidence seen{evidence_settings({}, most)};
  for (unsigned i = 0; i < 1'000; ++i) {
    seen.take(refused(net::ip_address::ipv4(0x2d000000 + i).to_string(),
                      "a@s" + std::to_string(i / 30) + ".example"));
    std::size_t kept = 0;
    for (const sender* each : seen.senders())
      kept += each->sendings.size();
    CHECK(kept <= most.sendings);
  }
}

} // namespace evidence_test
