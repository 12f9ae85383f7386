#include "core/spf/expansion_json.hpp"
#include "core/spf/expansion_text.hpp"
#include "core/support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"
#include "tests/support/zone_answers.hpp"

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace expansion_text_test {

using namespace spfblock;

namespace {

dns::name name_of(std::string_view text) {
  return *dns::name::from_text(text);
}

net::address_set set_of(const std::vector<std::string>& networks) {
  std::vector<net::ip_prefix> prefixes;
  for (const std::string& network : networks)
    prefixes.push_back(*net::ip_prefix::parse(network));
  return net::address_set::of(prefixes);
}

spf::record_visit record_of(std::string_view domain,
                            std::optional<std::size_t> via = std::nullopt) {
  // Without the terms, so that they are looked for in vain here.
  return {name_of(domain), via, false, "v=spf1", 300, ""};
}

spf::term_visit term_of(std::size_t record, const std::string& text,
                        const std::vector<std::string>& networks = {}) {
  spf::term_visit made;
  made.record = record;
  made.text = text;
  made.reached = true;
  made.granted = set_of(networks);
  return made;
}

bool is_shown(std::string_view shown, std::string_view what) {
  return shown.find(what) != std::string_view::npos;
}

/// Printable ASCII in lines that end with LF.
bool is_plain_text(std::string_view text) {
  for (const char c : text) {
    if ((c < 0x20 || c > 0x7e) && c != '\n')
      return false;
  }
  return !text.empty() && text.back() == '\n';
}

spf::expansion two_records() {
  spf::expansion made;
  made.domain = name_of("spam.example");
  made.records = {record_of("spam.example"), record_of("out.example", 1)};
  made.terms = {term_of(0, "-ip4:192.0.2.9"),
                term_of(0, "include:out.example", {"192.0.2.0/24"}),
                term_of(1, "ip4:192.0.2.0/25", {"192.0.2.0/25"}),
                term_of(1, "ip4:192.0.2.128/25", {"192.0.2.128/25"}),
                term_of(1, "ptr"),
                term_of(0, "ip6:2001:db8::/33", {"2001:db8::/33"}),
                term_of(0, "-all")};
  made.terms[0].refused = set_of({"203.0.113.9/32"});
  made.terms[1].dns_terms = 1;
  made.terms[4].remarks = {"no list can hold it", "and a second remark"};
  made.terms[6].refused = net::address_set::everything(net::family::ipv4) |
                          net::address_set::everything(net::family::ipv6);
  made.pass = set_of({"192.0.2.0/24", "2001:db8::/33", "198.51.100.7/32"});
  made.ttl = 77;
  made.questions = 2;
  return made;
}

/// Of a record with an escape sequence, a backslash and no ASCII.
spf::expansion expansion_of_hostile() {
  testing::zone_answers zone{""};
  dns::answer record;
  record.status = dns::answer_status::records;
  record.texts = {"v=spf1 ip4:\x1b[2J\\\x80 ?all"};
  zone.put({name_of("l.test"), dns::rr_type::txt}, record);
  spf::rules by;
  by.on_permerror = spf::on_permerror::skip;
  return testing::expand("l.test", zone, by).result;
}

} // namespace

TEST_CASE("to_text shows every record, term, remark and network",
          "[spf][expansion_text]") {
  const std::string shown = spf::to_text(two_records());
  CAPTURE(shown);
  for (const std::string_view each :
       {"spam.example", "out.example", "-ip4:192.0.2.9", "include:out.example",
        "ip4:192.0.2.0/25", "ip4:192.0.2.128/25", "ptr", "ip6:2001:db8::/33",
        "-all", "no list can hold it", "and a second remark", "192.0.2.0/24",
        "198.51.100.7/32"})
    CHECK(is_shown(shown, each));
  CHECK(is_shown(shown, "77"));
  CHECK(is_plain_text(shown));
}

TEST_CASE("to_text shows an included record below the term that led to it",
          "[spf][expansion_text]") {
  const std::string shown = spf::to_text(two_records());
  CAPTURE(shown);
  const auto include = shown.find("include:out.example");
  const auto inner = shown.find("ip4:192.0.2.0/25");
  const auto after = shown.find("ip6:2001:db8::/33");
  CHECK(include < inner);
  CHECK(inner < after);
}

TEST_CASE("to_text says why there is nothing to list",
          "[spf][expansion_text]") {
  spf::expansion made;
  made.domain = name_of("spam.example");
  made.records = {record_of("spam.example")};
  made.records[0].error = "two records";
  const std::string faulty = spf::to_text(made, spf::colour::off);
  CHECK(is_shown(faulty, "spam.example"));
  CHECK(is_shown(faulty, "two records"));

  made.outcome = spf::outcome::temperror;
  made.open_questions = {{"h.example A: timeout", set_of({"0.0.0.0/0"})},
                         {"i.example TXT: timeout", {}}};
  CHECK(spf::to_text(made, spf::colour::off)
            .ends_with("\nspam.example: undecided for all IPv4 clients: "
                       "h.example A: timeout\nspam.example: undecided for some "
                       "clients: i.example TXT: timeout\n"));

  made.outcome = spf::outcome::no_record;
  made.records[0].error = "nothing there";
  const std::string gone = spf::to_text(made, spf::colour::off);
  CHECK(is_shown(gone, "nothing there"));
  CHECK(gone.ends_with("\nspam.example: no SPF record\n"));
}

TEST_CASE("to_text fits into 80 columns, but for words that do not",
          "[spf][expansion_text]") {
  std::string words;
  for (std::size_t size = 1; size <= 40; ++size)
    words += (size == 1 ? "" : " ") + std::string(size, 'w');
  const std::string long_word(100, 'x');
  spf::expansion made = two_records();
  made.records[0].text = "v=spf1 " + words;
  made.records[1].text = "v=spf1 " + words + ' ' + long_word;
  made.terms[0].remarks = {words, words};
  made.terms[2].remarks = {words};
  made.terms[5].granted = net::address_set{*net::ip_prefix::parse("2000::/3")};
  made.pass = net::address_set::everything(net::family::ipv4) |
              net::address_set::everything(net::family::ipv6);

  const std::string shown = spf::to_text(made, spf::colour::off);
  CAPTURE(shown);
  CHECK(is_shown(shown, "2.3e+18"));
  CHECK(is_shown(shown, "\n|  " + std::string(4, ' ') + long_word + "\n"));
  for (const std::string_view line : split(shown, '\n')) {
    if (!is_shown(line, long_word))
      CHECK(line.size() <= 80);
  }
}

TEST_CASE("to_text is printable, whatever a record says",
          "[spf][expansion_text]") {
  const auto made = expansion_of_hostile();
  REQUIRE(made.terms.at(0).in_error);
  CHECK(is_plain_text(spf::to_text(made, spf::colour::off)));
}

TEST_CASE("what a record says is escaped once, as text and as JSON",
          "[spf][expansion_text]") {
  const auto made = expansion_of_hostile();
  CHECK(is_shown(spf::to_text(made, spf::colour::off),
                 R"( in "ip4:\x1b[2J\x5c\x80" ()"));
  CHECK(is_shown(spf::to_json({made}), R"( in \"ip4:\\x1b[2J\\x5c\\x80\" ()"));
}

TEST_CASE("a term that can match nobody is told, as text and as JSON",
          "[spf][expansion_text]") {
  const auto made =
      testing::expansion_of("l.test v=spf1 redirect=m.test ip4:10.0.0.0/24 "
                            "ip4:10.0.0.1 -all a:h.test");
  const std::string text = spf::to_text(made);
  const std::string json = spf::to_json({made});
  CAPTURE(text, json);
  for (const std::string_view each :
       {"not followed: the record has an all",
        "nobody whom it names gets here: terms before it decide",
        "nobody gets here: an all stands before it"}) {
    CHECK(is_shown(text, "! " + std::string{each}));
    CHECK(is_shown(json, '"' + std::string{each} + '"'));
  }
}

TEST_CASE("colour adds SGR sequences and changes no text",
          "[spf][expansion_text]") {
  const std::string coloured = spf::to_text(two_records(), spf::colour::on);
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b')
      i = coloured.find('m', i);
    else
      plain += coloured[i];
  }
  CHECK(plain == spf::to_text(two_records()));
  CHECK(plain != coloured);
}

TEST_CASE("to_text shows each term of any tree once, and all networks",
          "[spf][expansion_text]") {
  std::mt19937 random{1};
  for (int round = 0; round < 50; ++round) {
    spf::expansion made;
    made.domain = name_of("top.example");
    made.records = {record_of("top.example")};
    for (unsigned i = 0; i < 30; ++i) {
      const std::size_t record = random() % made.records.size();
      const std::string number = std::to_string(100 + i);
      if (random() % 3 == 0) {
        const std::string inner = "r" + number + ".example";
        made.terms.push_back(term_of(record, "include:" + inner));
        made.records.push_back(record_of(inner, i));
      } else {
        made.terms.push_back(term_of(record, "term" + number));
      }
      made.terms.back().remarks = {"remark" + number};
      made.pass |= net::address_set{net::ip_prefix::containing(
          net::ip_address::ipv4(static_cast<std::uint32_t>(random())), 24)};
    }
    const std::string shown = spf::to_text(made, spf::colour::off);
    CAPTURE(shown);
    for (const spf::term_visit& term : made.terms) {
      for (const std::string& text : {term.text, term.remarks.front()}) {
        const auto at = shown.find(text);
        REQUIRE(at != std::string::npos);
        REQUIRE(shown.find(text, at + 1) == std::string::npos);
      }
    }
    for (const net::ip_prefix& network : made.pass.to_prefixes())
      REQUIRE(is_shown(shown, network.to_string()));
    REQUIRE(is_plain_text(shown));
  }
}

} // namespace expansion_text_test
