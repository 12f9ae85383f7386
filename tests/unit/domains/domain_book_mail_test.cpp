// Tests also: residue.
#include "core/domains/domain_book.hpp"
#include "core/domains/residue.hpp"
#include "core/table/snapshot.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

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
  REQUIRE(f.page().figures.objections->size() == 1);
  CHECK((*f.page().figures.objections)[0].ends_with(
      "not kept of those about whom the mail decides"));

  // The same again is no news; less is, and nothing is objected to any more.
  CHECK(told(f.look(look)).find("refused") == std::string::npos);
  look.residue.addresses = all;
  look.residue.named.clear();
  f.look(look);
  CHECK_FALSE(f.page().mail_not_kept);
  CHECK(f.page().figures.objections->empty());
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

TEST_CASE("whom the DNS leaves undecided the mail decides about no longer than "
          "keep_stale, be the look good for others",
          "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  const auto keep_stale = f.book.refresh().keep_stale;
  const auto look = [](const char* networks) {
    return with_mail_term(expanded("a.example", "192.0.2.0/24"), networks);
  };
  const auto begun = f.now.steady;
  f.look(look("46.0.0.0/8"));
  f.pass_until(begun + 6h); // half is found again
  f.look(undecided(look("46.0.0.0/9"), "46.128.0.0/9"));
  CHECK(waits_of(f) == "46.0.0.0/8");
  // All others keep on passing, and by turns all fails; none of it renews
  // anything.
  for (auto at = begun + 7h; at < begun + keep_stale; at += 5h) {
    f.pass_until(at);
    CAPTURE((at - begun) / 1h);
    f.look(undecided(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/8"));
    REQUIRE(waits_of(f) == "46.0.0.0/8");
    REQUIRE(f.page().due <= begun + keep_stale);
  }
  f.pass_until(begun + keep_stale);
  auto change =
      f.look(undecided(expanded("a.example", "192.0.2.0/24"), "46.0.0.0/8"));
  CHECK(change.listing_changed);
  CHECK(change.worth_saving);
  CHECK(waits_of(f) == "46.0.0.0/9");
  CHECK(f.page().due <= begun + keep_stale + 6h);
  f.pass_until(begun + keep_stale + 6h);
  f.look(failing("a.example"));
  CHECK(waits_of(f).empty());
  CHECK(f.page().mail_terms->empty());
  CHECK(f.lists("192.0.2.0/24"));
}

TEST_CASE("a look that decides about nobody but those about whom the mail does "
          "is kept as long as any",
          "[domains][domain_book][mail]") {
  book_fixture f{settings_of({"a.example"})};
  const auto look = with_mail_term(expanded("a.example", ""), "46.0.0.0/8");
  f.look(undecided(look, "47.0.0.0/8")); // it was never good
  const auto end = f.now.steady + f.book.refresh().keep_stale;
  REQUIRE_FALSE(f.page().good_at);
  CHECK(waits_of(f) == "46.0.0.0/8");
  f.look(gone("a.example"));
  CHECK(waits_of(f) == "46.0.0.0/8"); // nor is that believed at once
  f.pass_until(end - 1s);
  f.look(failing("a.example"));
  CHECK(waits_of(f) == "46.0.0.0/8");
  f.look(failing("a.example"));
  CHECK(f.now.steady == end); // it is looked at again when they end
  CHECK(waits_of(f).empty());
}

TEST_CASE("failures of other clients each time leave few ages, and renew none",
          "[domains][domain_book][mail]") {
  config::settings settings = settings_of({"a.example"});
  auto& refresh = settings.refresh;
  refresh.interval = refresh.minimum = refresh.retry = 1min;
  book_fixture f{settings};
  const auto keep_stale = refresh.keep_stale;
  const auto at = [](unsigned i) {
    return fmt::format("46.{}.{}.0/24", i / 256, i % 256);
  };
  constexpr unsigned looks = 200;
  std::string all;
  for (unsigned i = 0; i < looks; ++i)
    all += at(i) + ' ';
  f.look(with_mail_term(expanded("a.example", ""), all));
  const auto begun = f.now.steady;
  for (unsigned i = 0; i < looks; ++i) { // one more of them fails from now on
    f.pass_until(begun + (i + 1) * (keep_stale / (looks + 2)));
    std::string found;
    std::string failed;
    for (unsigned j = 0; j < looks; ++j)
      (j > i ? found : failed) += at(j) + ' ';
    f.look(undecided(with_mail_term(expanded("a.example", ""), found), failed));
    REQUIRE(f.page().mail_kept->size() <= domains::most_ages + 1);
  }
  CHECK(waits_of(f) == listed(set_of(all)));
  f.pass_until(begun + keep_stale);
  f.look(failing("a.example"));
  CHECK_FALSE(f.page().waits_for_mail->addresses.contains(
      *net::ip_address::parse("46.0.0.1")));
  f.pass_until(begun + 2 * keep_stale);
  f.look(failing("a.example"));
  CHECK(waits_of(f).empty());
}

} // namespace domain_book_mail_test
