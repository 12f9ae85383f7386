// Tests also: placeholder.
#include "core/table/action.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>
#include <vector>

namespace action_test {

using spfblock::errc;
using spfblock::net::ip_address;
using spfblock::net::ip_prefix;
using spfblock::table::action;

namespace {

const std::vector<std::string> classes{"greylist", "strict_checks"};

const ip_address client = *ip_address::try_parse("192.0.2.7");
const ip_prefix network = *ip_prefix::parse("192.0.2.0/24");

std::string reply_of(std::string_view text,
                     std::string_view domain = "spam.example") {
  const auto parsed = action::parse(text, classes);
  REQUIRE(parsed);
  std::string out;
  parsed->bind(domain).append_reply(out, client, network);
  return out;
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += piece;
  return text;
}

/// Undoes tcp_table(5)'s encoding, obviously.
std::string decoded(std::string_view reply) {
  std::string text;
  for (std::size_t i = 0; i < reply.size(); ++i) {
    if (reply[i] != '%') {
      text += reply[i];
      continue;
    }
    const std::string hex{reply.substr(i + 1, 2)};
    text += static_cast<char>(std::stoi(hex, nullptr, 16));
    i += 2;
  }
  return text;
}

} // namespace

TEST_CASE("action::parse takes what access(5) understands", "[table][action]") {
  const auto text = GENERATE(values<std::string>({
      "OK",
      "OK whatever",
      "REJECT",
      "reject",
      "REJECT ",
      "REJECT listed in the SPF record of {domain}",
      "REJECT 5.7.1 see https://example.org/?a={address}",
      "REJECT 100% spam",
      "REJECT pourriel d\xc3\xa9tect\xc3\xa9",
      "DEFER",
      "DEFER_IF_REJECT",
      "DEFER_IF_PERMIT later",
      "WARN spfblock: {domain}",
      "HOLD",
      "HOLD {network}",
      "DISCARD",
      "INFO listed",
      "PREPEND X-Spfblock: {domain} {network} {address}",
      "PREPEND X-Spfblock:",
      "PREPEND X-Spfblock : yes",
      "PREPEND  {domain}: listed",
      "prepend x!/_: y",
      "REDIRECT postmaster@example.org",
      "REDIRECT {domain}@example.org",
      "FILTER smtp:[127.0.0.1]:10025",
      "FILTER smtp:",
      "BCC abuse@example.org",
      "REJECT since {since} {} { x} {a.b} {a b} }{ {",
      "DUNNO",
      "Dunno ignored text",
      "450 try later",
      "550 5.7.1 no",
      "599 no",
      "421 4.7.1 bye",
      "greylist",
      "strict_checks",
  }));
  CAPTURE(text);

  const auto parsed = action::parse(text, classes);

  REQUIRE(parsed);
  CHECK(parsed->text() == text);
}

TEST_CASE("action::parse says what is wrong, where, and what was expected",
          "[table][action]") {
  struct row {
    std::string text;
    std::size_t offset;
    const char* message;
  };
  const auto [text, offset, message] = GENERATE(values<row>({
      {"", 0, R"(unknown action "" (expected OK, REJECT, )"},
      {" REJECT", 0, R"(unknown action " REJECT" (expected OK, )"},
      {"REJEKT", 0, R"(unknown action "REJEKT" (expected OK, )"},
      {"REJECT: no", 0, "unknown action "},
      {"{domain}", 0, "unknown action "},
      {"REJECT{domain}", 0, "unknown action "},
      {"DUNNO, REJECT", 0, R"(unknown action "DUNNO, REJECT" (expected )"},
      {"see http://x", 0, R"(unknown action "see http://x" (expected )"},
      {"127.0.0.2", 0, "unknown action "},
      {"permit", 0, "unknown action "},
      {"HANGUP", 0, "unknown action "},
      {"RELAY", 0, "unknown action "},
      {"200", 0, "unknown action "},
      {"250 ok", 0, "unknown action "},
      {"55 no", 0, "unknown action "},
      {"5500 no", 0, "unknown action "},
      {"5x0 no", 0, "unknown action "},
      {"350 no", 0, "unknown action "},
      {"650 no", 0, "unknown action "},
      {"550", 0,
       R"("550" without a text, which Postfix takes for OK (expected 550 )"
       "and a text)"},
      {"550 ", 0, R"("550 " without a text, which Postfix takes for OK )"},
      {"450  ", 0, R"("450  " without a text, which Postfix takes for OK )"},
      {"PREPEND", 0,
       R"("PREPEND", which Postfix warns of and passes over )"
       "(expected PREPEND header: text)"},
      {"redirect ", 0,
       R"("redirect ", which Postfix warns of and passes over )"
       "(expected REDIRECT user@domain)"},
      {"FILTER", 0,
       R"("FILTER", which Postfix warns of and passes over )"
       "(expected FILTER transport:destination)"},
      {"BCC", 0,
       R"("BCC", which Postfix warns of and passes over )"
       "(expected BCC user@domain)"},
      {"PREPEND X-Spf-Block", 0, R"("PREPEND X-Spf-Block", which Postfix )"},
      {"PREPEND {network}", 0, R"("PREPEND {network}", which Postfix )"},
      {"PREPEND two words: x", 0, R"("PREPEND two words: x", which )"},
      {"PREPEND : x", 0, R"("PREPEND : x", which Postfix )"},
      {"PREPEND \xc3\xa9: x", 0, R"("PREPEND \xc3\xa9: x", which Postfix )"},
      {"REDIRECT postmaster", 0, R"("REDIRECT postmaster", which Postfix )"},
      {"BCC abuse", 0, R"("BCC abuse", which Postfix )"},
      {"FILTER spamfilter", 0, R"("FILTER spamfilter", which Postfix )"},
      // Of IPv4 addresses that would be nothing.
      {"FILTER {address}", 0, R"("FILTER {address}", which Postfix )"},
      {"REJECT listed by {domian}", 17,
       R"(unknown placeholder "{domian}" in "REJECT listed by {domian}" )"
       "(expected {domain}, {network}, {address} or {since})"},
      {"REJECT {Domain}", 7, R"(unknown placeholder "{Domain}" in )"},
      {"WARN {domain} {ip4-net_1}", 14,
       R"(unknown placeholder "{ip4-net_1}" in )"},
      {"WARN {{x}}", 6, R"(unknown placeholder "{x}" in )"},
      {"Greylist", 0, R"(unknown action "Greylist" (expected )"},
      {"greylist now", 8,
       R"(text after the restriction class in "greylist now" (expected )"
       R"("greylist" alone))"},
      {"REJECT a\nb", 8,
       R"(control character in "REJECT a\x0ab" (expected a line of )"
       "printable text)"},
      {"REJECT\tno", 6, "control character in "},
      {"REJECT \x7f", 7, "control character in "},
      {"REJECT \xc2\x80", 7, "control character in "},
      {"REJECT \xc2\x9f", 7, "control character in "},
      {std::string("REJECT \0", 8), 7, "control character in "},
      {"REJECT \xff", 7,
       R"(not UTF-8 in "REJECT \xff" (expected valid UTF-8))"},
      {"REJECT \xe9t\xe9", 7, "not UTF-8 in "},        // Latin-1
      {"REJECT \xc3", 7, "not UTF-8 in "},             // cut short
      {"REJECT \xe2\x82 x", 7, "not UTF-8 in "},       // cut short within
      {"REJECT \x80", 7, "not UTF-8 in "},             // continuation alone
      {"REJECT \xc1\xbf", 7, "not UTF-8 in "},         // overlong
      {"REJECT \xe0\x9f\xbf", 7, "not UTF-8 in "},     // overlong
      {"REJECT \xf0\x8f\xbf\xbf", 7, "not UTF-8 in "}, // overlong
      {"REJECT \xed\xa0\x80", 7, "not UTF-8 in "},     // surrogate
      {"REJECT \xed\xbf\xbf", 7, "not UTF-8 in "},     // surrogate
      {"REJECT \xf4\x90\x80\x80", 7, "not UTF-8 in "}, // over U+10FFFF
      {"REJECT \xf8\x88\x80\x80\x80", 7, "not UTF-8 in "},
  }));
  CAPTURE(text);

  const auto parsed = action::parse(text, classes);

  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::malformed);
  CHECK(parsed.error().offset == offset);
  CHECK_THAT(parsed.error().message, Catch::StartsWith(message));
  CHECK_THAT(parsed.error().message, Catch::EndsWith(")"));
}

TEST_CASE("action::parse takes every code point at the edges of UTF-8's forms",
          "[table][action]") {
  const auto text = GENERATE(values<std::string>({
      "REJECT \xc2\xa0",
      "REJECT \xdf\xbf",
      "REJECT \xe0\xa0\x80",
      "REJECT \xed\x9f\xbf",
      "REJECT \xee\x80\x80",
      "REJECT \xef\xbf\xbf",
      "REJECT \xf0\x90\x80\x80",
      "REJECT \xf4\x8f\xbf\xbf",
  }));
  CAPTURE(text);
  CHECK(action::parse(text));
}

TEST_CASE("action::parse knows no restriction class unless it is told",
          "[table][action]") {
  CHECK(action::parse("greylist", {"greylist"}));
  CHECK_FALSE(action::parse("greylist"));
}

TEST_CASE("action::parse takes 400 octets and no more", "[table][action]") {
  const std::string longest = "REJECT " + std::string(393, 'x');
  REQUIRE(longest.size() == spfblock::table::longest_access_result);
  CHECK(action::parse(longest));
  const auto parsed = action::parse(longest + "x");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message == R"(401 octets long: "REJECT )" +
                                      std::string(33, 'x') +
                                      R"(..." (expected at most 400))");
}

