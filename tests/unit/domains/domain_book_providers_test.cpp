// Providers in the domain book: innocents of whom nobody has to think.
#include "core/config/provider_list.hpp"
#include "core/domains/domain_book.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace domain_book_providers_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

const std::string shared = "_spf.shared.example";    ///< no networks shipped
const std::string google = "_spf.google.com";        ///< some are
constexpr const char* of_google = "64.233.160.0/24"; ///< among them

config::settings with_providers(const std::vector<std::string>& names) {
  config::settings made = settings_of({"spam.example"});
  for (const std::string& each : names)
    made.allow.providers.push_back(name_of(each));
  std::sort(made.allow.providers.begin(), made.allow.providers.end());
  return made;
}

} // namespace

TEST_CASE("a provider is expanded and subtracted like an allowed domain",
          "[table][providers]") {
  book_fixture f{with_providers({shared})};
  CHECK(f.take_due() == "spam.example +_spf.shared.example");
  f.settle(expanded(shared, "198.51.100.0/24"), role::allowed);
  f.settle(expanded("spam.example", "198.51.100.0/24 203.0.113.0/24"));
  CHECK(f.published() == "spam.example 203.0.113.0/24");
  CHECK(f.book.allowed().grounds_over(set_of("198.51.100.1")) ==
        std::vector<std::string>{"provider _spf.shared.example"});
}

TEST_CASE("what a provider newly authorises leaves the listings at once",
          "[table][providers]") {
  book_fixture f{with_providers({shared})};
  f.take_due();
  f.settle(expanded("spam.example", "198.51.100.0/24 203.0.113.0/24"));
  const auto told_of =
      f.settle(expanded(shared, "198.51.100.0/25"), role::allowed);
  CHECK(told_of.listing_changed);
  CHECK(f.published() == "spam.example 198.51.100.128/25,203.0.113.0/24");
  f.look(expanded(shared, "198.51.100.0/24"), role::allowed);
  CHECK(f.published() == "spam.example 203.0.113.0/24");
}

TEST_CASE("listed domains follow no provider, providers each other",
          "[table][providers]") {
  book_fixture f{with_providers({shared})};
  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 2);
  REQUIRE(due[0].by.providers);
  CHECK(*due[0].by.providers == std::vector{name_of(shared)});
  CHECK_FALSE(due[1].by.providers);
  CHECK(due[1].by.on_permerror == spf::on_permerror::skip);
  CHECK(due[1].by.widest_ipv4 == config::widest_allowed_ipv4);
}

TEST_CASE("a provider is no page and no alarm, whatever becomes of it",
          "[table][providers]") {
  book_fixture f{with_providers({shared, "b.shared.example"})};
  CHECK(f.book.domains().size() == 1);
  CHECK(f.book.providers().size() == 2);
  f.take_due();
  CHECK(told(f.settle(gone(shared), role::allowed)).empty());
  CHECK(lines_of(f.settle(failing("b.shared.example"), role::allowed), "") ==
        "providers known known=0 configured=2\n");
  CHECK(told(f.look(failing("b.shared.example"), role::allowed)).empty());
  CHECK(told(f.look(expanded("b.shared.example", "198.51.100.0/24"),
                    role::allowed))
            .empty());
  CHECK(f.book.providers()[0].effective == set_of("198.51.100.0/24"));
}

TEST_CASE("shipped networks hold until the provider is known",
          "[table][providers]") {
  book_fixture f{with_providers({google})};
  f.take_due();
  f.settle(expanded("spam.example", of_google));
  CHECK(f.published().empty());
  f.settle(gone(google), role::allowed);
  CHECK(f.published().empty());
  f.look(expanded(google, "198.51.100.0/24"), role::allowed);
  CHECK(f.published() == std::string{"spam.example "} + of_google);
}

TEST_CASE("shipped networks hold again when the DNS was dead for too long",
          "[table][providers]") {
  config::settings settings = with_providers({google});
  settings.refresh.keep_stale = 2h;
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded("spam.example", of_google));
  f.settle(expanded(google, "198.51.100.0/24"), role::allowed);
  f.pass(3h);
  f.take_due();
  f.settle(expanded("spam.example", of_google));
  f.settle(failing(google), role::allowed);
  CHECK(f.book.providers()[0].effective ==
        config::shipped_networks(name_of(google)));
  CHECK(f.published().empty());
}

