// Tests also: figures, listing_events, settling.
#include "core/domains/domain_book.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace domain_book_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;
using spf::on_permerror;

TEST_CASE("new domains are due at once, in order, and taken once",
          "[table][domain_book]") {
  book_fixture f{settings_of({"b.example", "a.example", "c.example"})};
  CHECK(f.book.next_due(f.now) == f.now.steady);
  CHECK(f.published().empty());
  CHECK(f.book.expanding() == 0);

  CHECK(f.take_due() == "b.example a.example c.example");
  CHECK(f.take_due().empty());
  CHECK(f.book.expanding() == 3);
  CHECK_FALSE(f.book.next_due(f.now));
}

TEST_CASE("a book without domains has nothing to do", "[table][domain_book]") {
  domain_book untouched;
  CHECK(untouched.take_due(beginning).empty());
  CHECK_FALSE(untouched.next_due(beginning));
  CHECK(untouched.listings().empty());

  book_fixture f{settings_of({})};
  CHECK(f.take_due().empty());
  CHECK_FALSE(f.book.next_due(f.now));
}

TEST_CASE("a domain is expanded by its own rules and limits",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.domains[0].on_permerror = on_permerror::skip;
  settings.domains[0].limits.edit().widest_ipv4 = 20;
  settings.domains[0].limits.edit().widest_ipv6 = std::nullopt;
  settings.domains[0].limits.edit().dns_queries = 7;
  settings.domains[0].limits.edit().depth = 3;
  settings.domains[1].on_permerror = on_permerror::list_void;
  book_fixture f{settings};

  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 2);
  CHECK(due[0].domain == name_of("a.example"));
  CHECK(due[0].role == role::listed);
  CHECK(due[0].by.on_permerror == on_permerror::skip);
  CHECK(due[0].by.widest_ipv4 == 20U);
  CHECK_FALSE(due[0].by.widest_ipv6);
  CHECK(due[0].by.dns_queries == 7U);
  CHECK(due[0].by.depth == 3U);
  CHECK(due[1].by.on_permerror == on_permerror::list_void);
  CHECK(due[1].by.widest_ipv4 == 16U);
  CHECK(due[1].by.widest_ipv6 == 32U);
  CHECK(due[1].by.dns_queries == 300U);
  CHECK(due[1].by.depth == 20U);
}

TEST_CASE("settle ignores what is not being expanded", "[table][domain_book]") {
  book_fixture f{settings_of({"a.example"})};
  const auto ignored = [&f](const spf::expansion& result) {
    const auto led_to = f.settle(result);
    return led_to.events.empty() && !led_to.listing_changed && !led_to.due;
  };
  CHECK(ignored(expanded("unknown.example", "192.0.2.0/24")));
  CHECK(ignored(expanded("a.example", "192.0.2.0/24"))); // not taken yet
  f.take_due();
  CHECK(ignored(failing("unknown.example")));
  CHECK(f.book.expanding() == 1);
  CHECK_FALSE(ignored(expanded("a.example", "192.0.2.0/24")));
  CHECK(f.book.expanding() == 0);
  CHECK(ignored(expanded("a.example", "203.0.113.0/24"))); // settled
  CHECK(f.lists("192.0.2.0/24"));
  CHECK(f.book.expanding() == 0);
}

TEST_CASE("domains are the same whatever their case", "[table][domain_book]") {
  book_fixture f{settings_of({"A.Example"})};
  f.settle_next(expanded("a.eXAMPLE", "192.0.2.0/24"));
  CHECK(f.published() == "a.example 192.0.2.0/24");
  f.apply(settings_of({"a.example"}));
  CHECK(f.published() == "a.example 192.0.2.0/24");
}

TEST_CASE("apply keeps what is known of unchanged domains, drops removed ones "
          "and adds new ones",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example", "b.example", "c.example"})};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24", 1800));
  f.settle(expanded("b.example", "198.51.100.0/24"));
  f.settle(failing("c.example"));
  const auto kept = f.page(0);
  const auto failed = f.page(2);

  f.pass(1min);
  f.apply(settings_of({"new.example", "c.example", "a.example"}));
  REQUIRE(f.book.domains().size() == 3);
  CHECK(f.published() == "a.example 192.0.2.0/24");
  CHECK(f.page(2).due == kept.due);
  CHECK(f.page(2).good_at == kept.good_at);
  CHECK(f.page(1).due == failed.due);
  CHECK(f.page(1).failures == 1);
  CHECK(f.page(1).trouble == failed.trouble);
  CHECK(f.take_due() == "new.example");

  // One that comes back is a new one.
  f.settle(expanded("new.example", "203.0.113.0/24"));
  f.apply(settings_of({"a.example", "b.example"}));
  CHECK(f.published() == "a.example 192.0.2.0/24");
  CHECK(f.take_due() == "b.example");
}

TEST_CASE("a changed on_permerror makes its domain due, networks kept",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24"));
  f.settle(expanded("b.example", "198.51.100.0/24"));

  f.pass(1min);
  settings.domains[1].on_permerror = on_permerror::skip;
  f.apply(settings);
  CHECK(f.published() == "a.example 192.0.2.0/24; b.example 198.51.100.0/24");
  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 1);
  CHECK(due[0].domain == name_of("b.example"));
  CHECK(due[0].by.on_permerror == on_permerror::skip);
}