TEST_CASE("action: a reply has the values filled in, encoded, and one LF",
          "[table][action]") {
  struct row {
    std::string text;
    std::string reply;
  };
  const auto [text, reply] = GENERATE(values<row>({
      {"REJECT", "200 REJECT\n"},
      {"reject", "200 reject\n"},
      {"greylist", "200 greylist\n"},
      {"550 5.7.1 no", "200 550 5.7.1 no\n"},
      {"REJECT {domain}", "200 REJECT spam.example\n"},
      {"REJECT {domain}!", "200 REJECT spam.example!\n"},
      {"WARN {address} in {network} of {domain}",
       "200 WARN 192.0.2.7 in 192.0.2.0/24 of spam.example\n"},
      {"WARN {address}{address}{domain}{network}",
       "200 WARN 192.0.2.7192.0.2.7spam.example192.0.2.0/24\n"},
      {"INFO {} {a b} {x. {domain {{domain}} }{",
       "200 INFO {} {a b} {x. {domain {spam.example} }{\n"},
      {"REJECT since {since}", "200 REJECT since -\n"},
      {"REJECT 100% {domain}", "200 REJECT 100%25 spam.example\n"},
      {"REJECT %41", "200 REJECT %2541\n"},
      {"REJECT d\xc3\xa9j\xc3\xa0", "200 REJECT d%C3%A9j%C3%A0\n"},
      {"REJECT \"a\\b\" ~", "200 REJECT \"a\\b\" ~\n"},
  }));
  CAPTURE(text);
  CHECK(reply_of(text) == reply);
}

