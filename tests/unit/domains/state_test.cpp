// Tests also: recollection, term_lines.
#include "core/domains/state.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/odd_numbers.hpp"
#include "tests/support/random_sets.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace state_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using domains::state;
using domains::state_from_json;
using domains::to_json;

namespace {

std::string random_text(std::mt19937& random) {
  std::string made;
  for (unsigned left = below(random, 40); left > 0; --left)
    made += static_cast<char>(' ' + below(random, '~' - ' ' + 1));
  return made;
}

std::chrono::sys_seconds random_time(std::mt19937& random) {
  // To the year 9999.
  return std::chrono::sys_seconds{
      std::chrono::seconds{random() * 59L + below(random, 2)}};
}

domains::finding random_finding(std::mt19937& random) {
  domains::finding made;
  const unsigned records = below(random, 4);
  for (unsigned i = 0; i < records; ++i)
    made.records.push_back(random_text(random));
  for (unsigned left = records == 0 ? 0 : below(random, 6); left > 0; --left) {
    domains::authorisation one;
    one.record = below(random, records);
    one.term = random_text(random);
    one.addresses = random_set(random, 4) - made.pass;
    one.since = random_time(random);
    if (below(random, 3) == 0)
      one.kept_for = std::chrono::seconds{below(random, 1'000'000)};
    made.pass.edit() |= one.addresses;
    made.authorised.push_back(std::move(one));
  }
  return made;
}

/// Networks of it: a prefix has no numbers of IPv4-mapped addresses.
net::address_set random_networks(std::mt19937& random) {
  return random_set(random, 4).canonical();
}

domains::growth_history random_growth(std::mt19937& random) {
  domains::growth_history made;
  if (below(random, 2) == 0) {
    made.recent = {random_networks(random), random_time(random)};
    made.before = random_networks(random);
    made.waited = random_networks(random);
  }
  for (unsigned left = below(random, 3); left > 0; --left)
    made.waiting.push_back(
        {random_networks(random), random_time(random), random_time(random)});
  return made;
}

table::residue random_residue(const dns::name& of, std::mt19937& random) {
  table::residue made{of, random_networks(random), below(random, 2) == 0,
                      below(random, 2) == 0};
  for (unsigned left = below(random, 3); left > 0; --left)
    made.named.push_back({name_of("m" + std::to_string(left) + ".example"),
                          random_networks(random)});
  return made;
}

state random_state(std::mt19937& random) {
  state made;
  made.written = random_time(random);
  for (unsigned left = below(random, 5); left > 0; --left) {
    domains::domain_state one;
    one.name = name_of("d" + std::to_string(left) + ".example");
    one.role = below(random, 2) == 0 ? role::listed : role::allowed;
    one.good = random_finding(random);
    if (below(random, 2) == 0)
      one.good_at = random_time(random);
    if (below(random, 2) == 0)
      one.changed_at = random_time(random);
    one.gone = below(random, 2) == 0;
    one.in_part = below(random, 2) == 0;
    one.failures = below(random, 4) == 0 ? std::numeric_limits<unsigned>::max()
                                         : below(random, 100);
    one.trouble = random_text(random);
    one.good.named = random_networks(random).to_prefixes();
    one.growth = random_growth(random);
    if (below(random, 2) == 0)
      one.held = domains::refusal{"growth", random(), random(),
                                  random_networks(random)};
    one.lost = random_networks(random);
    if (below(random, 2) == 0)
      one.lost_at = random_time(random);
    if (below(random, 2) == 0)
      one.waits_for_mail = random_residue(one.name, random);
    for (unsigned ages = one.waits_for_mail ? below(random, 3) : 0; ages > 0;
         --ages)
      one.mail_kept.push_back({random_networks(random), random_time(random)});
    if (one.waits_for_mail && below(random, 2) == 0)
      one.mail_at = random_time(random);
    for (unsigned terms = one.waits_for_mail ? below(random, 3) : 0; terms > 0;
         --terms)
      one.mail_terms.push_back(random_text(random));
    made.domains.push_back(std::move(one));
  }
  return made;
}

/// One of each thing, small enough to be tried octet by octet.
state small_state() {
  state made;
  made.written = beginning.wall;
  domains::domain_state& one = made.domains.emplace_back();
  one.name = name_of("a.example");
  one.good.records = {"a.example"};
  one.good.authorised = {
      {0, "ip4:45.0.0.0/24", set_of("45.0.0.0/24 2a01::/64"), beginning.wall},
      {0, "a:h", set_of("45.0.1.1/32"), beginning.wall, 90s}};
  one.good.pass = set_of("45.0.0.0/24 45.0.1.1/32 2a01::/64");
  one.good_at = beginning.wall;
  one.failures = 3;
  one.trouble = "timeout";
  one.growth.recent = {set_of("45.0.0.0/24"), beginning.wall};
  one.growth.before = set_of("45.0.0.0/25");
  one.growth.waited = set_of("45.0.0.128/25");
  one.growth.waiting = {
      {set_of("46.0.0.0/24"), beginning.wall, beginning.wall + 5s}};
  one.held = domains::refusal{"growth", 256, 4, set_of("46.0.0.0/24")};
  one.lost = set_of("47.0.0.0/24");
  one.lost_at = beginning.wall;
  one.waits_for_mail = table::residue{one.name,
                                      set_of("48.0.0.0/24 2a02::/64"),
                                      true,
                                      false,
                                      {{one.name, set_of("48.0.0.0/25")}}};
  one.mail_at = beginning.wall;
  one.mail_kept = {{set_of("48.0.0.128/25"), beginning.wall - 5s}};
  one.mail_terms = {"a.example -> ptr"};
  return made;
}

/// A text with this body and a checksum that fits.
std::string sealed(const std::string& body, const std::string& version = "4") {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  return fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{:08x}\",\n{}",
                     version, crc.checksum(), body);
}