TEST_CASE("a changed action or comment takes effect without an expansion",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  book_fixture f{settings};
  f.settle_next(expanded("a.example", "192.0.2.0/24"));
  settings.domains[0].action = *table::action::parse("WARN about {domain}");
  settings.domains[0].comment = std::string{"watch only"};
  f.pass(1min);
  f.apply(settings);
  CHECK(f.take_due().empty());
  CHECK(*f.page().domain.comment == "watch only");

  const table::snapshot published{f.book.listings()};
  const auto client = *net::ip_address::try_parse("192.0.2.1");
  const auto found = published.find(client);
  REQUIRE(found);
  std::string reply;
  found->by->action.append_reply(reply, client, found->network);
  CHECK(reply == "200 WARN about a.example\n");
}

TEST_CASE("a shorter interval pulls the next refresh forward, a longer one "
          "does not put it off",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "", 3600));
  f.settle(expanded("b.example", "", 600));
  const moment a_due = f.page(0).due;
  const moment b_due = f.page(1).due;

  f.pass(5min);
  settings.refresh.interval = 24h;
  f.apply(settings);
  CHECK(f.page(0).due == a_due);
  CHECK(f.page(1).due == b_due);

  settings.refresh.interval = 20min;
  f.apply(settings);
  CHECK(f.page(0).due == f.now.steady + 15min); // the look was 5 min ago
  CHECK(f.page(1).due == b_due);
}

TEST_CASE("nothing is left overdue by a shorter interval",
          "[table][domain_book]") {
  config::settings settings = settings_of({"a.example"});
  settings.refresh.interval = 24h;
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.1"));
  f.pass(5h);
  settings.refresh.interval = 1h;
  f.apply(settings);
  CHECK(f.take_due() == "a.example");
}

TEST_CASE("apply gives expansions under way up, the others stay as they are",
          "[table][domain_book]") {
  const auto settings = settings_of({"a.example", "b.example", "c.example"});
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24"));
  f.settle(expanded("b.example", "198.51.100.0/24", 600));
  const moment a_due = f.page(0).due;
  f.pass_until(*f.book.next_due(f.now));
  REQUIRE(f.take_due() == "b.example");
  REQUIRE(f.book.expanding() == 2);

  f.pass(1s);
  f.apply(settings);
  CHECK(f.book.expanding() == 0);
  CHECK(f.book.next_due(f.now) == f.now.steady);
  CHECK(f.page(0).due == a_due);
  CHECK(f.published() == "a.example 192.0.2.0/24; b.example 198.51.100.0/24");
  CHECK_FALSE(f.settle(expanded("c.example", "203.0.113.0/24")).due);
  CHECK(f.take_due() == "b.example c.example");
  CHECK(f.settle(expanded("c.example", "203.0.113.0/24")).due);
}

TEST_CASE("networks by hand are listed first, then the domains in order",
          "[table][domain_book]") {
  config::settings settings =
      settings_of({"z.example", "empty.example", "a.example"});
  settings.networks = {by_hand("203.0.113.0/24", "REJECT by hand {domain}"),
                       by_hand("2001:db8::/56", "WARN {domain}")};
  book_fixture f{settings};
  CHECK(f.published() ==
        "203.0.113.0/24 203.0.113.0/24; 2001:db8::/56 2001:db8::/56");
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.0/24 203.0.113.0/24"));
  f.settle(expanded("empty.example", ""));
  f.settle(expanded("z.example", "192.0.2.0/24"));
  CHECK(f.published() ==
        "203.0.113.0/24 203.0.113.0/24; 2001:db8::/56 2001:db8::/56; "
        "z.example 192.0.2.0/24; a.example 192.0.2.0/24,203.0.113.0/24");

  const table::snapshot published{f.book.listings()};
  const auto reply_for = [&published](std::string_view text) {
    const auto client = *net::ip_address::try_parse(text);
    const auto found = published.find(client);
    REQUIRE(found);
    std::string reply;
    found->by->action.append_reply(reply, client, found->network);
    return reply;
  };
  CHECK(reply_for("203.0.113.1") == "200 REJECT by hand 203.0.113.0/24\n");
  CHECK(reply_for("192.0.2.1") == "200 REJECT z.example\n");
  CHECK(reply_for("2001:db8::1") == "200 WARN 2001:db8::/56\n");

  // The order is that of the configuration in force.
  std::swap(settings.domains[0], settings.domains[2]);
  settings.networks.clear();
  f.apply(settings);
  CHECK(f.published() == "a.example 192.0.2.0/24,203.0.113.0/24; "
                         "z.example 192.0.2.0/24");
}

TEST_CASE("a copy of the book stays as it is while the book goes on",
          "[table][domain_book]") {
  book_fixture f{settings_of({"a.example", "b.example"})};
  f.take_due();
  f.settle(expanded("a.example", "192.0.2.1"));
  const domain_book then = f.book;
  const auto listed = [](const domain_book& book) {
    return book.listings().size();
  };
  CHECK(&then.domains()[0] == &f.book.domains()[0]); // nothing was copied

  f.settle(expanded("b.example", "192.0.2.2"));
  CHECK(&then.domains()[0] == &f.book.domains()[0]);
  CHECK(then.domains()[1].effective->empty());
  CHECK_FALSE(f.book.domains()[1].effective->empty());
  CHECK(then.expanding() == 1);
  CHECK(listed(then) == 1);
  CHECK(listed(f.book) == 2);

  f.book.apply(settings_of({}), {}, f.now);
  CHECK(listed(then) == 1);
  CHECK(listed(f.book) == 0);
}

} // namespace domain_book_test
