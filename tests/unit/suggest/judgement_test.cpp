// Tests also: grouping, known_names, suspects, traffic.
#include "core/suggest/judgement.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/suggest_case.hpp"

#include <string>
#include <vector>

namespace judgement_test {

using namespace spfblock;
using namespace spfblock::testing;
using maillog::fate;
using suggest::evidence;
using suggest::objection;

namespace {

/// A log, what the DNS says, and what comes of it.
struct story {
  std::vector<maillog::mail> mails;
  std::vector<suggest::look> dns;
  std::vector<suggest::look> includes{};
  std::vector<suggest::listed_networks> listed{};
  config::settings configured{};

  [[nodiscard]] suggest::judgement judged() const {
    net::address_set in_table;
    for (const auto& each : listed)
      in_table |= each.addresses;
    evidence seen{evidence_settings(in_table)};
    for (const maillog::mail& each : mails)
      seen.take(each);
    const suggest::known_names known{configured, last_two_labels};
    const auto whom = suggest::suspects_in(seen, known, 1'000);
    suggest::looks_by_name looks;
    for (const dns::name& each : whom.names)
      looks.emplace(each, suggest::look{each, spf::outcome::no_record});
    for (const suggest::look& each : dns)
      looks[each.name] = each;
    auto made = suggest::judge(whom, looks, seen, listed);
    suggest::looks_by_name shared;
    for (const dns::name& each :
         suggest::shared_includes(made, whom, looks, known)) {
      for (const suggest::look& at : includes) {
        if (at.name == each)
          shared.emplace(each, at);
      }
    }
    suggest::add_includes(shared, seen, listed, made);
    return made;
  }
};

/// "a.example b.example | c.example": the groups.
std::string names_in(const suggest::judgement& of) {
  std::string made;
  for (const suggest::group& group : of.groups) {
    made += made.empty() ? "" : " |";
    for (const suggest::suggestion& each : group.suggestions)
      made += (made.empty() ? "" : " ") + each.name.to_string();
  }
  return made;
}

/// One sender with one refused mail, and what it authorises.
struct row {
  std::string what;
  std::string sender;
  std::vector<suggest::look> dns;
  std::string suggested;
  std::optional<objection> why;
};

suggest::look with_include(suggest::look of, const std::string& include) {
  of.includes.push_back({name(include), of.passes});
  return of;
}

suggest::look too_wide(const std::string& of) {
  suggest::look made = look(of, {});
  made.outcome = spf::outcome::expanded;
  made.too_wide = networks({"0.0.0.0/0"});
  return made;
}

suggest::look failed(const std::string& of) {
  suggest::look made = look(of, {});
  made.outcome = spf::outcome::temperror;
  made.undecided = networks({"0.0.0.0/0"});
  return made;
}

suggest::look over_a_limit(suggest::look of) {
  of.lists = {};
  of.too_wide = of.passes;
  return of;
}

suggest::look allowed(suggest::look of) {
  of.allowed = of.lists;
  of.lists = {};
  of.allowed_by = {"provider shared.example"};
  return of;
}

} // namespace

TEST_CASE("suggest::judgement: a record that passes who sent is suggested, "
          "whatever else is not",
          "[suggest][judgement]") {
  const auto [what, sender, dns, suggested, why] = GENERATE(values<row>({
      {"its own record",
       "a@spam.example",
       {look("spam.example", {"45.1.1.0/24"})},
       "spam.example",
       std::nullopt},
      {"the registrable domain's passes as well",
       "a@se2.spam.example",
       {look("se2.spam.example", {"45.1.1.0/24"}),
        look("spam.example", {"45.1.0.0/16"})},
       "spam.example",
       std::nullopt},
      {"only the name below has a record",
       "a@se2.spam.example",
       {look("se2.spam.example", {"45.1.1.0/24"})},
       "se2.spam.example",
       std::nullopt},
      {"the registrable domain's passes others",
       "a@se2.spam.example",
       {look("se2.spam.example", {"45.1.1.0/24"}),
        look("spam.example", {"45.7.0.0/16"})},
       "se2.spam.example",
       std::nullopt},
      {"only the registrable domain has one: SPF does not ask it",
       "a@se2.spam.example",
       {look("spam.example", {"45.1.1.0/24"})},
       "",
       objection::no_record},
      {"a forged sender",
       "a@victim.example",
       {look("victim.example", {"62.1.1.0/24"})},
       "",
       objection::no_pass},
      {"no record", "a@victim.example", {}, "", objection::no_record},
      {"the DNS fails",
       "a@spam.example",
       {failed("spam.example")},
       "",
       objection::dns_failed},
      {"everybody passes",
       "a@spam.example",
       {too_wide("spam.example")},
       "",
       objection::too_wide},
      {"over a limit",
       "a@spam.example",
       {over_a_limit(look("spam.example", {"45.1.1.0/24"}))},
       "",
       objection::too_wide},
      {"hosts that are allowed",
       "a@spam.example",
       {allowed(look("spam.example", {"45.1.1.0/24"}))},
       "",
       objection::only_allowed},
  }));
  CAPTURE(what);
  const auto made = story{{refused("45.1.1.1", sender)}, dns}.judged();
  CHECK(names_in(made) == suggested);
  for (std::size_t i = 0; i < suggest::objection_words.size(); ++i) {
    const auto each = static_cast<objection>(i);
    CAPTURE(suggest::text_of(each));
    CHECK(made.objections.of(each) == (why == each ? 1 : 0));
  }
  // Victims are counted and never named.
  const bool is_named =
      why == objection::too_wide || why == objection::only_allowed;
  CHECK(made.objected.size() == (is_named ? 1 : 0));
}

TEST_CASE("suggest::judgement: names that the configuration has are not "
          "suggested",
          "[suggest][judgement]") {
  struct known {
    std::string listed;
    std::string allowed;
    std::string provider;
    std::string sender;
    std::optional<objection> why;
  };
  const auto [listed, allowed_name, provider, sender,
              why] = GENERATE(values<known>({
      {"spam.example", "", "", "a@x.spam.example", objection::listed},
      {"x.spam.example", "", "", "a@spam.example", std::nullopt},
      {"", "spam.example", "", "a@spam.example", objection::allowed},
      {"", "mail.spam.example", "", "a@spam.example", objection::allowed},
      {"", "", "spam.example", "a@spam.example", objection::provider},
      {"", "", "_spf.spam.example", "a@x.spam.example", objection::provider},
      {"other.example", "other.example", "other.example", "a@spam.example",
       std::nullopt},
  }));
  story of{{refused("45.1.1.1", sender)},
           {look("spam.example", {"45.1.1.0/24"}),
            look("x.spam.example", {"45.1.1.0/24"})}};
  if (!listed.empty())
    of.configured.domains.push_back(entry_of(listed));
  if (!allowed_name.empty())
    of.configured.allow.domains.push_back(domain_of(allowed_name));
  if (!provider.empty())
    of.configured.allow.providers.push_back(name(provider));
  CAPTURE(listed, allowed_name, provider);
  const auto made = of.judged();
  CHECK(names_in(made) == (why ? "" : "spam.example"));
  CHECK(made.objected.empty());
  if (why)
    CHECK(made.objections.of(*why) == 1);
}

TEST_CASE("suggest::judgement: hardly any wanted mail may come from the "
          "networks",
          "[suggest][judgement]") {
  struct traffic {
    unsigned bad;
    std::vector<std::pair<std::string, unsigned>> wanted; ///< by sender
    bool suggested;
  };
  const auto [bad, wanted, suggested] = GENERATE(values<traffic>({
      {1, {}, true},
      {1, {{"a@partner.example", 1}}, false},
      {4, {{"a@partner.example", 1}}, true},
      {7, {{"a@partner.example", 2}}, false},
      {40, {{"a@one.example", 1}, {"a@two.example", 1}}, true},
      {40,
       {{"a@one.example", 1}, {"a@two.example", 1}, {"a@three.example", 1}},
       false},
      {40, {{"a@spam.example", 10}}, true},
      {40, {{"a@spam.example", 11}}, false},
  }));
  story of{{}, {look("spam.example", {"45.1.1.0/24"})}};
  for (unsigned i = 0; i < bad; ++i)
    of.mails.push_back(refused("45.1.1.1", "a@spam.example"));
  for (const auto& [sender, count] : wanted) {
    for (unsigned i = 0; i < count; ++i)
      of.mails.push_back(delivered("45.1.1.2", sender));
  }
  CAPTURE(bad, wanted.size());
  const auto made = of.judged();
  CHECK(names_in(made) == (suggested ? "spam.example" : ""));
  CHECK(made.objections.of(objection::wanted) == (suggested ? 0 : 1));
  CHECK(made.objected.size() == (suggested ? 0 : 1));
}

TEST_CASE("suggest::judgement: a forwarder whose mail is wanted is left alone",
          "[suggest][judgement]") {
  story of{{}, {look("forwarder.example", {"62.1.1.1"})}};
  for (int i = 0; i < 3; ++i)
    of.mails.push_back(refused("62.1.1.1", "srs0=x@forwarder.example"));
  for (int i = 0; i < 5; ++i)
    of.mails.push_back(delivered("62.1.1.1", "srs0=y@forwarder.example"));
  const auto made = of.judged();
  CHECK(names_in(made).empty());
  CHECK(made.objections.of(objection::wanted) == 1);
}

TEST_CASE("suggest::judgement: mail that was wanted from elsewhere counts, too",
          "[suggest][judgement]") {
  story of{{refused("45.1.1.1", "a@hacked.example"),
            delivered("62.1.1.1", "a@hacked.example")},
           {look("hacked.example", {"45.1.1.0/24", "62.1.1.0/24"})}};
  of.dns.front().lists = networks({"45.1.1.0/24"});
  CHECK(names_in(of.judged()).empty());
}

TEST_CASE("suggest::judgement: a record that names the hosts of bad mail is "
          "suggested though its own mail was not bad",
          "[suggest][judgement]") {
  // The log that began it all: a mail that passed, then a rejected one of a
  // host that the same record names.
  auto seen = delivered("45.120.197.160", "info@toramaki.net");
  seen.fate = fate::deferred;
  story of{{seen, refused("103.232.203.73", "x@se2.vurbyietloam.xyz")},
           {look("toramaki.net", {"45.120.196.0/22", "103.232.203.0/24"})}};
  auto made = of.judged();
  CHECK(names_in(made) == "toramaki.net");
  const auto& told = made.groups.front().suggestions.front();
  CHECK(told.marks.bad() == 0);
  CHECK(told.traffic.bad == 1);
  CHECK(told.hosts == std::vector<suggest::shown_host>{{ip("45.120.197.160")}});

  // Delivered mail is a reason to leave it alone, and so is none from there.
  of.mails.front() = delivered("45.120.197.160", "info@toramaki.net");
  CHECK(names_in(of.judged()).empty());
  of.mails.front() = seen;
  of.dns.front() = look("toramaki.net", {"45.120.196.0/22"});
  CHECK(names_in(of.judged()).empty());
}

TEST_CASE("suggest::judgement: mail of listed hosts names the next domain",
          "[suggest][judgement]") {
  story of{{refused("103.232.203.73", "x@se2.vurbyietloam.xyz")},
           {look("se2.vurbyietloam.xyz", {"103.232.203.0/24"}),
            look("vurbyietloam.xyz", {"103.232.203.0/24", "45.7.7.0/24"})}};
  of.mails.front().reason = "550 5.1.1 User unknown"; // no mark by itself
  CHECK(names_in(of.judged()).empty());
  of.listed = {{"toramaki.net", networks({"103.232.203.0/24"})}};
  const auto made = of.judged();
  CHECK(names_in(made) == "vurbyietloam.xyz");
  const auto& told = made.groups.front().suggestions.front();
  CHECK(told.marks.from_listed == 1);
  CHECK(told.listed == std::vector<suggest::overlap>{{"toramaki.net", 50}});
}

TEST_CASE(
    "suggest::judgement: who rents a host among spammers is told, and not "
    "suggested, while a listing lets his mail through",
    "[suggest][judgement]") {
  story of{{delivered("45.1.1.7", "office@tenant.example"),
            delivered("45.1.1.7", "office@tenant.example")},
           {look("tenant.example", {"45.1.1.7"})}};
  of.listed = {{"spam.example", networks({"45.1.1.0/24"})}};
  SECTION("alone") {}
  SECTION("beside spammers, by a record that has all of the network") {
    of.dns = {look("tenant.example", {"45.1.1.0/24"})};
    for (int i = 0; i < 100; ++i)
      of.mails.push_back(refused("45.1.1.1", "a@another.example"));
  }
  const auto made = of.judged();
  CHECK(names_in(made).empty());
  CHECK(made.objections.of(objection::let_through) == 1);
  REQUIRE(made.objected.size() == 1);
  CHECK(made.objected[0].name == name("tenant.example"));
  CHECK(made.objected[0].marks.let_through == 2);
}

TEST_CASE("suggest::judgement: who is wanted himself is not suggested for what "
          "his neighbours send",
          "[suggest][judgement]") {
  // A hoster's networks, which partners authorise as spammers do.
  story of{{delivered("45.1.1.7", "a@partner.example")},
           {look("partner.example", {"45.1.1.0/24"})}};
  for (int i = 0; i < 100; ++i)
    of.mails.push_back(refused("45.1.1.1", "a@nowhere.example"));
  SECTION("without a bad mail") {
    const auto made = of.judged();
    CHECK(names_in(made).empty());
    CHECK(made.objected.empty());
  }
  SECTION("with one") {
    of.mails.push_back(refused("45.1.1.7", "a@partner.example"));
    const auto made = of.judged();
    CHECK(names_in(made).empty());
    CHECK(made.objections.of(objection::wanted) == 1);
  }
}

TEST_CASE(
    "suggest::judgement: no volume outweighs an innocent whose networks a "
    "spammer authorises",
    "[suggest][judgement]") {
  story of{{}, {look("spam.example", {"45.1.1.0/24", "62.1.1.0/24"})}};
  for (int i = 0; i < 11; ++i)
    of.mails.push_back(delivered("62.1.1.1", "a@partner.example"));
  for (int i = 0; i < 1'000; ++i)
    of.mails.push_back(refused("45.1.1.1", "a@spam.example"));
  CHECK(names_in(of.judged()).empty());
}

TEST_CASE("suggest::judgement: a forwarder is no sender of what he forwards",
          "[suggest][judgement]") {
  story of{{refused("62.1.1.1", "SRS0=x=y=spam.example=a@forwarder.example"),
            refused("62.1.1.1", "SRS0=x=y=spam.example=b@forwarder.example")},
           {look("forwarder.example", {"62.1.1.1"})}};
  const auto made = of.judged();
  CHECK(names_in(made).empty());
  CHECK(made.objections.of(objection::forwarded) == 1);
  REQUIRE(made.objected.size() == 1);
  of.mails.push_back(refused("62.1.1.1", "news@forwarder.example"));
  CHECK(names_in(of.judged()) == "forwarder.example");
}

TEST_CASE("suggest::judgement: who shares an include or a listing's networks "
          "is one group",
          "[suggest][judgement]") {
  story of{{refused("45.1.1.1", "a@one.example"),
            refused("45.2.1.1", "a@two.example"),
            refused("45.3.1.1", "a@three.example"),
            refused("45.4.1.1", "a@four.example"),
            refused("45.5.1.1", "a@five.example")},
           {with_include(look("one.example", {"45.1.1.0/24"}), "spf.example"),
            with_include(look("two.example", {"45.2.1.0/24"}), "spf.example"),
            look("three.example", {"45.3.1.0/24"}),
            look("four.example", {"45.4.1.0/24"}),
            look("five.example", {"45.5.1.0/24"})}};
  of.listed = {{"listed.example", networks({"45.3.1.0/25", "45.4.1.0/25"})}};
  const auto made = of.judged();
  CHECK(names_in(made) == "one.example two.example | five.example | "
                          "four.example three.example");
  CHECK(made.groups[0].in_common ==
        std::vector<std::string>{"include spf.example"});
  CHECK(made.groups[1].in_common.empty());
  CHECK(made.groups[2].in_common ==
        std::vector<std::string>{"networks of listed.example"});
}

TEST_CASE("suggest::judgement: an include is suggested where all who use it "
          "are",
          "[suggest][judgement]") {
  story of{
      {refused("45.1.1.1", "a@one.example"),
       refused("45.1.1.2", "a@two.example")},
      {with_include(look("one.example", {"45.1.1.0/24"}), "spf.bad.example"),
       with_include(look("two.example", {"45.1.1.0/24", "45.2.0.0/24"}),
                    "spf.bad.example")},
      {look("spf.bad.example", {"45.1.1.0/24"})}};
  const auto made = of.judged();
  CHECK(names_in(made) == "spf.bad.example one.example two.example");
  const auto& told = made.groups.front().suggestions;
  CHECK(told[0].is_include);
  CHECK(told[0].users.size() == 2);
  CHECK(told[0].marks.bad() == 2);
  CHECK(told[1].covered_by == name("spf.bad.example"));
  CHECK_FALSE(told[2].covered_by);

  SECTION("not that of a single one") {
    of.mails.pop_back();
    CHECK(names_in(of.judged()) == "one.example");
  }
  SECTION("not that of somebody who is wanted") {
    of.mails.push_back(refused("62.1.1.1", "a@partner.example"));
    of.mails.push_back(delivered("62.1.1.1", "a@partner.example"));
    of.dns.push_back(with_include(look("partner.example", {"62.1.1.0/24"}),
                                  "spf.bad.example"));
    CHECK(names_in(of.judged()) == "one.example two.example");
  }
  SECTION("not one from whose networks others send what is wanted") {
    of.includes = {look("spf.bad.example", {"45.1.1.0/24", "62.1.1.0/24"})};
    of.mails.push_back(delivered("62.1.1.1", "a@partner.example"));
    CHECK(names_in(of.judged()) == "one.example two.example");
  }
  SECTION("not a provider's") {
    of.configured.allow.providers = {name("bad.example")};
    CHECK(names_in(of.judged()) == "one.example two.example");
  }
}

TEST_CASE("suggest::judgement: hosts of whom only the mail decides are told of",
          "[suggest][judgement]") {
  story of{{refused("45.1.1.1", "a@spam.example")},
           {look("spam.example", {"45.1.1.1"})}};
  of.dns.front().lists = {}; // exists: and its like list nobody
  const auto made = of.judged();
  CHECK(names_in(made) == "spam.example");
  CHECK(made.groups.front().suggestions.front().networks.empty());
}

TEST_CASE("suggest::suspects: no more names than the budget allows",
          "[suggest][suspects]") {
  evidence seen{evidence_settings()};
  for (int i = 0; i < 10; ++i)
    seen.take(refused("45.1.1.1", "a@s" + std::to_string(i) + ".example"));
  for (int i = 0; i < 20; ++i)
    seen.take(
        refused("45.1.1.1", "a@b" + std::to_string(i) + ".worst.example"));
  const suggest::known_names known{config::settings{}, last_two_labels};
  const auto whom = suggest::suspects_in(seen, known, 10);
  CHECK(whom.names.size() == suggest::most_names_of_sender + 2);
  CHECK(whom.names.front() == name("worst.example"));
  CHECK(whom.senders.size() == 3);
  CHECK(whom.objections.of(objection::not_asked) == 8);
}

} // namespace judgement_test