std::string body_with(const std::string& domain) {
  return "\"written\":0,\"domains\":[" + domain + "]}\n";
}

/// A domain in which one member is `value`; without it, if that is empty.
std::string domain_with(std::string_view member, std::string_view value) {
  const std::vector<std::pair<std::string_view, std::string_view>> members{
      {"name", "\"a.example\""},
      {"role", "\"listed\""},
      {"good_at", "1"},
      {"changed_at", "null"},
      {"gone", "false"},
      {"failures", "0"},
      {"in_part", ""},
      {"trouble", "\"\""},
      {"records", "[\"a.example\"]"},
      {"terms", "\"0 1 45.0.0.0/24 : a\\n\""},
      {"named", ""},
      {"growth", ""},
      {"lost", ""},
      {"lost_at", ""},
  };
  std::string text;
  for (const auto& [key, otherwise] : members) {
    const auto used = key == member ? value : otherwise;
    if (!used.empty())
      text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", key, used);
  }
  return '{' + text + '}';
}

} // namespace

TEST_CASE("a state is read back as it was written", "[table][state]") {
  const auto same = [](const state& of) {
    const auto read = state_from_json(to_json(of));
    if (!read)
      FAIL(read.error().message);
    return *read == of;
  };
  CHECK(same({}));
  CHECK(same(small_state()));
  std::mt19937 random{5};
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    REQUIRE(same(random_state(random)));
  }
}

TEST_CASE("a record cannot make the state unreadable", "[table][state]") {
  // What is left to the second term are IPv4-mapped numbers only.
  const auto made = expansion_of("l.test v=spf1 -ip6:::fffe:0:0/96 "
                                 "ip6:::fffe:0:0/95 ip4:45.0.0.0/24 -all");
  state saved = small_state();
  saved.domains[0].good = domains::finding_of(made, {}, beginning.wall);
  REQUIRE(saved.domains[0].good.authorised.size() == 2);
  const auto read = state_from_json(to_json(saved));
  REQUIRE(read);
  CHECK(read->domains[0].good.pass == set_of("45.0.0.0/24"));
}

TEST_CASE("the text of a state is two lines of JSON and one for the domains",
          "[table][state]") {
  const std::string text = to_json(small_state());
  CHECK(text.starts_with("{\"spfblock_state\":4,\"crc32\":\""));
  CHECK(text.ends_with("}\n"));
  CHECK(text == sealed(text.substr(text.find('\n') + 1)));
}

TEST_CASE("any changed octet of a state is refused", "[table][state]") {
  const state saved = small_state();
  const std::string text = to_json(saved);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string damaged = text;
      damaged[at] = static_cast<char>(octet);
      if (damaged == text)
        continue;
      const auto read = state_from_json(damaged);
      // A blank for a line end is the same JSON.
      if (read && *read != saved)
        FAIL("octet " << at << " as " << octet);
    }
  }
}

TEST_CASE("a state that was cut off, or goes on, is refused",
          "[table][state]") {
  const std::string text = to_json(small_state());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    CAPTURE(size);
    const auto read = state_from_json(std::string_view{text}.substr(0, size));
    REQUIRE_FALSE(read);
    REQUIRE(read.error().code == errc::malformed);
  }
  CHECK_FALSE(state_from_json(text.substr(0, text.size() - 1)));
  CHECK_FALSE(state_from_json(text + text));
  CHECK_FALSE(state_from_json(text + ' '));
  CHECK_FALSE(state_from_json(text + std::string(1, '\0')));
  CHECK_FALSE(state_from_json(std::string(4096, '\0')));
}

