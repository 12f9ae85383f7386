#include "core/page/asked.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <string>
#include <string_view>
#include <variant>

namespace asked_test {

using namespace spfblock;

namespace {

/// What a question is about, in words.
std::string about(std::string_view text) {
  const auto question = page::read_question(text);
  if (const auto* address = std::get_if<net::ip_address>(&question.about))
    return address->to_string();
  if (const auto* name = std::get_if<dns::name>(&question.about))
    return "domain " + name->to_string();
  return "nothing";
}

} // namespace

TEST_CASE("read_question finds the address, or the domain, in what is pasted",
          "[page][asked]") {
  struct row {
    std::string_view text;
    std::string_view about;
  };
  const auto given = GENERATE(values<row>({
      {"", "nothing"},
      {"  \t", "nothing"},
      {"192.0.2.7", "192.0.2.7"},
      {" 192.0.2.7\n", "192.0.2.7"},
      {"2001:DB8::1", "2001:db8::1"},
      {"[2001:db8::1]", "2001:db8::1"},
      {"[IPv6:2001:db8::1]", "2001:db8::1"},
      {"::ffff:192.0.2.7", "192.0.2.7"},
      {"192.0.2.0/24", "192.0.2.0"},
      {"unknown[103.232.203.73]", "103.232.203.73"},
      {"postfix/smtpd[4711]: NOQUEUE: reject: RCPT from "
       "mail.example[192.0.2.7]: 554 5.7.1 <mail.example[192.0.2.7]>: Client "
       "host rejected: listed; from=<a@b.example> to=<c@d.example>",
       "192.0.2.7"},
      {"your host (192.0.2.7) is blocked.", "192.0.2.7"},
      {"blocked: 192.0.2.7.", "192.0.2.7"},
      {"Spam.Example", "domain spam.example"},
      {"user@Spam.Example", "domain spam.example"},
      {"\u00fc@M\u00fcller.Example", "domain xn--mller-kva.example"},
      {"m\xfcller.example", "nothing"},
      {"<user@spam.example>", "domain spam.example"},
      {"spam.example.", "domain spam.example"},
      {".", "nothing"},
      {"two words", "nothing"},
      {"a..b", "nothing"},
      {"[", "nothing"},
      {"][", "nothing"},
      {"<script>alert(1)</script>", "nothing"},
  }));
  CAPTURE(given.text);
  CHECK(about(given.text) == given.about);
}

TEST_CASE("read_question takes any octets, and keeps them as they are but for "
          "blanks at the ends",
          "[page][asked]") {
  std::mt19937 random{1};
  constexpr std::string_view likely = "1290.:[]/@ <a>%\xff";
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto left = random() % 40; left > 0; --left)
      text += likely[random() % likely.size()];
    const auto question = page::read_question(text);
    REQUIRE(text.find(question.text) != std::string::npos);
  }
}

} // namespace asked_test
