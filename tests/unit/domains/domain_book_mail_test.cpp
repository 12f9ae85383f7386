#include "core/domains/domain_book.hpp"
#include "core/table/snapshot.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace domain_book_mail_test {

using namespace spfblock;
using namespace spfblock::testing;
using namespace std::chrono_literals;

namespace {

/// One more term, by which the mail decides about `networks`.
spf::expansion with_mail_term(spf::expansion of, std::string_view networks) {
  of.residue.terms = {of.terms.size()};
  of.residue.addresses = set_of(networks);
  of.residue.depends.on_helo = true;
  of.terms.emplace_back().text = "exists:%{h}.x.example";
  return of;
}

/// Whom a mail that claims the domain decides about.
std::string waits_of(const book_fixture& of) {
  for (const table::listing& each : of.book.listings()) {
    if (each.waits)
      return listed(each.waits->addresses);
  }
  return "";
}

} // namespace

TEST_CASE("a listing knows about whom the mail decides, be it without networks",
          "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  const auto change =
      f.look(with_mail_term(expanded("a.example", ""), "46.0.0.0/8"));
  CHECK(change.listing_changed);
  CHECK(waits_of(f) == "46.0.0.0/8");
  CHECK(f.published() == "a.example");
  CHECK(f.page().mail_terms ==
        std::vector<std::string>{"a.example -> exists:%{h}.x.example"});

  const table::snapshot table{f.book.listings()};
  const auto* const by = table.decided_by_mail(
      name_of("m.a.example"), *net::ip_address::parse("46.1.2.3"));
  REQUIRE(by != nullptr);
  CHECK(by->name == "a.example");
  CHECK(by->waits->on_helo);
  CHECK_FALSE(by->waits->on_local_part);
  CHECK(table.decided_by_mail(name_of("a.example"),
                              *net::ip_address::parse("47.1.2.3")) == nullptr);
  CHECK(table.decided_by_mail(name_of("example"),
                              *net::ip_address::parse("46.1.2.3")) == nullptr);

  // The same again is no news.
  CHECK_FALSE(f.look(with_mail_term(expanded("a.example", ""), "46.0.0.0/8"))
                  .listing_changed);
}

TEST_CASE(
    "whom a failing DNS leaves undecided, the mail decides about as before",
    "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(with_mail_term(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/8"));
  f.look(undecided(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/9"));
  CHECK(waits_of(f) == "46.0.0.0/9");
  f.look(failing("a.example"));
  CHECK(waits_of(f) == "46.0.0.0/9");
  f.look(expanded("a.example", "192.0.2.0/24"));
  CHECK(waits_of(f).empty());
}

TEST_CASE(
    "where the DNS fails too long, the mail decides about nobody any more, "
    "and that is published",
    "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(with_mail_term(expanded("a.example", ""), "46.0.0.0/8"));
  f.pass(f.book.refresh().keep_stale - 1s);
  CHECK_FALSE(f.look(failing("a.example")).listing_changed);
  CHECK(waits_of(f) == "46.0.0.0/8");
  f.pass(1s);
  CHECK(f.look(failing("a.example")).listing_changed);
  CHECK(waits_of(f).empty());
}

TEST_CASE("a record that is gone decides about nobody at the second look",
          "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  f.look(with_mail_term(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/8"));
  f.look(gone("a.example"));
  CHECK(waits_of(f) == "46.0.0.0/8");
  f.look(gone("a.example"));
  CHECK(waits_of(f).empty());
}

TEST_CASE("of a residue of very many networks the widest are kept, and that is "
          "told",
          "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  auto look = with_mail_term(expanded("a.example", ""), "46.0.0.0/8");
  std::vector<net::ip_prefix> holes;
  for (std::uint32_t i = 0; i < 140'000; ++i)
    holes.push_back(net::ip_prefix::containing(
        net::ip_address::ipv4(0x2e000000 + 2 * i), 32));
  const auto all = look.residue.addresses;
  look.residue.addresses -= net::address_set::of(holes);
  look.residue.named = {{name_of("a.example"), look.residue.addresses}};
  const std::size_t found = look.residue.addresses.prefix_count();
  const auto change = f.look(look);

  const auto& kept = *f.page().waits_for_mail;
  CHECK(kept.addresses.prefix_count() == 131'072);
  CHECK((kept.addresses - look.residue.addresses).empty());
  CHECK(kept.addresses.contains(*net::ip_address::parse("46.200.0.1")));
  CHECK((kept.named.at(0).addresses - kept.addresses).empty());
  REQUIRE(f.page().mail_not_kept);
  CHECK(f.page().mail_not_kept->found == found);
  CHECK(f.page().mail_not_kept->allowed == 131'072);
  CHECK(told(change).find("!refused by a limit") != std::string::npos);
  REQUIRE(f.page().figures.objections.size() == 1);
  CHECK(f.page().figures.objections[0].ends_with(
      "not kept of those about whom the mail decides"));

  // The same again is no news; less is, and nothing is objected to any more.
  CHECK(told(f.look(look)).find("refused") == std::string::npos);
  look.residue.addresses = all;
  look.residue.named.clear();
  f.look(look);
  CHECK_FALSE(f.page().mail_not_kept);
  CHECK(f.page().figures.objections.empty());
  CHECK(waits_of(f) == "46.0.0.0/8");
}

TEST_CASE(
    "a listing knows about whom a name decides; whom a failing DNS leaves "
    "undecided, it decides about as before",
    "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  const auto named = [](const char* pass, const char* networks) {
    auto look = with_mail_term(expanded("a.example", pass), networks);
    look.residue.named = {{name_of("m.a.example"), set_of(networks)}};
    return look;
  };
  const auto decides = [&f](const char* client) {
    const table::snapshot table{f.book.listings()};
    const auto found = table.find_by_name(name_of("x.m.a.example"),
                                          *net::ip_address::parse(client));
    return found && found->by->name == "a.example";
  };
  f.look(named("192.0.2.0/24", "46.0.0.0/8"));
  CHECK(decides("46.1.2.3"));
  CHECK_FALSE(decides("47.1.2.3"));
  f.look(undecided(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/9"));
  CHECK(decides("46.1.2.3"));
  CHECK_FALSE(decides("46.129.2.3"));
  f.look(named("192.0.2.0/24", "46.128.0.0/9"));
  CHECK_FALSE(decides("46.1.2.3"));
  CHECK(decides("46.129.2.3"));
  f.look(expanded("a.example", "192.0.2.0/24"));
  CHECK_FALSE(decides("46.129.2.3"));
}

} // namespace domain_book_mail_test
