#include "tests/support/costly_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <vector>

namespace spfblock::testing {
namespace {

/// A record of 65,535 octets holds so much text.
constexpr std::size_t text_octets = 65000;
constexpr unsigned most_a = 4000;
constexpr unsigned most_aaaa = 2300;

class maker {
public:
  maker(unsigned number, double scale) : chance_{number}, scale_{scale} {}

  costly_domain make() {
    const unsigned carvings = below(8) + 1;
    const unsigned walks = below(9 - carvings) + 1;
    std::string top;
    if (below(4) == 0) {
      top = carve(carvings);
      tell("carved at the top");
    } else {
      put("p.test", carve(carvings) + " ?all");
      top = " include:p.test";
    }
    top += walk(walks);
    if (below(3) == 0)
      top += fill(below(3));
    put("l.test", top + (below(2) == 0 ? " all" : ""));
    return std::move(made_);
  }

private:
  unsigned below(unsigned bound) {
    return std::uniform_int_distribution<unsigned>{0, bound - 1}(chance_);
  }

  unsigned scaled(std::size_t full) const {
    return std::max(1U,
                    static_cast<unsigned>(static_cast<double>(full) * scale_));
  }

  void tell(const std::string& what) {
    made_.shape += (made_.shape.empty() ? "" : ", ") + what;
  }

  static dns::name name(const std::string& text) {
    auto read = dns::name::from_text(text);
    if (!read)
      throw std::invalid_argument{text};
    return *std::move(read);
  }

  void put(const std::string& domain, const std::string& terms) {
    dns::answer txt;
    txt.status = dns::answer_status::records;
    txt.ttl = 300;
    txt.texts = {"v=spf1" + terms};
    made_.answers.put({name(domain), dns::rr_type::txt}, txt);
  }

  /// Some mx terms that part everybody, each with ten hosts, as long as there
  /// are questions.
  std::string carve(unsigned count) {
    const unsigned hosts = std::min(10U, 96 / count);
    // Neighbours in one host, or spread over all of them.
    const bool mixed = below(2) == 0;
    const std::string sign = below(4) == 0 ? "+-?~" : "-";
    tell(fmt::format("{} mx of {} hosts{}", count, hosts,
                     mixed ? " mixed" : ""));
    std::string terms;
    for (unsigned i = 0; i < count; ++i) {
      const std::string target = fmt::format("m{}.test", i);
      dns::answer exchanges;
      exchanges.status = dns::answer_status::records;
      for (unsigned j = 0; j < hosts; ++j) {
        const unsigned at = i * hosts + j;
        const auto host = name(fmt::format("h{}.test", at));
        exchanges.exchanges.push_back(
            {static_cast<std::uint16_t>(j + 1), host});
        put_host(host, at, count * hosts, mixed);
      }
      made_.answers.put({name(target), dns::rr_type::mx}, exchanges);
      terms += fmt::format(" {}mx:{}", sign[i % sign.size()], target);
    }
    return terms;
  }

  void put_host(const dns::name& host, unsigned at, unsigned of, bool mixed) {
    const unsigned four = scaled(most_a);
    const unsigned six = scaled(most_aaaa);
    const auto number = [&](unsigned i, unsigned each) {
      return 2 * (mixed ? i * of + at : at * each + i);
    };
    dns::answer a;
    dns::answer aaaa;
    a.status = aaaa.status = dns::answer_status::records;
    for (unsigned i = 0; i < four; ++i)
      a.addresses.push_back(
          net::ip_address::ipv4((20U << 24U) + number(i, four)));
    for (unsigned i = 0; i < six; ++i)
      aaaa.addresses.push_back(net::ip_address::ipv6(
          (net::uint128{0x2a01} << 112U) + number(i, six)));
    made_.answers.put({host, dns::rr_type::a}, a);
    made_.answers.put({host, dns::rr_type::aaaa}, aaaa);
  }

  /// Terms that lead through many terms, `count` of them at most.
  std::string walk(unsigned count) {
    const unsigned kind = below(4);
    const bool redirects = below(2) == 0;
    const unsigned way = below(8);
    std::string terms;
    if (kind == 3)
      return tree(count);
    tell(fmt::format("{} walks {}{}", count,
                     kind == 0 ? "within each other" : "one after the other",
                     redirects ? ", redirected to" : ""));
    for (unsigned i = 0; i < count; ++i) {
      const std::string here = fmt::format("q{}.test", i);
      const std::string next = fmt::format("q{}.test", i + 1);
      const bool last = i + 1 == count;
      const std::string on = kind != 0 || last ? (below(2) == 0 ? " ?all" : "")
                                               : " include:" + next;
      put(here, (way % 2 == 0 ? fill(way / 2) + on : on + fill(way / 2)));
      if (kind == 0 && i > 0)
        continue;
      terms += (redirects && last ? " redirect=" : " include:") + here;
    }
    return terms;
  }

  /// Each address goes its own way: at t<i> those with a bit of their number
  /// set leave, the others go deeper, twice.
  std::string tree(unsigned depth) {
    const unsigned kind = below(4);
    tell("a tree of includes");
    for (unsigned i = 0; i < depth; ++i) {
      std::string terms;
      const unsigned step = 1U << (i % 6);
      for (unsigned bits = 0; bits < 64; ++bits)
        if ((bits / step) % 2 == 1)
          terms += fmt::format(" ?ip4:20.0.{}.0/24 ?ip6:2a01::{:x}00/120", bits,
                               bits);
      if (i + 1 < depth)
        for (unsigned twice = 0; twice < 2; ++twice)
          terms += fmt::format(" include:t{}.test", i + 1);
      put(fmt::format("t{}.test", i), terms + some(kind, 40));
    }
    return " include:t0.test";
  }

  /// As many terms as a record holds.
  std::string fill(unsigned kind) { return some(kind, text_octets); }

  std::string some(unsigned kind, std::size_t most) {
    static const std::vector<std::string> words[] = {
        {"all", "-all", "?all"},
        {"ip6:2a00::/16", "-ip6:29::", "?ip6:1::", "~ip6:2::"},
        {"ip4:19.1.1.1", "-ip4:1.1.1.1", "ip6:2a01::/127", "?ip6:2a01::1"},
        {"ip6:2a01::/112", "-ip4:20.0.0.0/16", "?ip6:2a01::/100",
         "~ip4:20.0.0.0/17"},
    };
    const auto& from = words[kind];
    const bool one = below(2) == 0;
    const bool varied = kind != 0 && below(2) == 0;
    tell(fmt::format("{}{}", from[0], one ? "" : " and others"));
    std::string terms;
    for (unsigned i = 0; terms.size() < scaled(most); ++i) {
      if (varied)
        terms += i % 2 == 0 ? fmt::format(" ip6:2a01::{:x}", 4 * i + 1)
                            : fmt::format(" ip4:20.0.{}.{}", i / 64 % 256,
                                          i % 64 * 4 + 1);
      else
        terms += " " + from[one ? 0 : i % from.size()];
    }
    return terms;
  }

  std::mt19937 chance_;
  double scale_;
  costly_domain made_;
};

} // namespace

costly_domain costly_record(unsigned number, double scale) {
  return maker{number, scale}.make();
}

} // namespace spfblock::testing