TEST_CASE("nothing is parsed before the checksum fits", "[table][state]") {
  const std::string deep(100'000, '[');
  const auto damaged =
      state_from_json("{\"spfblock_state\":3,\"crc32\":\"00000000\",\n" + deep);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().message == "the checksum does not fit");
  const auto fitting = state_from_json(sealed("\"written\":" + deep));
  REQUIRE_FALSE(fitting);
  CHECK(fitting.error().message.starts_with("nested too deep"));
  for (const std::string& headless :
       {deep, std::string(200, '{'), std::string{"{\"spfblock_state\":3,\n"},
        std::string(99, ' ') + "{},\n"})
    CHECK_FALSE(state_from_json(headless));
}

TEST_CASE("another version is told from damage", "[table][state]") {
  const std::string body = body_with("");
  REQUIRE(state_from_json(sealed(body)));
  for (const char* version : {"0", "1", "5", "-1", "\"4\"", "null", "[4]"}) {
    CAPTURE(version);
    const auto read = state_from_json(sealed(body, version));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::out_of_range);
  }
}

TEST_CASE("the states of the versions before are read", "[table][state]") {
  for (const char* version : {"2", "3"}) {
    CAPTURE(version);
    const auto read =
        state_from_json(sealed(body_with(domain_with("", "")), version));
    REQUIRE(read);
    CHECK(read->domains.at(0).good.authorised.at(0).kept_for == 0s);
    CHECK_FALSE(read->domains.at(0).in_part);
    CHECK(read->domains.at(0).growth == domains::growth_history{});
    CHECK(read->domains.at(0).lost.empty());
  }
}

TEST_CASE("what is kept is no younger after it was saved", "[table][state]") {
  state made = small_state();
  made.domains[0].good.authorised[1].kept_for = 1ns;
  const auto read = state_from_json(to_json(made));
  REQUIRE(read);
  CHECK(read->domains.at(0).good.authorised.at(1).kept_for == 1s);
}

TEST_CASE("what passes the checksum is still checked", "[table][state]") {
  REQUIRE(state_from_json(sealed(body_with(domain_with("", "")))));
  struct row {
    std::string_view member;
    std::vector<std::string> values; ///< none of them is right
  };
  const std::string huge(300, 'x');
  const std::vector<row> rows{
      {"name",
       {"", "1", "\"\\u0000\"", "\"a..b\"", "\"A.example\"",
        "\"" + huge + ".example\""}},
      {"role", {"", "0", "\"\"", "\"other\""}},
      {"good_at",
       {"", "-1", "1.5", "1e300", "\"1\"", "true", "253402300800",
        "18446744073709551615", "1e999"}},
      {"changed_at", {"", "-1", "[]", "9223372036854775807"}},
      {"gone", {"", "0", "null", "\"false\""}},
      {"in_part", {"0", "null", "\"false\""}},
      {"failures", {"", "-1", "1.5", "true", "4294967296", "null"}},
      {"trouble", {"", "1", "\"\\n\"", "\"\\u001b[0m\"", "\"\\u00e4\""}},
      {"records", {"", "[1]", "[\"\\n\"]", "[]", "[[\"a\"]]"}},
      {"terms",
       {"",
        "1",
        "[]",
        "null",
        R"("0 1\n")",
        R"("0 1 45.0.0.0/24\n")",
        R"("0 1 45.0.0.0/24 :\n")",
        R"("0 1 45.0.0.0/24 : a")",
        R"("0 1 45.0.0.0/24 a\n")",
        R"("\n")",
        R"("1 1 45.0.0.0/24 : a\n")",
        R"("-1 1 45.0.0.0/24 : a\n")",
        R"("0.5 1 45.0.0.0/24 : a\n")",
        R"("18446744073709551616 1 45.0.0.0/24 : a\n")",
        R"(" 1 45.0.0.0/24 : a\n")",
        R"("0 1 45.0.0.0/24 : \u0007\n")",
        R"("0 -1 45.0.0.0/24 : a\n")",
        R"("0 253402300800 45.0.0.0/24 : a\n")",
        R"("0 1 45.0.0.0/33 : a\n")",
        R"("0 1 45.0.0.1/24 : a\n")",
        R"("0 1 x : a\n")",
        R"("0 1+ 45.0.0.0/24 : a\n")",
        R"("0 1+-1 45.0.0.0/24 : a\n")",
        R"("0 1+1+1 45.0.0.0/24 : a\n")",
        R"("0 1+18446744073709551615 45.0.0.0/24 : a\n")",
        R"("0 +1 45.0.0.0/24 : a\n")",
        R"("0 1  : a\n")"}},
      {"named", {"1", "null", "\"45.0.0.0/33\"", "\"x\"", "\" 45.0.0.0/24\""}},
      {"lost", {"1", "null", "\"45.0.0.1/24\"", "\"45.0.0.0/24  \""}},
      {"lost_at", {"-1", "\"1\"", "253402300800"}},
      {"growth",
       {"1", "null", R"("\n")", R"("other 45.0.0.0/24\n")", R"("recent\n")",
        R"("recent -1 45.0.0.0/24\n")", R"("recent 45.0.0.0/24\n")",
        R"("recent 253402300800\n")", R"("before x\n")",
        R"("waited 45.0.0.0/33\n")", R"("waiting 1 45.0.0.0/24\n")",
        R"("waiting 1 x 45.0.0.0/24\n")", R"("held 1 45.0.0.0/24\n")",
        R"("held 1 -2 45.0.0.0/24\n")", R"("held 18446744073709551616 1\n")"}},
  };
  for (const row& each : rows) {
    for (const std::string& value : each.values) {
      CAPTURE(each.member, value);
      const auto read =
          state_from_json(sealed(body_with(domain_with(each.member, value))));
      CHECK_FALSE(read);
      if (!read)
        CHECK(read.error().code == errc::malformed);
    }
  }
  for (const char* body :
       {"\"domains\":[]}\n", "\"written\":0}\n", "\"written\":0,\"domains\":1}",
        "\"written\":-1,\"domains\":[]}\n", "\"written\":0,\"domains\":[1]}\n"})
    CHECK_FALSE(state_from_json(sealed(body)));
}

