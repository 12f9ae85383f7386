#include "tests/fuzz/line_zone.hpp"

#include "core/spf/evaluation.hpp"
#include "core/spf/record_parser.hpp"
#include "core/support/text.hpp"
#include "tests/support/zone_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <variant>

namespace spfblock::fuzz {
namespace {

constexpr std::size_t most_lines = 80;
constexpr std::size_t longest_line = 40;

// `%{v}.test` is one of the last two.
const std::array<std::string, 9> owners{"n0.test", "n1.test",      "n2.test",
                                        "n3.test", "n4.test",      "n5.test",
                                        "n6.test", "in-addr.test", "ip6.test"};

const std::array<std::string, 9> other_targets{
    "%{d}",  "%{o}",     "%{v}.test", "%{d1r}.test", "missing.test",
    "%{D2}", "N1.Test.", "n1..test",  "%{i}.test"};

using dns::rr_type;

constexpr std::array types{rr_type::txt, rr_type::a, rr_type::aaaa,
                           rr_type::mx};

/// The octets of a line as choices.
class choices {
public:
  explicit choices(std::string_view line) : line_{line} {}

  /// The place in `of` that the next octet stands for.
  std::size_t among(std::string_view of) {
    const char c = next();
    const auto at = of.find(c);
    return at != std::string_view::npos
               ? at
               : static_cast<unsigned char>(c) % of.size();
  }

  /// One of `of`; the octet is a digit, or another place beyond those.
  unsigned below(unsigned bound) {
    const char c = next();
    const auto number = static_cast<unsigned char>(c);
    return (is_digit(c) ? number - unsigned{'0'} : number) % bound;
  }

  char next() {
    if (line_.empty())
      return '\0';
    const char c = line_.front();
    line_.remove_prefix(1);
    return c;
  }

  [[nodiscard]] std::string_view rest() const { return line_; }

private:
  std::string_view line_;
};

std::string owner_name(choices& from) {
  return owners.at(from.below(owners.size()));
}

std::string target(choices& from) {
  const char c = from.next();
  if (is_digit(c))
    return owners.at(static_cast<std::size_t>(c - '0') % owners.size());
  return other_targets.at(static_cast<unsigned char>(c) % other_targets.size());
}

std::string dual_length(choices& from) {
  std::string text;
  const std::size_t of_ipv4 = from.among(".0123456789wW");
  const std::size_t of_ipv6 = from.among(".0123456789wW");
  if (of_ipv4 > 10)
    text = of_ipv4 == 11 ? "/8" : "/0";
  else if (of_ipv4 > 0)
    text = fmt::format("/{}", 22 + of_ipv4);
  if (of_ipv6 > 10)
    text += of_ipv6 == 11 ? "//16" : "//0";
  else if (of_ipv6 > 0)
    text += fmt::format("//{}", 118 + of_ipv6);
  return text;
}

std::string address4(choices& from) {
  return fmt::format("10.0.0.{}", from.below(256));
}

std::string address6(choices& from) {
  const unsigned low = from.below(256);
  return low == 255 ? "::ffff:10.0.0.1" : fmt::format("2001:db8::{:x}", low);
}

std::string network(choices& from, bool is_ipv4) {
  const std::string address = is_ipv4 ? address4(from) : address6(from);
  const auto length = static_cast<unsigned>(from.among("9876543210wW."));
  const unsigned width = is_ipv4 ? 32 : 128;
  constexpr unsigned wide = 10;
  if (length < wide)
    return fmt::format("{}/{}", address, width - length);
  return fmt::format("{}/{}", address, (length - wide) * width / 8);
}

/// What one owner holds.
struct holdings {
  std::vector<std::string> texts;
  std::vector<std::string> ipv4;
  std::vector<std::string> ipv6;
  std::vector<std::string> exchanges;
  std::optional<std::string> alias;
  std::array<bool, types.size()> fails{};
};

class builder {
public:
  void add_line(std::string_view line, spf::rules& by);
  void write(line_zone& into) const;

private:
  static void add_rule(choices& from, spf::rules& by);
  static void add_term(char kind, choices& from, holdings& to);
  [[nodiscard]] const holdings* end_of_chain(const std::string& owner) const;
  [[nodiscard]] dns::answer answer(const std::string& owner,
                                   std::size_t type) const;
  void describe(const std::string& owner, std::string& to) const;

