#include "core/domains/state_share.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace state_share_test {

using namespace spfblock;
using namespace spfblock::testing;

namespace {

/// A domain with so many terms of two networks each.
domains::domain_state kept(const std::string& name, unsigned terms) {
  domains::domain_state made;
  made.name = name_of(name);
  made.good_at = beginning.wall;
  made.trouble = "\"quoted\" and \\";
  made.good.records = {name + " -> include:\"x\""};
  for (unsigned i = 0; i < terms; ++i) {
    const std::string number = std::to_string(100 + i % 100);
    const net::address_set addresses =
        set_of("203." + number + ".113." + number + "/32 2a01:db81:1" + number +
               ":1234:5678:9abc:def0:1234/128");
    made.good.authorised.push_back(
        {0, "mx:\"" + number + "\"", addresses, beginning.wall});
    made.good.pass.edit() |= addresses;
    made.mail_terms.push_back("exists:\"" + number + '"');
  }
  made.waits_for_mail =
      table::residue{made.name,
                     made.good.pass,
                     true,
                     true,
                     {{name_of("\"m\"." + name), made.good.pass}}};
  return made;
}

} // namespace

TEST_CASE("state_share: no text is longer than was reckoned with",
          "[table][state]") {
  for (const unsigned terms : {0U, 1U, 99U}) {
    domains::state all{beginning.wall, {kept("a.example", terms)}};
    all.domains[0].mail_at = beginning.wall;
    all.domains[0].mail_kept = {{all.domains[0].good.pass, beginning.wall}};
    const std::size_t length = to_json(all).size();
    CHECK(length <= domains::longest_text_of(all.domains[0]));
    CHECK(domains::fit(all, length + 1'000'000).empty());
  }
}

TEST_CASE("state_share: a book is saved as its state is, whole where it fits",
          "[table][state]") {
  config::settings settings = settings_of({"a.example", "b.example"});
  settings.allow.domains = {domain_of("friend.example")};
  settings.allow.providers = {name_of("provider.example")};
  book_fixture f{settings};
  f.settle_next(expanded("friend.example", "45.0.0.0/26"), role::allowed);
  f.look(expanded("a.example", "45.0.0.0/24 2a01:db8::/32"));
  f.look(naming("b.example", "46.0.0.0/24 46.0.1.0/24 46.0.7.0/24"));
  const std::string all = to_json(f.book.save(f.now));

  const auto whole = domains::text_of_state(f.book, f.now, all.size());
  CHECK(whole.text == all);
  CHECK(whole.left_out.empty());

  const auto part = domains::text_of_state(f.book, f.now, all.size() - 1);
  CHECK(part.text.size() < all.size());
  CHECK_FALSE(part.left_out.empty());
  CHECK(domains::state_from_json(part.text));
}

TEST_CASE("state_share: the largest is left out, and all others are saved",
          "[table][state]") {
  domains::state all{beginning.wall,
                     {kept("small.example", 2), kept("largest.example", 90),
                      kept("large.example", 60), kept("none.example", 0)}};
  const std::size_t small = domains::longest_text_of(all.domains[0]);
  const std::size_t large = domains::longest_text_of(all.domains[2]);

  SECTION("the largest alone") {
    const std::size_t longest = large + small + 2500;
    CHECK(domains::fit(all, longest) ==
          std::vector{name_of("largest.example")});
    CHECK(to_json(all).size() <= longest);
    CHECK_FALSE(all.domains[1].good_at);
    CHECK(all.domains[1].good.authorised.empty());
    CHECK_FALSE(all.domains[1].waits_for_mail);
    CHECK(all.domains[2].good.authorised.size() == 60);
  }
  SECTION("the next one too") {
    const std::size_t longest = small + 3500;
    CHECK(domains::fit(all, longest) ==
          std::vector{name_of("largest.example"), name_of("large.example")});
    CHECK(to_json(all).size() <= longest);
    CHECK(all.domains[0].good.authorised.size() == 2);
  }
}

} // namespace state_share_test
