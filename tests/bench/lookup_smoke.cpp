// A fixed amount of work of the table and the conversation, for scripts/
// smoke.py to count the instructions of: 100,000 lookups in a table of
// 10,000 networks of each family, 1,000 conversations of three requests.
//
// usage: lookup_smoke       exits 1 if an answer is wrong
#include "core/net/ip_address.hpp"
#include "core/protocols/tcp_table.hpp"
#include "core/table/snapshot.hpp"
#include "tests/bench/spf_like_prefixes.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace spfblock;
using protocols::count;

namespace {

constexpr std::size_t networks_each = 10'000;
constexpr std::size_t lookups_each = 50'000;
constexpr std::size_t conversations = 1'000;

template <class Key>
net::ip_address address_of(Key number) {
  if constexpr (sizeof(Key) == 4)
    return net::ip_address::ipv4(number);
  else
    return net::ip_address::ipv6(number);
}

/// Prefixes of a family, and addresses of which every second one lies in one.
template <class Key>
struct sample {
  std::vector<net::tree_entry<Key>> prefixes =
      bench::spf_like_prefixes<Key>(networks_each, 1);
  std::vector<Key> addresses =
      bench::addresses_for(prefixes, bench::traffic::half, lookups_each, 2);
};

template <class Key>
void append(const sample<Key>& of, std::vector<net::ip_prefix>& to) {
  for (const auto& each : of.prefixes)
    to.push_back(
        net::ip_prefix::containing(address_of(each.first), each.length));
}

} // namespace

// What is counted: functions of their own, which callgrind can name.

__attribute__((noinline)) std::size_t
counted_lookups(const table::snapshot& table,
                const std::vector<net::ip_address>& addresses) {
  std::size_t found = 0;
  for (const auto& each : addresses)
    if (table.find(each))
      ++found;
  return found;
}

__attribute__((noinline)) std::size_t
counted_conversations(const table::snapshot& table,
                      const std::vector<std::string>& requests,
                      protocols::counts& counted) {
  std::size_t octets = 0;
  std::string replies;
  for (const std::string& each : requests) {
    protocols::tcp_table talk;
    replies.clear();
    octets += talk.feed(each, {table, counted}, replies);
  }
  return octets;
}

__attribute__((noinline)) table::snapshot
counted_building(std::vector<table::listing> listings) {
  return table::snapshot{std::move(listings)};
}

int main() {
  const sample<std::uint32_t> four;
  const sample<net::uint128> six;
  std::vector<net::ip_prefix> networks;
  append(four, networks);
  append(six, networks);
  std::vector<table::listing> listings;
  listings.push_back({"example.org",
                      table::action::parse("REJECT")->bind("example.org"),
                      std::move(networks)});
  const table::snapshot table = counted_building(std::move(listings));

  std::vector<net::ip_address> addresses;
  for (std::size_t i = 0; i < lookups_each; ++i) {
    addresses.push_back(address_of(four.addresses[i]));
    addresses.push_back(address_of(six.addresses[i]));
  }
  const std::size_t found = counted_lookups(table, addresses);

  std::vector<std::string> requests;
  for (std::size_t i = 0; i < conversations; ++i)
    requests.push_back("get " + addresses[2 * i].to_string() + "\nget " +
                       addresses[2 * i + 1].to_string() + "\nget unknown\n");
  protocols::counts counted;
  const std::size_t octets = counted_conversations(table, requests, counted);

  std::size_t sent = 0;
  for (const std::string& each : requests)
    sent += each.size();
  const bool right =
      found > addresses.size() * 2 / 5 && found < addresses.size() * 3 / 5 &&
      octets == sent &&
      counted[count::found] + counted[count::not_found] == 3 * conversations;
  if (!right)
    std::fprintf(stderr, "lookup_smoke: wrong answers\n");
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