  std::map<std::string, holdings> names_;
};

void builder::add_line(std::string_view line, spf::rules& by) {
  choices from{line};
  if (line.starts_with('*')) {
    from.next();
    return add_rule(from, by);
  }
  constexpr std::string_view kinds = "iam46lpert!AQMCF";
  holdings& to = names_[owner_name(from)];
  switch (const char kind = kinds[from.among(kinds)]) {
  case '!': to.texts.emplace_back("v=spf1"); break;
  case 'A': to.ipv4.push_back(address4(from)); break;
  case 'Q': to.ipv6.push_back(address6(from)); break;
  case 'M': to.exchanges.push_back(owner_name(from)); break;
  case 'C': to.alias = owner_name(from); break;
  case 'F': to.fails.at(from.below(types.size())) = true; break;
  default: add_term(kind, from, to);
  }
}

void builder::add_rule(choices& from, spf::rules& by) {
  constexpr std::string_view kinds = "skvwWqdn";
  switch (kinds[from.among(kinds)]) {
  case 's': by.on_permerror = spf::on_permerror::stop; break;
  case 'k': by.on_permerror = spf::on_permerror::skip; break;
  case 'v': by.on_permerror = spf::on_permerror::list_void; break;
  case 'w': by.widest_ipv4 = from.below(33); break;
  case 'W': by.widest_ipv6 = from.below(129); break;
  case 'q': by.dns_queries = 1 + from.below(255); break;
  case 'd': by.depth = 1 + from.below(100); break;
  default:
    by.not_followed = std::make_shared<const std::vector<dns::name>>(
        std::vector{testing::name_of(owner_name(from))});
  }
}

void builder::add_term(char kind, choices& from, holdings& to) {
  if (to.texts.empty())
    to.texts.emplace_back("v=spf1");
  std::string& text = to.texts.back();
  text += ' ';
  if (kind == 't') {
    for (const char c : from.rest())
      text += c == '"' || c == '\\' || c < ' ' || c > '~' ? '?' : c;
    return;
  }
  if (kind == 'r') {
    text += "redirect=" + target(from);
    return;
  }
  text += spf::qualifier_signs[from.among(spf::qualifier_signs)];
  switch (kind) {
  case 'i': text += "include:" + target(from); break;
  case 'e': text += "exists:" + target(from); break;
  case 'p': text += "ptr"; break;
  case 'l': text += "all"; break;
  case '4': text += "ip4:" + network(from, true); break;
  case '6': text += "ip6:" + network(from, false); break;
  default:
    text += kind == 'a' ? "a" : "mx";
    if (from.rest().starts_with('n'))
      from.next();
    else
      text += ':' + target(from);
    text += dual_length(from);
  }
}

/// Null for a loop; nothing more for a name that is not there.
const holdings* builder::end_of_chain(const std::string& owner) const {
  static const holdings nothing;
  std::string at = owner;
  for (std::size_t i = 0; i <= owners.size(); ++i) {
    const auto found = names_.find(at);
    if (found == names_.end())
      return &nothing;
    if (!found->second.alias)
      return &found->second;
    at = *found->second.alias;
  }
  return nullptr;
}

dns::answer builder::answer(const std::string& owner, std::size_t type) const {
  const auto asked = names_.find(owner);
  const holdings* const held = end_of_chain(owner);
  if (held == nullptr)
    return dns::failed_answer("a CNAME loop");
  if (asked != names_.end() && asked->second.fails.at(type))
    return dns::failed_answer("SERVFAIL");
  dns::answer made;
  made.ttl = 3600;
  switch (types.at(type)) {
  case rr_type::txt: made.texts = held->texts; break;
  case rr_type::mx:
    for (const std::string& host : held->exchanges)
      made.exchanges.push_back({10, testing::name_of(host)});
    break;
  default:
    for (const auto& text :
         types.at(type) == rr_type::a ? held->ipv4 : held->ipv6) {
      const auto address = *net::ip_address::try_parse(text);
      if (text.find('.') != std::string::npos && types.at(type) != rr_type::a)
        made.has_mapped_address = true;
      else
        made.addresses.push_back(address);
    }
  }
  const bool found = !made.texts.empty() || !made.exchanges.empty() ||
                     !made.addresses.empty() || made.has_mapped_address;
  made.status =
      found ? dns::answer_status::records : dns::answer_status::no_data;
  return made;
}

void builder::describe(const std::string& owner, std::string& to) const {
  const holdings& held = names_.at(owner);
  for (std::size_t i = 0; i < types.size(); ++i)
    if (held.fails.at(i))
      to += fmt::format("fail {} {}\n", owner, dns::to_string(types.at(i)));
  if (held.alias) {
    to += fmt::format("{} CNAME {}\n", owner, *held.alias);
    return;
  }
  for (const std::string& text : held.texts)
    to += fmt::format("{} {}\n", owner, text);
  for (const std::string& address : held.ipv4)
    to += fmt::format("{} A {}\n", owner, address);
  for (const std::string& address : held.ipv6)
    to += fmt::format("{} AAAA {}\n", owner, address);
  for (const std::string& host : held.exchanges)
    to += fmt::format("{} MX 10 {}\n", owner, host);
}

void builder::write(line_zone& into) const {
  for (const auto& [owner, held] : names_) {
    describe(owner, into.description);
    for (std::size_t i = 0; i < types.size(); ++i)
      into.answers[{testing::name_of(owner), types.at(i)}] = answer(owner, i);
    for (const std::string& text : held.texts)
      into.records.push_back(spf::parse_record(text));
  }
}

} // namespace

line_zone::line_zone(std::string_view text) {
  builder made;
  auto lines = split(text, '\n');
  lines.resize(std::min(lines.size(), most_lines));
  for (const std::string_view line : lines)
    if (!line.empty())
      made.add_line(line.substr(0, longest_line), by);
  made.write(*this);
}

const dns::answer& line_zone::answer(const dns::question& asked) const {
  static const dns::answer nxdomain = [] {
    dns::answer made;
    made.status = dns::answer_status::nxdomain;
    return made;
  }();
  const auto found = answers.find(asked);
  return found == answers.end() ? nxdomain : found->second;
}

spf::expansion line_zone::expand(const dns::name& domain,
                                 const spf::rules& rules) const {
  dns::answer_store known;
  for (;;) {
    spf::expansion made = spf::evaluate(domain, known, rules);
    if (made.missing.empty())
      return made;
    for (const dns::question& asked : made.missing)
      known.put(asked, answer(asked));
  }
}

std::vector<net::ip_prefix>
line_zone::networks_of(const spf::directive& what) const {
  using spf::mechanism;
  if (what.mechanism == mechanism::all)
    return {net::ip_prefix{},
            net::ip_prefix::containing(net::ip_address::ipv6(0), 0)};
  if (what.mechanism == mechanism::ip4 || what.mechanism == mechanism::ip6)
    return what.matches_nothing ? std::vector<net::ip_prefix>{}
                                : std::vector{what.network};
  std::vector<net::ip_prefix> networks;
  if (what.mechanism != mechanism::a && what.mechanism != mechanism::mx)
    return networks;
  for (const auto& [asked, given] : answers) {
    for (const net::ip_address& address : given.addresses)
      networks.push_back(net::ip_prefix::containing(
          address, address.family() == net::family::ipv4
                       ? what.ip4_cidr_length
                       : what.ip6_cidr_length));
    if (given.has_mapped_address && what.ip6_cidr_length < 96)
      networks.push_back(net::ip_prefix::containing(
          net::ip_address::ipv6(net::uint128{0xfffe} << 32U),
          what.ip6_cidr_length));
  }
  return networks;
}

std::uint64_t line_zone::most_work_of_a_term() const {
  constexpr std::uint64_t times = 16;
  std::set<net::ip_prefix> networks;
  for (const spf::record& record : records)
    for (const spf::term& term : record.terms)
      if (const auto* const what = std::get_if<spf::directive>(&term.value))
        for (const net::ip_prefix& network : networks_of(*what))
          networks.insert(network);
  // Each network has two ends; without any there is a range of each family.
  return times * (2 * networks.size() + 2);
}

std::uint64_t line_zone::most_work(const spf::expansion& made) const {
  constexpr std::uint64_t to_parse_an_octet = 2;
  std::uint64_t octets = 0;
  for (const spf::record_visit& each : made.records)
    octets += each.text.size();
  return to_parse_an_octet * octets +
         (made.terms.size() + made.records.size()) * most_work_of_a_term();
}

const dns::name& line_zone::domain() {
  static const dns::name listed = testing::name_of("n0.test");
  return listed;
}

} // namespace spfblock::fuzz
