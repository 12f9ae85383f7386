#include "core/table/explanation.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace spfblock;
using table::domain_book;
using table::explain;

namespace {

const table::moment now{std::chrono::hours{1}};

net::address_set set_of(const char* network) {
  return net::address_set{*net::ip_prefix::parse(network)};
}

net::ip_address address(const char* text) {
  return *net::ip_address::try_parse(text);
}

/// `domain`'s record has one include, which has a term for each network.
spf::expansion expanded(const char* domain,
                        const std::vector<const char*>& networks) {
  spf::expansion made;
  made.domain = *dns::name::from_text(domain);
  const auto other = *dns::name::from_text("inc.example");
  made.records = {{made.domain, {}, "v=spf1", 60, ""},
                  {other, std::size_t{0}, "v=spf1", 60, ""}};
  made.terms.resize(1);
  made.terms[0].text = "include:inc.example";
  for (const char* network : networks) {
    spf::term_visit term;
    term.record = 1;
    term.text = std::string{"ip4:"} + network;
    made.terms.push_back(term);
    made.grants.push_back({made.terms.size() - 1, set_of(network)});
    made.pass |= set_of(network);
  }
  return made;
}

struct fixture {
  fixture() {
    config::settings settings;
    settings.networks = {{*net::ip_prefix::parse("192.0.2.0/28"),
                          *table::action::parse("WARN by hand"), ""}};
    for (const char* domain : {"a.example", "b.example"})
      settings.domains.push_back({*dns::name::from_text(domain),
                                  *table::action::parse("REJECT {domain}"),
                                  {},
                                  ""});
    book.apply(settings, now);
    REQUIRE(book.take_due(now).size() == 2);
    book.settle(expanded("a.example", {"192.0.2.0/24"}), now);
    book.settle(expanded("b.example",
                         {"192.0.2.0/25", "192.0.2.128/25", "198.51.100.0/24"}),
                now);
    published = table::snapshot{book.listings()};
  }

  domain_book book;
  table::snapshot published;
};

} // namespace

TEST_CASE("explain names the listing that answers first, then the others",
          "[table][explanation]") {
  const fixture f;
  const auto told = explain(address("192.0.2.1"), f.published, f.book);
  CHECK(told.address == "192.0.2.1");
  REQUIRE(told.reasons.size() == 3);
  CHECK(told.reasons[0] == table::listing_reason{"192.0.2.0/28", "192.0.2.0/28",
                                                 "WARN by hand", "by hand"});
  CHECK(told.reasons[1].listing == "a.example");
  CHECK(told.reasons[2] ==
        table::listing_reason{
            "b.example", "192.0.2.0/24", "REJECT {domain}",
            "b.example -> include:inc.example -> ip4:192.0.2.0/25"});
}

TEST_CASE("explain gives the chain of the term that authorised the address",
          "[table][explanation]") {
  const fixture f;
  const auto told = explain(address("198.51.100.9"), f.published, f.book);
  REQUIRE(told.reasons.size() == 1);
  CHECK(told.reasons[0].chain ==
        "b.example -> include:inc.example -> ip4:198.51.100.0/24");
}

TEST_CASE("explain agrees with the published table, not with what is to come",
          "[table][explanation]") {
  fixture f;
  CHECK(explain(address("203.0.113.1"), f.published, f.book).reasons.empty());
  CHECK(
      explain(address("192.0.2.1"), table::snapshot{}, f.book).reasons.empty());

  // b.example lists less by now, which is not published yet.
  f.book.apply({}, now);
  const auto told = explain(address("198.51.100.9"), f.published, f.book);
  REQUIRE(told.reasons.size() == 1);
  CHECK(told.reasons[0].listing == "b.example");
  CHECK(told.reasons[0].chain == "unknown: being refreshed");
}

TEST_CASE("an explanation survives JSON, and nothing else is taken for one",
          "[table][explanation]") {
  const fixture f;
  for (const char* client : {"192.0.2.1", "203.0.113.1"}) {
    const auto told = explain(address(client), f.published, f.book);
    const auto read = table::explanation_from_json(table::to_json(told));
    REQUIRE(read);
    CHECK(*read == told);
  }
  for (const char* text : {"", "{}", "[]", "{\"address\":1}", "<html>"}) {
    CAPTURE(text);
    CHECK_FALSE(table::explanation_from_json(text));
  }
}

TEST_CASE("to_text of an explanation is for people", "[table][explanation]") {
  const fixture f;
  CHECK(to_text(explain(address("198.51.100.9"), f.published, f.book)) ==
        "198.51.100.9 is listed by b.example\n"
        "  network  198.51.100.0/24\n"
        "  chain    b.example -> include:inc.example -> ip4:198.51.100.0/24\n"
        "  action   REJECT {domain}\n");
  CHECK(to_text(explain(address("203.0.113.1"), f.published, f.book)) ==
        "203.0.113.1 is not listed\n");
  CHECK(table::to_text({"x", {{"a\n", "b", "c", "\x1b[31m"}}}).find('\x1b') ==
        std::string::npos);
}