TEST_CASE("action: a domain is encoded, never read again, and cut at 253",
          "[table][action]") {
  CHECK(reply_of("REJECT {domain}", "a%b\n{address}\xff") ==
        "200 REJECT a%25b%0A{address}%FF\n");
  CHECK(reply_of("REJECT {domain}", std::string(253, 'a')) ==
        "200 REJECT " + std::string(253, 'a') + "\n");
  CHECK(reply_of("REJECT {domain}", std::string(254, 'a')) ==
        "200 REJECT " + std::string(253, 'a') + "\n");
  CHECK(reply_of("REJECT {domain}", std::string(251, 'a') + "%%") ==
        "200 REJECT " + std::string(251, 'a') + "\n");
  CHECK(reply_of("REJECT {domain}", std::string(250, 'a') + "%%") ==
        "200 REJECT " + std::string(250, 'a') + "%25\n");
}

TEST_CASE("action: binding again changes nothing, a copy is as good",
          "[table][action]") {
  const auto once = action::parse("REJECT {domain} {address}")->bind("a.test");
  const auto twice = once.bind("b.test");
  std::string first;
  std::string second;
  once.append_reply(first, client, network);
  twice.append_reply(second, client, network);
  CHECK(first == "200 REJECT a.test 192.0.2.7\n");
  CHECK(second == first);
  CHECK(once.text() == "REJECT {domain} {address}");
  CHECK(once == *action::parse("REJECT {domain} {address}"));
  CHECK_FALSE(once == *action::parse("REJECT {domain}"));
}

TEST_CASE("action: a reply is appended to what stands there",
          "[table][action]") {
  std::string out = "500 not listed\n";
  action::parse("HOLD")->bind("a.test").append_reply(out, client, network);
  CHECK(out == "500 not listed\n200 HOLD\n");
}