TEST_CASE("new listings wait for providers of which nothing is shipped",
          "[table][providers]") {
  CHECK_FALSE(book_fixture{with_providers({google})}.book.awaits_allowed(
      beginning.steady));
  book_fixture f{with_providers({shared})};
  CHECK(f.book.awaits_allowed(f.now.steady));
  f.take_due();
  f.settle(failing(shared), role::allowed);
  CHECK_FALSE(f.book.awaits_allowed(f.now.steady));
}

TEST_CASE(
    "a provider that is allowed by name is one page, with what is shipped",
    "[table][providers]") {
  config::settings settings = with_providers({google, shared});
  settings.allow.domains.push_back(domain_of(google));
  book_fixture f{settings};
  REQUIRE(f.book.domains().size() == 2);
  CHECK(f.page(1).effective == config::shipped_networks(name_of(google)));
  CHECK(f.book.providers().size() == 1);
  CHECK(f.take_due() == "spam.example +_spf.google.com +_spf.shared.example");
}

TEST_CASE("providers are kept across a restart, and removed by a reload",
          "[table][providers]") {
  book_fixture f{with_providers({shared})};
  f.take_due();
  f.settle(expanded(shared, "198.51.100.0/24"), role::allowed);
  book_fixture next{with_providers({shared})};
  next.book.restore(f.book.save(f.now), next.now);
  next.take_due();
  next.settle(expanded("spam.example", "198.51.100.0/24"));
  CHECK(next.published().empty());
  next.apply(with_providers({}));
  CHECK(next.book.providers().empty());
  CHECK(next.published() == "spam.example 198.51.100.0/24");
}

TEST_CASE("an entry that ends leaves the providers as they are",
          "[table][providers]") {
  config::settings settings = with_providers({shared});
  settings.domains[0].until = std::chrono::floor<std::chrono::days>(
      beginning.wall + std::chrono::days{1});
  book_fixture f{settings};
  f.take_due();
  f.settle(expanded(shared, "198.51.100.0/24"), role::allowed);
  f.pass(25h);
  f.book.remove_ended(f.now);
  CHECK(f.book.domains().empty());
  REQUIRE(f.book.providers().size() == 1);
  CHECK(f.book.providers()[0].effective == set_of("198.51.100.0/24"));
}

TEST_CASE("who lists a provider lists it, and nobody else does",
          "[table][providers]") {
  config::settings settings = with_providers({shared, "b.shared.example"});
  settings.domains.insert(settings.domains.begin(), entry_of(shared));
  settings.domains[0].until = std::chrono::floor<std::chrono::days>(
      beginning.wall + std::chrono::days{1});
  settings.networks = {by_hand("198.51.100.64/26"), by_hand("192.0.2.0/26")};
  book_fixture f{settings};
  const auto due = f.book.take_due(f.now);
  REQUIRE(due.size() == 4);
  CHECK(due[1].by.providers->size() == 2); // neither is followed
  f.settle(expanded(shared, "198.51.100.0/24 192.0.2.0/24"));
  f.settle(expanded(shared, "198.51.100.0/24 192.0.2.0/24"), role::allowed);
  f.settle(expanded("b.shared.example", "192.0.2.0/24"), role::allowed);
  // A copy with smaller networks, to answer for the provider.
  f.settle(
      expanded("spam.example", "198.51.100.0/25 192.0.2.0/25 203.0.113.0/24"));
  CHECK(f.lists("198.51.100.0/24"));
  CHECK(f.lists("203.0.113.0/24", 1));
  CHECK(f.blocked() == set_of("198.51.100.0/24 203.0.113.0/24"));
  CHECK(f.book.allowed().grounds_over(set_of("198.51.100.1")) ==
        std::vector<std::string>{"provider _spf.shared.example"});

  SECTION("and when its entry ends, it is a provider as before") {
    f.pass(25h);
    f.book.remove_ended(f.now);
    CHECK(f.blocked() == set_of("203.0.113.0/24"));
    CHECK(f.book.providers().size() == 2);
  }
}

TEST_CASE("the log says which provider is listed on purpose",
          "[table][providers]") {
  config::settings settings = settings_of({"sendgrid.net"});
  settings.allow.listed_providers = {name_of("sendgrid.net")};
  domains::domain_book book;
  CHECK(lines_of(book.apply(settings, {}, beginning), "provider") ==
        "provider listed on purpose domain=sendgrid.net\n");
}

} // namespace domain_book_providers_test
