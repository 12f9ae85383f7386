// Tests also: address_words, domain_words.
#include "core/page/address_words.hpp"
#include "core/page/front_page.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace front_page_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using page::front_page;
using page::to_html;

namespace {

constexpr std::string_view around =
    "<h><!--health--></h><i "
    "value=\"<!--asked-->\"><!--answer--><!--trouble-->.";

bool has(const std::string& html, std::string_view what) {
  INFO(html);
  INFO(what);
  const bool found = html.find(what) != std::string::npos;
  CHECK(found);
  return found;
}

/// The page that answers a question about an address of `world`.
front_page about(const char* address, const book_fixture& world) {
  front_page made;
  made.at = world.now.wall;
  made.brief = "1 domain: 1 fresh";
  made.question = page::read_question(address);
  page::address_answer answer;
  answer.why = reports::explain(std::get<net::ip_address>(made.question.about),
                                table::snapshot{world.book.listings()},
                                world.book, world.now);
  answer.hits.assign(answer.why.reasons.size(), 12);
  made.answer = std::move(answer);
  return made;
}

book_fixture one() {
  book_fixture world{settings_of({"a.example"})};
  world.settle_next(expanded("a.example", "192.0.2.0/24"));
  return world;
}

} // namespace

TEST_CASE("front_page: nothing was asked, and all is well",
          "[page][front_page]") {
  front_page made;
  made.brief = "3 domains: 3 fresh";
  CHECK(to_html(made, around) ==
        "<h><strong class=\"good\">All is well</strong> <span>3 domains: 3 "
        "fresh</span></h><i value=\"\">.");
}

TEST_CASE("front_page: it says what is wrong, and with which domains",
          "[page][front_page]") {
  front_page made;
  made.concern = "it could be better";
  has(to_html(made, around), "Well, but</strong> <span>it could be better<");
  made.problem = "no table <yet>";
  reports::domain_status failing;
  failing.name = "bad.example";
  failing.condition = reports::domain_condition::failing;
  failing.trouble = "bad.example TXT: SERVFAIL";
  made.in_trouble = {failing};
  made.more_in_trouble = 3;
  const auto html = to_html(made, around);
  has(html, "Not well</strong> <span>no table &lt;yet&gt;<");
  has(html, "href=\"/?address=bad.example\"");
  has(html, "bad.example TXT: SERVFAIL");
  has(html, "And 3 more:");
}

TEST_CASE("front_page: a listed address with its chain, since when, how often, "
          "and what to type",
          "[page][front_page]") {
  auto world = one();
  world.pass(25h);
  const auto html = to_html(about("192.0.2.7", world), around);
  has(html, "data-address=\"192.0.2.7\" data-listing=\"a.example\"");
  has(html, "Listed</span> <code>192.0.2.7</code> by <code>a.example</code>");
  has(html, "<li><code>a.example</code></li><li><code>ip4:192.0.2.0/24<");
  has(html, "2026-11-24 00:00 UTC</time>, 25h ago");
  has(html, "<dd>12 since the server started</dd>");
  has(html, "<code>REJECT a.example</code>");
  has(html, "grep -F &#39;[192.0.2.7]&#39; /var/log/mail.log");
  has(html, "spfblock allow 192.0.2.7 --comment");
}

TEST_CASE("front_page: an address that is not listed, and what keeps it off",
          "[page][front_page]") {
  auto settings = settings_of({"a.example"});
  settings.allow.networks = {{*net::ip_prefix::parse("192.0.2.7/32")}};
  book_fixture world{settings};
  world.settle_next(expanded("a.example", "192.0.2.0/24"));
  const auto allowed = to_html(about("192.0.2.7", world), around);
  has(allowed, "Not listed</span> <code>192.0.2.7</code>");
  has(allowed, "allowed by network 192.0.2.7/32");
  const auto unknown = to_html(about("203.0.113.1", world), around);
  has(unknown, "No listed domain authorises it");
  CHECK(unknown.find("spfblock allow") == std::string::npos);
}

TEST_CASE("front_page: what is asked, and what the DNS says, is text",
          "[page][front_page]") {
  front_page made;
  made.question =
      page::read_question("\"><script>alert(1)</script><!--trouble-->");
  const auto html = to_html(made, around);
  has(html, "value=\"&quot;&gt;&lt;script&gt;");
  has(html, "No address or domain in it");
  CHECK(html.find("<script") == std::string::npos);

  page::domain_answer answer;
  answer.status.name = "a.example";
  answer.status.comment = "<b>\xe2\x80\xae";
  answer.tree.step = "<img src=x>";
  answer.tree.terms.push_back({"ip4:<i>", 1, {}, false});
  made.answer = answer;
  const auto domain = to_html(made, around);
  has(domain, "<dd>&lt;b&gt;\\u{202e}</dd>");
  has(domain, "&lt;img src=x&gt;");
  has(domain, "ip4:&lt;i&gt;");
}

TEST_CASE("front_page: a name that is not configured, and a provider",
          "[page][front_page]") {
  front_page made;
  made.question = page::read_question("new.example");
  made.answer = std::get<dns::name>(made.question.about);
  has(to_html(made, around), "new.example is not configured");
  page::provider_answer provider;
  provider.tree.step = "sender.example";
  made.answer = provider;
  has(to_html(made, around), "Allowed provider</span> <code>sender.example<");
}

TEST_CASE("shell_word: a word stays one, whatever is in it",
          "[page][front_page]") {
  CHECK(page::shell_word("a-b.example") == "a-b.example");
  CHECK(page::shell_word("a;rm -r ~") == "'a;rm -r ~'");
  CHECK(page::shell_word("it's") == "'it'\\''s'");
  CHECK(page::shell_word("-x") == "'-x'");
  CHECK(page::shell_word("") == "''");
}

} // namespace front_page_test
