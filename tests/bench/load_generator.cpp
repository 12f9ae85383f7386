// Puts a load of lookups on a server and checks every reply.  One line of JSON
// on standard output: rates, the server's processor time a request, latencies.
#include "tests/bench/arguments.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/process_time.hpp"
#include "tests/bench/request_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace spfblock::bench;
using std::chrono::nanoseconds;

namespace {

constexpr std::chrono::milliseconds warm_up{100};

struct options {
  std::string server_address = "127.0.0.1:10060"; // --to, IPv4
  protocol speaks = protocol::tcp_table;
  std::size_t connections = 1;
  std::size_t pipeline = 1; // requests sent at once
  double seconds = 1;
  std::optional<double> rate;    // requests a second; else all it can take
  std::string networks;          // a file of those listed, one a line
  std::string action = "REJECT"; // what the table says for these
  std::size_t keys = 65536;      // how many different addresses are asked
  std::uint64_t seed = 1;        // chooses them
  std::optional<pid_t> server;   // whose processor time is told
};

/// Throws std::invalid_argument.
protocol protocol_of(const std::string& name) {
  if (name == "tcp_table")
    return protocol::tcp_table;
  if (name == "policy")
    return protocol::policy;
  if (name == "memcached")
    return protocol::memcached;
  if (name == "redis")
    return protocol::redis;
  throw std::invalid_argument{"no such protocol: " + name};
}

options read(arguments given) {
  options o;
  given.take("--to", o.server_address);
  if (const auto name = given.take("--protocol"))
    o.speaks = protocol_of(*name);
  given.take("--connections", o.connections);
  given.take("--pipeline", o.pipeline);
  given.take("--seconds", o.seconds);
  given.take("--rate", o.rate);
  given.take("--networks", o.networks);
  given.take("--action", o.action);
  given.take("--keys", o.keys);
  given.take("--seed", o.seed);
  given.take("--server-pid", o.server);
  given.end();
  return o;
}

/// Throws std::invalid_argument.
sockaddr_in address_of(const std::string& text) {
  const auto colon = text.find(':');
  sockaddr_in at{};
  at.sin_family = AF_INET;
  const int port =
      colon == std::string::npos ? 0 : std::stoi(text.substr(colon + 1));
  at.sin_port = htons(static_cast<std::uint16_t>(port));
  if (port < 1 || port > 65535 ||
      ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &at.sin_addr) != 1)
    throw std::invalid_argument{"not ADDRESS:PORT: " + text};
  return at;
}

/// As many open files as the connections need, where that is allowed.
void allow_descriptors(std::size_t connections) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, connections + 64);
  limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void store(const sockaddr_in& at, const std::vector<request>& all) {
  if (all.empty())
    return;
  constexpr std::size_t batch = 64;
  load storing{at, 1, all, batch};
  std::size_t stored = 0;
  while (stored < all.size()) {
    const auto done = storing.run(std::chrono::milliseconds{10}, std::nullopt);
    if (done.wrong + done.closed > 0)
      throw std::runtime_error{"the server stores no keys"};
    stored += done.requests;
  }
}

double microseconds_at(std::vector<nanoseconds>& latencies, double part) {
  if (latencies.empty())
    return 0;
  const auto place = static_cast<std::ptrdiff_t>(
      part * static_cast<double>(latencies.size() - 1));
  std::nth_element(latencies.begin(), latencies.begin() + place,
                   latencies.end());
  return std::chrono::duration<double, std::micro>{
      latencies[static_cast<std::size_t>(place)]}
      .count();
}

nanoseconds time_of(const std::optional<pid_t>& server) {
  return server ? process_time(*server) : nanoseconds{0};
}

int run(const options& o) {
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  allow_descriptors(o.connections);
  const listed_ranges listed =
      o.networks.empty() ? listed_ranges{} : listed_ranges{o.networks};
  const sockaddr_in at = address_of(o.server_address);

  std::vector<request> lookups;
  std::vector<request> storages;
  for (const std::uint32_t each : random_addresses(listed, o.keys, o.seed)) {
    const bool found = listed.contains(each);
    lookups.push_back(lookup_of(each, found, o.speaks, o.action));
    if (found &&
        (o.speaks == protocol::memcached || o.speaks == protocol::redis))
      storages.push_back(storage_of(each, o.speaks, o.action));
  }
  store(at, storages);

  load lookup{at, o.connections, lookups, o.pipeline};
  std::optional<double> batches;
  if (o.rate)
    batches = *o.rate / static_cast<double>(o.pipeline);
  const auto warm = lookup.run(warm_up, batches);
  const auto before = time_of(o.server);
  const auto begin = load::clock::now();
  auto done = lookup.run(
      nanoseconds{static_cast<nanoseconds::rep>(o.seconds * 1e9)}, batches);
  const std::chrono::duration<double> took = load::clock::now() - begin;
  const auto used = time_of(o.server) - before;

  const auto requests = static_cast<double>(done.requests);
  const auto wrong = done.wrong + warm.wrong;
  const auto closed = done.closed + warm.closed;
  fmt::print(R"({{"connections": {}, "pipeline": {}, "seconds": {:.3f}, )"
             R"("requests": {}, "requests_per_s": {:.0f}, )"
             R"("server_ns_per_request": {:.1f}, )"
             R"("p50_us": {:.1f}, "p99_us": {:.1f}, "p999_us": {:.1f}, )"
             R"("max_us": {:.1f}, "wrong": {}, "closed": {}}})"
             "\n",
             o.connections, o.pipeline, took.count(), done.requests,
             requests / took.count(),
             static_cast<double>(used.count()) / std::max(requests, 1.0),
             microseconds_at(done.latencies, 0.5),
             microseconds_at(done.latencies, 0.99),
             microseconds_at(done.latencies, 0.999),
             microseconds_at(done.latencies, 1), wrong, closed);
  return wrong + closed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char* argv[]) try {
  return run(read({argc, argv}));
} catch (const std::exception& problem) {
  std::fprintf(stderr, "load_generator: %s\n", problem.what());
  return EXIT_FAILURE;
}
