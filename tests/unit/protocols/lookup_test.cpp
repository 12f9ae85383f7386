#include "core/protocols/lookup.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

namespace lookup_test {

using namespace spfblock;
using protocols::count;

namespace {

const table::snapshot& listed() {
  static const table::snapshot table{
      {{"a.example",
        table::action::parse("REJECT")->bind("a.example"),
        {*net::ip_prefix::parse("192.0.2.0/24"),
         *net::ip_prefix::parse("2001:db8::/32")}},
       {"b.example",
        table::action::parse("WARN")->bind("b.example"),
        {*net::ip_prefix::parse("192.0.2.128/25")}}}};
  return table;
}

std::string text_of(const protocols::hit& of) {
  return of.address.to_string() + ' ' + of.found.by->name + ' ' +
         of.found.network.to_string();
}

} // namespace

TEST_CASE("lookup: finds the most specific network over an address",
          "[protocols][lookup]") {
  protocols::counts counted;
  const protocols::lookup in{listed(), counted};
  const auto found = [&](std::string_view key) {
    const auto hit = in.find(key);
    return hit ? text_of(*hit) : "nothing";
  };
  CHECK(found("192.0.2.1") == "192.0.2.1 a.example 192.0.2.0/24");
  CHECK(found("192.0.2.200") == "192.0.2.200 b.example 192.0.2.128/25");
  CHECK(found("::ffff:192.0.2.1") == "192.0.2.1 a.example 192.0.2.0/24");
  CHECK(found("2001:DB8::1") == "2001:db8::1 a.example 2001:db8::/32");
  CHECK(found("192.0.3.1") == "nothing");
}

TEST_CASE("lookup: what is no address is not found", "[protocols][lookup]") {
  protocols::counts counted;
  const protocols::lookup in{listed(), counted};
  for (const std::string_view key :
       {"", "unknown", "a.example", "192.0.2", "192.0.2.1 ", "192.0.2.0/24"}) {
    CAPTURE(key);
    CHECK_FALSE(in.find(key));
  }
  CHECK(counted[count::not_found] == 6);
}

TEST_CASE("lookup: counts a request by how it ends", "[protocols][lookup]") {
  protocols::counts counted;
  const protocols::lookup in{listed(), counted};
  for (const std::string_view key : {"192.0.2.1", "unknown", "2001:db8::1"})
    static_cast<void>(in.find(key));
  in.refuse();
  protocols::counts expected;
  expected[count::found] = 2;
  expected[count::not_found] = 1;
  expected[count::refused] = 1;
  CHECK(counted == expected);
}

TEST_CASE("lookup: tells of each hit, and of nothing else",
          "[protocols][lookup]") {
  std::string told;
  protocols::counts counted;
  const protocols::lookup in{
      listed(), counted,
      [&told](const protocols::hit& of) { told += text_of(of) + '\n'; }};
  for (const std::string_view key :
       {"192.0.2.1", "unknown", "192.0.3.1", "192.0.2.200"})
    static_cast<void>(in.find(key));
  in.refuse();
  CHECK(told == "192.0.2.1 a.example 192.0.2.0/24\n"
                "192.0.2.200 b.example 192.0.2.128/25\n");
}

TEST_CASE("lookup: the sender of a mail is told with its hit",
          "[protocols][lookup]") {
  protocols::counts counted;
  std::string told;
  const protocols::lookup in{
      listed(), counted, [&told](const protocols::hit& of) {
        told += text_of(of) + " <" + std::string{of.sender} + ">\n";
      }};
  CHECK(in.find_for_mail("192.0.2.1", {"me@a.example", "h", "unknown"}).found);
  CHECK(in.find_for_mail("192.0.2.1", {"", "h", "unknown"}).found);
  CHECK_FALSE(in.find_for_mail("192.0.3.1", {"me@a.example", "h", ""}).found);
  CHECK_FALSE(in.find_for_mail("unknown", {"me@a.example", "h", ""}).found);
  CHECK(in.find("192.0.2.1"));
  CHECK(told == "192.0.2.1 a.example 192.0.2.0/24 <me@a.example>\n"
                "192.0.2.1 a.example 192.0.2.0/24 <>\n"
                "192.0.2.1 a.example 192.0.2.0/24 <>\n");
  CHECK(counted[count::found] == 3);
  CHECK(counted[count::not_found] == 2);
}

TEST_CASE("counts: sum up, each by itself", "[protocols][lookup]") {
  protocols::counts some;
  some[count::found] = 1;
  some[count::turned_away] = 2;
  protocols::counts all;
  all[count::found] = 10;
  all[count::refused] = 20;
  all += some;
  CHECK(all[count::found] == 11);
  CHECK(all[count::not_found] == 0);
  CHECK(all[count::refused] == 20);
  CHECK(all[count::connections] == 0);
  CHECK(all[count::turned_away] == 2);
}

} // namespace lookup_test
