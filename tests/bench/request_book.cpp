#include "tests/bench/request_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace spfblock::bench {

namespace {

std::string text_of(std::uint32_t address) {
  return fmt::format("{}.{}.{}.{}", address >> 24U, address >> 16U & 0xffU,
                     address >> 8U & 0xffU, address & 0xffU);
}

/// What smtpd asks for one RCPT: 29 attributes.
std::string policy_request(const std::string& client) {
  return fmt::format("request=smtpd_access_policy\n"
                     "protocol_state=RCPT\n"
                     "protocol_name=ESMTP\n"
                     "client_address={}\n"
                     "client_name=unknown\n"
                     "client_port=45678\n"
                     "reverse_client_name=unknown\n"
                     "server_address=127.0.0.1\n"
                     "server_port=25\n"
                     "helo_name=client.invalid\n"
                     "sender=sender@sender.invalid\n"
                     "recipient=user@recipient.invalid\n"
                     "recipient_count=0\n"
                     "queue_id=\n"
                     "instance=5c3e.6928fb1e.2c71c.0\n"
                     "size=0\n"
                     "etrn_domain=\n"
                     "stress=\n"
                     "sasl_method=\n"
                     "sasl_username=\n"
                     "sasl_sender=\n"
                     "ccert_subject=\n"
                     "ccert_issuer=\n"
                     "ccert_fingerprint=\n"
                     "ccert_pubkey_fingerprint=\n"
                     "encryption_protocol=\n"
                     "encryption_cipher=\n"
                     "encryption_keysize=0\n"
                     "policy_context=\n\n",
                     client);
}

} // namespace

listed_ranges::listed_ranges(const std::string& file) {
  std::ifstream lines{file};
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream text{line};
    std::array<std::uint32_t, 5> part{}; // four octets and the length
    std::array<char, 4> mark{};
    text >> part[0] >> mark[0] >> part[1] >> mark[1] >> part[2] >> mark[2] >>
        part[3] >> mark[3] >> part[4];
    if (!text || mark != std::array{'.', '.', '.', '/'} || part[4] > 32)
      throw std::runtime_error{
          fmt::format("{}: not a network: {}", file, line)};
    const std::uint32_t first =
        part[0] << 24U | part[1] << 16U | part[2] << 8U | part[3];
    const auto hosts = (std::uint64_t{1} << (32 - part[4])) - 1;
    ranges_.push_back({first, first | static_cast<std::uint32_t>(hosts)});
  }
  if (ranges_.empty())
    throw std::runtime_error{file + ": no network in it"};
  std::sort(ranges_.begin(), ranges_.end(), [](const range& a, const range& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  // A prefix lies within another one or beside it.
  const auto within = [](const range& outer, const range& inner) {
    return inner.last <= outer.last;
  };
  ranges_.erase(std::unique(ranges_.begin(), ranges_.end(), within),
                ranges_.end());
}

bool listed_ranges::contains(std::uint32_t address) const noexcept {
  const auto after = std::upper_bound(
      ranges_.begin(), ranges_.end(), address,
      [](std::uint32_t a, const range& r) { return a < r.first; });
  return after != ranges_.begin() && address <= std::prev(after)->last;
}

std::uint32_t listed_ranges::at(std::size_t which,
                                std::uint32_t host) const noexcept {
  const range& in = ranges_[which % ranges_.size()];
  const auto size = std::uint64_t{in.last} - in.first + 1;
  return in.first + static_cast<std::uint32_t>(host % size);
}

std::vector<std::uint32_t> random_addresses(const listed_ranges& listed,
                                            std::size_t count,
                                            std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::vector<std::uint32_t> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint32_t>(random());
    const bool wanted = i % 2 == 0 && !listed.empty();
    all[i] = wanted ? listed.at(random(), number) : number;
  }
  return all;
}

request lookup_of(std::uint32_t address, bool listed, protocol in,
                  const std::string& action) {
  const std::string key = text_of(address);
  switch (in) {
  case protocol::tcp_table:
    return {"get " + key + "\n",
            listed ? "200 " + action + "\n" : "500 not listed\n"};
  case protocol::policy:
    return {policy_request(key),
            fmt::format("action={}\n\n", listed ? action : "DUNNO")};
  case protocol::memcached:
    return {"get " + key + "\r\n",
            listed ? fmt::format("VALUE {} 0 {}\r\n{}\r\nEND\r\n", key,
                                 action.size(), action)
                   : "END\r\n"};
  case protocol::redis: break;
  }
  return {"GET " + key + "\r\n",
          listed ? fmt::format("${}\r\n{}\r\n", action.size(), action)
                 : "$-1\r\n"};
}

request storage_of(std::uint32_t address, protocol in,
                   const std::string& action) {
  const std::string key = text_of(address);
  if (in == protocol::memcached)
    return {fmt::format("set {} 0 0 {}\r\n{}\r\n", key, action.size(), action),
            "STORED\r\n"};
  return {fmt::format("SET {} \"{}\"\r\n", key, action), "+OK\r\n"};
}

} // namespace spfblock::bench