TEST_CASE("action: no reply is over 4096 octets, whatever is filled in",
          "[table][action]") {
  const std::string domain(300, 'd');
  const auto address =
      *ip_address::try_parse("2001:db8:1111:2222:3333:4444:5555:6666");
  const auto host = ip_prefix::containing(address, 128);
  const std::string filler =
      GENERATE(std::string{"{domain}"}, std::string{"{network}"},
               std::string{"{address}"}, std::string{"\xc3\xa9"},
               std::string{"%"}, std::string{"{domain}%"});
  std::size_t accepted = 0;
  for (std::size_t count = 0; count <= 393 / filler.size(); ++count) {
    const auto text = "REJECT " + repeated(filler, count);
    const auto parsed = action::parse(text);
    if (!parsed) {
      CHECK_THAT(parsed.error().message,
                 Catch::StartsWith("too many placeholders in "));
      continue;
    }
    ++accepted;
    std::string out;
    parsed->bind(domain).append_reply(out, address, host);
    REQUIRE(out.size() <= 4096);
    REQUIRE(out.find('\n') == out.size() - 1);
  }
  CAPTURE(filler);
  CHECK(accepted >= 16);
}

TEST_CASE("action: the last {domain} that fits is the sixteenth",
          "[table][action]") {
  // 4 + 7 + 16 * 253 + 1 = 4060
  CHECK(action::parse("REJECT " + repeated("{domain}", 16) +
                      std::string(36, 'x')));
  CHECK_FALSE(action::parse("REJECT " + repeated("{domain}", 16) +
                            std::string(37, 'x')));
}

TEST_CASE("action: what Postfix decodes is the text with the values",
          "[table][action][random]") {
  const auto seed = GENERATE(range(0U, 10U));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const std::vector<std::string> pieces{
      "{domain}",        "{network}", "{address}", "%", "%41",
      "\xc3\xa9",        " ",         "{",         "}", "x.",
      "\xf0\x9f\x93\xab"};
  const std::vector<std::string> values{"spam.example", "192.0.2.0/24",
                                        "192.0.2.7"};
  for (int round = 0; round < 200; ++round) {
    std::string text = "REJECT ";
    std::string expected = "200 REJECT ";
    for (auto left = random() % 12; left > 0; --left) {
      const auto chosen = random() % pieces.size();
      text += pieces[chosen];
      expected += chosen < values.size() ? values[chosen] : pieces[chosen];
    }
    CAPTURE(text);
    const auto reply = reply_of(text);
    REQUIRE(decoded(reply) == expected + "\n");
    for (const char c : reply.substr(0, reply.size() - 1))
      REQUIRE((c >= ' ' && c <= '~'));
  }
}

TEST_CASE("action: filled() is the text with the values, not encoded",
          "[table][action]") {
  const auto filled = [&](const std::string& text) {
    return action::parse(text)->bind("a%41.example").filled(network, "CLIENT");
  };
  CHECK(filled("REJECT") == "REJECT");
  CHECK(filled("REJECT 100% \xc3\xa9 %41 {x.}") ==
        "REJECT 100% \xc3\xa9 %41 {x.}");
  CHECK(filled("WARN {address}{network} {domain}{address}") ==
        "WARN CLIENT192.0.2.0/24 a%41.exampleCLIENT");
}

TEST_CASE("action: blocks what Postfix takes no mail from", "[table][action]") {
  for (const char* text : {"REJECT", "reject x", "Defer", "DEFER_IF_PERMIT x",
                           "DISCARD", "450 later", "550 5.7.1 no"}) {
    CAPTURE(text);
    CHECK(action::parse(text)->blocks());
  }
  for (const char* text :
       {"OK", "DUNNO", "WARN reject", "HOLD", "INFO", "DEFER_IF_REJECT",
        "PREPEND X: 550", "FILTER x:y", "BCC a@b.example",
        "REDIRECT a@b.example", "550", "some_class"}) {
    CAPTURE(text);
    CHECK_FALSE(action::parse(text, {"550", "some_class"})->blocks());
  }
}

TEST_CASE("action: the day since which is put in where the listing is bound",
          "[table][action]") {
  const auto parsed = action::parse("REJECT {domain} since {since}");
  CHECK(parsed->tells_since());
  CHECK_FALSE(action::parse("REJECT {domain}")->tells_since());
  CHECK(parsed->bind("a.example", "2026-11-24").filled(network, "") ==
        "REJECT a.example since 2026-11-24");
  CHECK(parsed->bind("a.example").filled(network, "") ==
        "REJECT a.example since -");
}

TEST_CASE("action: of all of a network the address is the network, or the only "
          "one in it",
          "[table][action]") {
  const auto bound = action::parse("WARN {address} in {network}")->bind("a");
  CHECK(bound.filled(network) == "WARN 192.0.2.0/24 in 192.0.2.0/24");
  CHECK(bound.filled(*ip_prefix::parse("2001:db8::1")) ==
        "WARN 2001:db8::1 in 2001:db8::1/128");
}

} // namespace action_test
