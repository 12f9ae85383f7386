#include "core/net/prefix_table.hpp"
#include "tests/support/catch.hpp"

#include <initializer_list>
#include <string>

namespace prefix_table_test {

using namespace spfblock;
using namespace spfblock::net;

namespace {

/// The table of the prefixes, valued 0, 1, 2 and so on.
prefix_table table(std::initializer_list<const char*> texts) {
  std::vector<prefix_table::entry> entries;
  for (const char* text : texts) {
    const auto prefix = ip_prefix::parse(text);
    REQUIRE(prefix);
    entries.push_back({*prefix, static_cast<std::uint32_t>(entries.size())});
  }
  return prefix_table{entries};
}

/// "PREFIX VALUE" of the match, or "none".
std::string match_of(const prefix_table& t, const char* address) {
  const auto parsed = ip_address::parse(address);
  REQUIRE(parsed);
  const auto found = t.longest_match(*parsed);
  if (!found)
    return "none";
  return found->prefix.to_string() + ' ' + std::to_string(found->value);
}

} // namespace

TEST_CASE("prefix_table: the most specific prefix of the family answers",
          "[net][prefix_table]") {
  const auto t =
      table({"192.0.2.0/24", "192.0.0.0/16", "192.0.2.1", "2001:db8::/32",
             "2001:db8:1::/48", "192.0.2.0/24", "::/96"});
  CHECK(t.ipv4_size() == 3);
  CHECK(t.ipv6_size() == 3);

  struct row {
    const char* address;
    const char* match;
  };
  const row rows[] = {
      {"192.0.2.1", "192.0.2.1/32 2"},
      {"192.0.2.2", "192.0.2.0/24 0"},
      {"192.0.3.0", "192.0.0.0/16 1"},
      {"192.1.0.0", "none"},
      {"::ffff:192.0.2.1", "192.0.2.1/32 2"},
      {"::192.0.2.1", "::/96 6"},
      {"2001:db8:1:2::3", "2001:db8:1::/48 4"},
      {"2001:db8:2::", "2001:db8::/32 3"},
      {"2001:db9::", "none"},
  };
  for (const row& r : rows) {
    CAPTURE(r.address);
    CHECK(match_of(t, r.address) == r.match);
  }
}

TEST_CASE("prefix_table: default routes answer for their own family",
          "[net][prefix_table]") {
  const auto four = table({"0.0.0.0/0"});
  CHECK(match_of(four, "255.255.255.255") == "0.0.0.0/0 0");
  CHECK(match_of(four, "::") == "none");
  const auto six = table({"::/0"});
  CHECK(match_of(six, "ffff::") == "::/0 0");
  CHECK(match_of(six, "0.0.0.0") == "none");
  CHECK(match_of(six, "::ffff:1.2.3.4") == "none");
}

TEST_CASE("prefix_table: an empty table matches nothing",
          "[net][prefix_table]") {
  const prefix_table t;
  CHECK(match_of(t, "0.0.0.0") == "none");
  CHECK(match_of(t, "::") == "none");
  CHECK(t.ipv4_size() + t.ipv6_size() == 0);
}

} // namespace prefix_table_test
