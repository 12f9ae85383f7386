#include "core/protocols/client_names.hpp"
#include "core/protocols/netstring.hpp"
#include "core/protocols/socketmap.hpp"
#include "core/protocols/tcp_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/named_table.hpp"

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace client_names_test {

using namespace spfblock;
using protocols::client_names;
using protocols::count;
using testing::named_table;

namespace {

/// "found 192.0.2.1" for each address that its name decides about, of the keys
/// of one connection.
std::string found_of(const std::vector<std::string>& keys) {
  protocols::counts counted;
  const protocols::lookup in{named_table(), counted};
  client_names names;
  std::string found;
  for (const std::string& key : keys) {
    if (const auto hit = in.find(key, names))
      found += hit->address.to_string() + ' ' + hit->found.network.to_string() +
               '\n';
  }
  CHECK(counted[count::found] + counted[count::not_found] == keys.size());
  return found;
}

} // namespace

TEST_CASE("client_names: an address is listed by the name that it is asked "
          "with",
          "[protocols][client_names]") {
  const std::string hit = "198.51.100.1 198.51.100.1/32\n";
  for (const std::string name :
       {"a.test", "mail.a.test", "MAIL.A.Test", "x.y.a.test."}) {
    CAPTURE(name);
    CHECK(found_of({name, "198.51.100.1"}) == hit);
    CHECK(found_of({name, "198.51.100.1", name, "198.51.100.1"}) == hit + hit);
  }
  CHECK(found_of({"a.test", "2001:db8::1"}) == "2001:db8::1 2001:db8::1/128\n");
  for (const std::string name :
       {"unknown", "test", "xa.test", "a.test.example", "b.test", "", ".",
        "a..test", "a.test ", "192.0.2"}) {
    CAPTURE(name);
    CHECK(found_of({name, "198.51.100.1"}).empty());
  }
}

TEST_CASE("client_names: for whom the record decides otherwise, and for who is "
          "allowed, no name counts",
          "[protocols][client_names]") {
  CHECK(found_of({"a.test", "203.0.113.1"}).empty());
  CHECK(found_of({"a.test", "198.51.100.200"}).empty()); // allowed
  CHECK(found_of({"m.b.test", "198.51.100.1"}).empty());
  CHECK(found_of({"m.b.test", "203.0.113.1"}) ==
        "203.0.113.1 203.0.113.1/32\n");
}

TEST_CASE("client_names: what is listed anyway is, by its network",
          "[protocols][client_names]") {
  const std::string hit = "192.0.2.1 192.0.2.0/24\n";
  CHECK(found_of({"a.test", "192.0.2.1"}) == hit);
  CHECK(found_of({"unknown", "192.0.2.1"}) == hit);
  CHECK(found_of({"192.0.2.1", "192.0.2.1"}) == hit + hit);
}

TEST_CASE("client_names: where keys do not come in pairs no name counts any "
          "more, for good",
          "[protocols][client_names]") {
  const std::vector<std::string> pair{"a.test", "198.51.100.1"};
  for (const std::vector<std::string>& before :
       std::vector<std::vector<std::string>>{
           {"198.51.100.1"},
           {"a.test"},
           {"unknown"},
           {"unknown", "unknown"},
           {"b.test", "203.0.113.9", "203.0.113.9"},
           {"unknown", "203.0.113.9", "h.example", "sender@x.test"}}) {
    std::vector<std::string> keys = before;
    CAPTURE(keys);
    for (int i = 0; i < 3; ++i)
      keys.insert(keys.end(), pair.begin(), pair.end());
    CHECK(found_of(keys).empty());
  }
}

// As proxymap(8) would mix those of several smtpd processes.
TEST_CASE("client_names: a name never counts for an address that it was not "
          "asked with, however clients are mixed",
          "[protocols][client_names][random]") {
  struct smtpd {
    std::string name;
    std::string address;
    bool has_asked_name = false;
  };
  std::mt19937 random{11};
  std::size_t found = 0;
  for (int round = 0; round < 3000; ++round) {
    // Who is named is not in the residue, and who is in it is not named.
    std::array<smtpd, 3> clients{{{"m.a.test", "203.0.113.1"},
                                  {"unknown", "198.51.100.1"},
                                  {"m.a.test", "198.51.100.2"}}};
    const unsigned some = random() % 4;
    protocols::counts counted;
    const protocols::lookup in{named_table(), counted};
    client_names names;
    for (int i = 0; i < 12; ++i) {
      // Mostly one after the other.
      static std::size_t last = 0;
      if (!clients[last].has_asked_name || random() % 8 < some)
        last = random() % clients.size();
      smtpd& who = clients[last];
      const auto hit =
          in.find(who.has_asked_name ? who.address : who.name, names);
      who.has_asked_name = !who.has_asked_name;
      if (!hit)
        continue;
      ++found;
      REQUIRE(hit->address.to_string() == "198.51.100.2");
    }
  }
  CHECK(found > 100);
}

TEST_CASE("tcp_table: the name before an address may decide about it",
          "[protocols][tcp_table]") {
  const auto replies_to = [](std::string_view stream) {
    protocols::counts counted;
    const protocols::lookup in{named_table(), counted};
    protocols::tcp_table with_client;
    std::string replies;
    REQUIRE(with_client.feed(stream, in, replies) == stream.size());
    return replies;
  };
  const std::string no = "500 not listed\n";
  const std::string yes = "200 REJECT a.test 198.51.100.1/32\n";
  const std::string pair = "get m.a.test\nget 198.51.100.1\n";
  CHECK(replies_to(pair) == no + yes);
  CHECK(replies_to("get %6d.a.test\nget 198.51.100.1\n") == no + yes);
  for (const char* between : {"put x\n", "nonsense\n", "get %\n"}) {
    CAPTURE(between);
    CHECK_FALSE(replies_to(between + pair).ends_with(yes));
    CHECK_FALSE(replies_to("get m.a.test\n" + std::string{between} +
                           "get 198.51.100.1\n")
                    .ends_with(yes));
  }
}

TEST_CASE("socketmap: the name before an address may decide about it",
          "[protocols][socketmap]") {
  const auto replies_to = [](const std::vector<std::string>& requests) {
    std::string stream;
    for (const std::string& each : requests)
      protocols::append_netstring(each, stream);
    protocols::counts counted;
    const protocols::lookup in{named_table(), counted};
    protocols::socketmap with_client;
    std::string replies;
    REQUIRE(with_client.feed(stream, in, replies) == stream.size());
    return replies;
  };
  std::string yes;
  protocols::append_netstring("NOTFOUND ", yes);
  protocols::append_netstring("OK REJECT a.test 198.51.100.1/32", yes);
  CHECK(replies_to({"x m.a.test", "x 198.51.100.1"}) == yes);
  CHECK(replies_to({"x 198.51.100.1"}) == "9:NOTFOUND ,");
  CHECK_FALSE(
      replies_to({"nonsense", "x m.a.test", "x 198.51.100.1"}).ends_with(yes));
}

} // namespace client_names_test
