// Any order of claims, results of checks and times: what is begun at once stays
// within its bounds, no domain is believed before it was asked about nobody's
// address, and nobody passes but by a check of his own claim.
//
// Input: four octets an operation.
//
//     c D K ?   a claim of client K of domain D
//     e N R T   the N-th check under way comes to R, for T * 8 seconds
//     t S ? ?   S seconds pass
//     g ? ? ?   what takes too long is given up
//     x ? ? ?   all is forgotten
#include "core/query_time/docket.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace spfblock;
using namespace spfblock::query_time;
using fuzz::require;
using spf::host_result;
using std::chrono::seconds;

namespace {

constexpr docket::limits most{8, 4, 200, 60, seconds{20}};
constexpr std::size_t domains = 6;
constexpr std::size_t operation_octets = 4;

/// A claim, of an odd client of IPv6.
claim claim_of(std::uint8_t domain, std::uint8_t client) {
  return {testing::name_of(fmt::format("d{}.test", domain % domains)),
          client % 2 == 0 ? net::ip_address::ipv4(0x2e000000U + client)
                          : net::ip_address::ipv6(
                                (net::uint128{0x2a0104f8} << 96U) + client),
          {},
          {}};
}

/// Who waits of that domain; of the last there is no address that is nobody's.
table::residue residue_of(const claim& of) {
  const bool is_last =
      of.domain == testing::name_of(fmt::format("d{}.test", domains - 1));
  return {of.domain,
          is_last ? net::address_set{*net::ip_prefix::parse("46.0.0.0/16")}
                  : net::address_set::everything(net::family::ipv4) |
                        net::address_set::everything(net::family::ipv6),
          false, false};
}

bool is_nobody(const net::ip_address& client) {
  for (const char* const block :
       {"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"})
    if (net::ip_prefix::parse(block)->contains(client))
      return true;
  return false;
}

/// Plays the operations, and watches what the docket does.
class play {
public:
  void operation(std::string_view octets) {
    const auto number = [&](std::size_t at) {
      return static_cast<std::uint8_t>(octets[at]);
    };
    switch (octets.front()) {
    case 'e': return end(number(1), number(2), number(3));
    case 't': now_ += seconds{number(1)}; return;
    case 'g': return see(of_.give_up(now_), nullptr, host_result::temperror);
    case 'x': return forget();
    default: want(claim_of(number(1), number(2)));
    }
  }

private:
  using family_of_domain = std::pair<std::string, net::family>;

  static family_of_domain key_of(const spf::envelope& of) {
    return {of.domain.to_string(), of.client.family()};
  }

  void want(const claim& what) {
    const auto made = of_.wanted(what, residue_of(what), now_);
    require(made.begin.size() <= 1, "a claim begins one check at most");
    see(made, nullptr, host_result::none);
  }

  void end(std::uint8_t which, std::uint8_t result, std::uint8_t time) {
    if (under_way_.empty())
      return;
    const auto chosen =
        std::next(under_way_.begin(),
                  static_cast<std::ptrdiff_t>(which % under_way_.size()));
    const spf::envelope of = chosen->second;
    spf::host_check made;
    made.result =
        static_cast<host_result>(result % spf::host_result_words.size());
    made.ttl = time * 8U;
    made.questions = time % 16U;
    const std::uint64_t number = chosen->first;
    under_way_.erase(chosen);
    const auto led_to = of_.ended(number, made, now_);
    if (is_nobody(of.client))
      believed_[key_of(of)] = made.result != host_result::pass &&
                              made.result != host_result::temperror;
    see(led_to, &of, made.result);
    require(of_.ended(number, made, now_).know.empty(), "a check ends once");
  }

  /// @param of the check that ended, to `result`; null: none
  void see(const docket::effect& made, const spf::envelope* of,
           host_result result) {
    for (const docket::check& each : made.begin) {
      require(each.of.local_part == "postmaster" && each.of.helo.empty(),
              "a check is of the claim");
      require(is_nobody(each.of.client) || believed_[key_of(each.of)],
              "a domain is believed only once it did not pass nobody");
      require(under_way_.emplace(each.number, each.of).second,
              "a number is used once");
    }
    for (const docket::knowledge& each : made.know)
      see(each, of, result);
    take_off_given_up();
    check_bounds();
  }

  void see(const docket::knowledge& known, const spf::envelope* of,
           host_result result) const {
    require(!is_nobody(known.of.client), "nobody is not asked for");
    require(known.until > now_ && known.until <= now_ + docket::longest_kept,
            "what is known holds for a time, and not for ever");
    if (known.said != verdict::passes)
      return;
    require(of != nullptr && result == host_result::pass &&
                known.of.client == of->client && known.of.domain == of->domain,
            "who passes was checked, and passed");
  }

  /// The oldest are given up first.
  void take_off_given_up() {
    require(of_.under_way() <= under_way_.size(),
            "no check is under way that was not begun");
    while (under_way_.size() > of_.under_way()) {
      const spf::envelope& of = under_way_.begin()->second;
      if (is_nobody(of.client))
        believed_[key_of(of)] = false;
      under_way_.erase(under_way_.begin());
    }
  }

  void check_bounds() const {
    require(of_.under_way() <= most.at_once, "no more checks at once");
    std::map<std::string, std::size_t> by_domain;
    for (const auto& [number, of] : under_way_)
      require(++by_domain[of.domain.to_string()] <= most.at_once_of_domain,
              "no more checks of a domain at once");
    require(of_.next().has_value() == (of_.under_way() > 0),
            "what is under way has its end");
  }

  void forget() {
    of_.clear();
    under_way_.clear();
    believed_.clear();
  }

  docket of_{most, [this] { return random_ += 0x9e3779b9U; }};
  std::uint32_t random_ = 0;
  moment now_{std::chrono::hours{1000}};
  std::map<std::uint64_t, spf::envelope> under_way_;
  /// Whether a domain did not pass nobody when it was last asked, by family.
  std::map<family_of_domain, bool> believed_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  constexpr std::size_t most_operations = 2000;
  std::string_view octets = fuzz::text_of(data, size);
  play of;
  for (std::size_t i = 0;
       i < most_operations && octets.size() >= operation_octets; ++i) {
    of.operation(octets.substr(0, operation_octets));
    octets.remove_prefix(operation_octets);
  }
  return 0;
}
