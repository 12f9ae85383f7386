#include "core/reports/difference.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/status.hpp"
#include "tests/support/book_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace domain_book_seen_test {

using namespace spfblock;
using namespace spfblock::testing;
using config::on_overlap;

namespace {

config::seen_network seen(std::string_view network, std::string domain = "") {
  config::seen_network made;
  made.network = *net::ip_prefix::parse(network);
  made.domain = std::move(domain);
  return made;
}

/// spam.example is listed; a host in one of its networks is seen.
config::settings guarded(on_overlap how) {
  config::settings made = settings_of({"spam.example"});
  made.allow.seen = {{seen("45.120.1.7/32", "partner.example")}, how};
  return made;
}

spf::expansion spam() {
  return naming("spam.example", "45.120.0.0/24 45.120.1.0/24 2a01:100::/56");
}

constexpr std::string_view overlap_line =
    "covers who delivered wanted mail domain=spam.example "
    "networks=45.120.1.0/24 seen=\"45.120.1.7/32 (partner.example)\" held=";

std::string overlaps(const domain_book::book_change& of) {
  return lines_of(of, "covers who delivered wanted mail");
}

std::string status_text(const book_fixture& of) {
  return to_text(reports::report(of.book, of.now));
}

reports::explanation explained(std::string_view address,
                               const book_fixture& of) {
  return reports::explain(*net::ip_address::try_parse(address),
                          table::snapshot{of.book.listings()}, of.book, of.now);
}

} // namespace

TEST_CASE("where it only warns, a network with a host that is seen is listed "
          "and told",
          "[table][domain_book][seen]") {
  book_fixture f{guarded(on_overlap::warn)};
  const auto looked = f.look(spam());
  CHECK(f.lists("45.120.0.0/23 2a01:100::/56"));
  CHECK(overlaps(looked) == std::string{overlap_line} + "no\n");
  CHECK(overlaps(f.look(spam())).empty());

  const auto report = reports::report(f.book, f.now);
  REQUIRE(report.domains.size() == 1);
  CHECK(report.domains[0].overlap == 1);
  CHECK_FALSE(report.domains[0].overlap_held);
  CHECK(reports::is_in_trouble(report.domains[0]));
  CHECK_THAT(to_text(report),
             Catch::ContainsSubstring(
                 "1 network with hosts that delivered wanted mail is listed: "
                 "45.120.1.7/32\n    (partner.example)\n"));
  CHECK(*reports::status_from_json(to_json(report)) == report);
  CHECK_THAT(to_text(reports::difference_between({}, f.book)),
             Catch::ContainsSubstring(
                 "! listed: 45.120.1.0/24 with hosts that delivered wanted "
                 "mail: 45.120.1.7/32\n    (partner.example)\n"));
  CHECK(explained("45.120.1.7", f).reasons.size() == 1);
}

TEST_CASE("where it holds, such a network is not listed, and the rest is",
          "[table][domain_book][seen]") {
  book_fixture f{guarded(on_overlap::hold)};
  const auto looked = f.look(spam());
  CHECK(f.lists("45.120.0.0/24 2a01:100::/56"));
  CHECK(overlaps(looked) == std::string{overlap_line} + "yes\n");
  CHECK(f.page().good.pass == spam().pass);
  CHECK(f.page().kept_off->empty());

  CHECK_THAT(status_text(f),
             Catch::ContainsSubstring("1 network with hosts that delivered "
                                      "wanted mail is held and not listed:\n"));
  CHECK_THAT(to_text(reports::difference_between({}, f.book)),
             Catch::ContainsSubstring("! held: 45.120.1.0/24 with hosts"));
  const auto why = explained("45.120.1.200", f);
  REQUIRE(why.exemptions.size() == 1);
  CHECK(why.exemptions[0].reason ==
        "held: its network has hosts that delivered wanted mail: 45.120.1.7/32 "
        "(partner.example)");
  CHECK(explained("45.120.0.200", f).exemptions.empty());
}

