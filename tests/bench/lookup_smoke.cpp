// A fixed amount of work of the table and the conversations, for smoke.py to
// count the instructions of: 100,000 lookups in a table of 10,000 networks of
// each family, 1,000 conversations of three requests, 20,000 questions at the
// door dnsbl; and 20,000 requests at the door policy of hosts that are listed,
// without notes of the senders, with notes of a hundred domains, and with notes
// of as many as there are requests.
//
// usage: lookup_smoke       exits 1 if an answer is wrong
#include "core/dns/message.hpp"
#include "core/net/ip_address.hpp"
#include "core/protocols/dnsbl.hpp"
#include "core/protocols/dnsbl_name.hpp"
#include "core/protocols/policy.hpp"
#include "core/protocols/tcp_table.hpp"
#include "core/table/snapshot.hpp"
#include "server/serving/shared_sender_notes.hpp"
#include "server/system/clocks.hpp"
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
constexpr std::size_t policy_requests = 20'000;
constexpr std::size_t few_domains = 100;
constexpr std::size_t questions = 20'000;

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

/// Requests of listed hosts in the names of so many domains.
std::vector<std::string>
requests_of_senders(const table::snapshot& table,
                    const std::vector<net::ip_address>& addresses,
                    std::size_t domains) {
  std::vector<std::string> made;
  for (std::size_t i = 0; made.size() < policy_requests; ++i) {
    const net::ip_address& host = addresses[i % addresses.size()];
    if (!table.find(host))
      continue;
    const std::string sender =
        "news@mail" + std::to_string(made.size() % domains) + ".spam.example";
    made.push_back("request=smtpd_access_policy\nprotocol_state=RCPT\n"
                   "client_address=" +
                   host.to_string() + "\nclient_name=unknown\nsender=" +
                   sender + "\nrecipient=you@example.org\nsasl_username=\n\n");
  }
  return made;
}

/// @return how many were found
std::size_t answer(const table::snapshot& table,
                   const std::vector<std::string>& requests,
                   server::shared_sender_notes* notes) {
  protocols::counts counted;
  const protocols::lookup in{table, counted, [notes](const protocols::hit& of) {
                               if (notes != nullptr) // as a session does it
                                 notes->note(of.sender, of.address,
                                             of.found.by->counter,
                                             server::read_clocks().wall);
                             }};
  protocols::policy talk;
  std::string replies;
  for (const std::string& each : requests) {
    replies.clear();
    (void)talk.feed(each, in, replies);
  }
  return counted[count::found];
}

protocols::dnsbl list() {
  return {*dns::name::from_text("bl.example"),
          net::address_set::everything(net::family::ipv4)};
}

/// Messages that ask for the A record of the first addresses of IPv4, which are
/// every second one.
std::vector<std::string>
questions_for(const std::vector<net::ip_address>& addresses) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < questions; ++i) {
    const auto name = dns::name::from_text(
        protocols::dnsbl_labels_of(addresses[2 * i]) + "bl.example");
    made.push_back(
        dns::encode_query({*name, dns::rr_type::a}, 1, dns::edns::off));
  }
  return made;
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

/// @return octets of all answers
__attribute__((noinline)) std::size_t
counted_questions(const protocols::dnsbl& asked, const table::snapshot& table,
                  const std::vector<std::string>& messages,
                  protocols::counts& counted) {
  const protocols::lookup in{table, counted};
  std::size_t octets = 0;
  std::string reply;
  for (const std::string& each : messages) {
    reply.clear();
    asked.answer(each, in, reply);
    octets += reply.size();
  }
  return octets;
}

__attribute__((noinline)) std::size_t
counted_without_notes(const table::snapshot& table,
                      const std::vector<std::string>& requests) {
  return answer(table, requests, nullptr);
}

__attribute__((noinline)) std::size_t
counted_with_notes(const table::snapshot& table,
                   const std::vector<std::string>& requests) {
  server::shared_sender_notes notes{{}};
  return answer(table, requests, &notes);
}

// Not to be folded into the one before, which says the same.
__attribute__((noipa)) std::size_t
counted_with_flood(const table::snapshot& table,
                   const std::vector<std::string>& requests) {
  server::shared_sender_notes notes{{}};
  return answer(table, requests, &notes);
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

  const auto messages = questions_for(addresses);
  protocols::counts asked;
  const bool answered =
      counted_questions(list(), table, messages, asked) > 0 &&
      asked[count::found] + asked[count::not_found] == questions;

  const auto few = requests_of_senders(table, addresses, few_domains);
  const auto many = requests_of_senders(table, addresses, policy_requests);
  const std::size_t rejected = counted_without_notes(table, few) +
                               counted_with_notes(table, few) +
                               counted_with_flood(table, many);

  std::size_t sent = 0;
  for (const std::string& each : requests)
    sent += each.size();
  const bool right =
      found > addresses.size() * 2 / 5 && found < addresses.size() * 3 / 5 &&
      octets == sent && answered && rejected == 3 * policy_requests &&
      counted[count::found] + counted[count::not_found] == 3 * conversations;
  if (!right)
    std::fprintf(stderr, "lookup_smoke: wrong answers\n");
  return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