TEST_CASE("what is wrong in a state is told with its place, and the first",
          "[table][state]") {
  const std::string good = domain_with("", "");
  const auto read = state_from_json(
      sealed(body_with(good + ",\n" + domain_with("gone", "0") + ",\n" +
                       domain_with("role", "\"other\""))));
  REQUIRE_FALSE(read);
  CHECK(read.error().message ==
        "/domains/1/gone: found 0 (expected true or false)");
}

TEST_CASE("a list of domains that is given twice is refused",
          "[table][state]") {
  const std::string list = "\"domains\":[" + domain_with("", "") + "]";
  REQUIRE(state_from_json(sealed("\"written\":0," + list + "}\n")));
  for (const std::string& second : {list, std::string{"\"domains\":[]"}})
    CHECK_FALSE(state_from_json(
        sealed("\"written\":0," + list + "," + second + "}\n")));
}

TEST_CASE("nothing that is JSON, or not, makes reading a state fail otherwise",
          "[table][state]") {
  for (const std::string& text :
       {std::string{}, std::string{"\n"}, std::string{"{}\n"},
        std::string{"[]\n"}, std::string{"null\n"}, std::string{"\xff\xfe\n"},
        std::string(100'000, '['), std::string(100'000, '{') + '\n',
        "{\"spfblock_state\":2}\n" + std::string{}}) {
    const auto read = state_from_json(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
  }
}

TEST_CASE("no odd number in a state is taken, wherever it stands",
          "[table][state]") {
  const auto body = body_with(domain_with("", ""));
  for (const odd_text& each : each_replaced(body, refused_numbers)) {
    CAPTURE(each.key, each.value);
    const auto read = state_from_json(sealed(each.text));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == errc::malformed);
  }
  for (const odd_text& each : each_replaced(body, odd_values)) {
    CAPTURE(each.key, each.value);
    const auto read = state_from_json(sealed(each.text));
    CHECK((read || read.error().code == errc::malformed));
  }
  for (const std::string_view number : refused_numbers)
    CHECK_FALSE(state_from_json(sealed(body, std::string{number})));
}

TEST_CASE("state: what the mail decides may lack, and so may a reader that "
          "knows it",
          "[table][state]") {
  // Written by a program that does not know it.
  const std::string with = to_json(small_state());
  const auto body = with.substr(with.find("\"written\""));
  const auto begin = body.find("\"mail_addresses\"");
  REQUIRE(begin != std::string::npos);
  const std::string without =
      body.substr(0, begin) + body.substr(body.find("\"name\":\"a.example\""));
  const auto read = state_from_json(sealed(without));
  REQUIRE(read);
  CHECK_FALSE(read->domains[0].waits_for_mail);
  CHECK(read->domains[0].good == small_state().domains[0].good);
  // And by one that knows more.
  std::string more = body;
  more.insert(begin, "\"mail_more\":[{\"x\":1}],");
  const auto known = state_from_json(sealed(more));
  REQUIRE(known);
  CHECK(*known == small_state());
}

TEST_CASE("state: a name with octets that a text has not is not kept",
          "[table][state]") {
  state made = small_state();
  auto& named = made.domains[0].waits_for_mail->named;
  named.push_back({name_of("\x01.a.example"), set_of("48.0.0.0/24")});
  const auto read = state_from_json(to_json(made));
  REQUIRE(read);
  CHECK(read->domains[0].waits_for_mail->named.size() == 1);
}

} // namespace state_test