TEST_CASE("a reload makes it so, and until a person strikes the host it stays",
          "[table][domain_book][seen]") {
  config::settings settings = settings_of({"spam.example"});
  book_fixture f{settings};
  f.look(spam());
  REQUIRE(f.lists("45.120.0.0/23 2a01:100::/56"));

  settings = guarded(on_overlap::hold);
  const auto reloaded = f.apply(settings);
  CHECK(told(reloaded) == "listing changed; !covers who delivered wanted mail");
  CHECK(f.lists("45.120.0.0/24 2a01:100::/56"));
  for (int looks = 0; looks < 5; ++looks)
    f.look(spam());
  CHECK(f.lists("45.120.0.0/24 2a01:100::/56"));

  // The file may be lost as well: what it does not say guards nobody.
  settings.allow.seen.networks[0].struck = true;
  CHECK(told(f.apply(settings)) == "listing changed");
  CHECK(f.lists("45.120.0.0/23 2a01:100::/56"));
  CHECK(f.page().overlap->empty());
}

TEST_CASE("what is known from an earlier process is held from the start",
          "[table][domain_book][seen]") {
  book_fixture before{settings_of({"spam.example"})};
  before.look(spam());
  book_fixture f{guarded(on_overlap::hold)};
  const auto restored = f.book.restore(before.book.save(f.now), f.now);
  CHECK(f.lists("45.120.0.0/24 2a01:100::/56"));
  CHECK(told(restored) == "!covers who delivered wanted mail");
}

TEST_CASE("a host that is seen and allowed is hurt by nothing: the rest of its "
          "network is listed",
          "[table][domain_book][seen]") {
  config::settings settings = guarded(on_overlap::hold);
  settings.allow.networks = {{*net::ip_prefix::parse("45.120.1.7/32")}};
  book_fixture f{settings};
  CHECK(overlaps(f.look(spam())).empty());
  CHECK(f.lists("45.120.0.0/23 2a01:100::/56 -45.120.1.7/32"));
}

TEST_CASE("a limit refuses what is left of what is held, and a network that a "
          "limit refused is not told",
          "[table][domain_book][seen]") {
  config::settings settings = guarded(on_overlap::warn);
  settings.domains[0].limits.edit().ipv4_addresses = 256;
  const auto record =
      naming("spam.example", "45.120.0.0/25 45.120.1.0/24 2a01:100::/56");
  book_fixture warned{settings};
  CHECK(overlaps(warned.look(record)).empty());
  CHECK(warned.lists("45.120.0.0/25 2a01:100::/56"));

  settings.allow.seen.on_overlap = on_overlap::hold;
  book_fixture held{settings};
  held.look(record);
  CHECK(held.lists("45.120.0.0/25 2a01:100::/56"));
  CHECK(held.page().refusals->empty());
}

TEST_CASE("what is held is no growth when it is listed at last",
          "[table][domain_book][seen]") {
  config::settings settings = guarded(on_overlap::hold);
  settings.domains[0].limits.edit().growth_floor = 1;
  const auto record = naming("spam.example", "45.120.0.0/30 45.120.1.0/24");
  book_fixture f{settings};
  f.look(record);
  f.look(record);
  CHECK(f.lists("45.120.0.0/30"));
  CHECK_FALSE(f.page().held);
  settings.allow.seen.networks.clear();
  f.apply(settings);
  CHECK(f.lists("45.120.0.0/30 45.120.1.0/24"));
}

TEST_CASE("what is listed by hand is a person's word: told, and listed",
          "[table][domain_book][seen]") {
  config::settings settings = guarded(on_overlap::hold);
  settings.networks = {by_hand("45.120.1.0/24"), by_hand("45.121.0.0/24")};
  book_fixture f{settings_of({"spam.example"})};
  const auto applied = f.apply(settings);
  CHECK(overlaps(applied) ==
        "covers who delivered wanted mail listing=networks "
        "networks=45.120.1.0/24 seen=\"45.120.1.7/32 (partner.example)\" "
        "held=no\n");
  CHECK(overlaps(f.apply(settings)).empty());
  CHECK(f.blocked() == set_of("45.120.1.0/24 45.121.0.0/24"));
}

} // namespace domain_book_seen_test
