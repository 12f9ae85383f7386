#include "core/spf/directive_parser.hpp"

#include "core/spf/syntax_fault.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace spfblock::spf {

namespace {

/// A part of a term and where it stands there.
struct piece {
  std::string_view text;
  std::size_t offset = 0;

  [[nodiscard]] piece before(std::size_t at) const {
    return {text.substr(0, at), offset};
  }
  [[nodiscard]] piece from(std::size_t at) const {
    return {text.substr(at), offset + at};
  }
};

/// Nothing, or what is wrong; its offset is within the term.
using fault = std::optional<failure>;

/// How a cidr-length is called and how long it may be (RFC 7208 §5.6).
struct length_kind {
  std::string_view name;
  unsigned maximum;
};

constexpr length_kind ip4_length{"ip4-cidr-length", 32};
constexpr length_kind ip6_length{"ip6-cidr-length", 128};

fault parse_length(piece digits, length_kind kind, unsigned& length) {
  const std::string_view text = digits.text;
  if (text.empty())
    return malformed(fmt::format("{} without digits", kind.name),
                     digits.offset);
  if (!std::all_of(text.begin(), text.end(), is_digit))
    return malformed(fmt::format("{} {} is no number", kind.name, shown(text)),
                     digits.offset);
  if (text.size() > 1 && text.front() == '0')
    return malformed(fmt::format("{} with a leading zero", kind.name),
                     digits.offset);
  const auto value = parse_decimal(text, kind.maximum);
  if (!value)
    return malformed(fmt::format("{} over {}", kind.name, kind.maximum),
                     digits.offset);
  length = static_cast<unsigned>(*value);
  return std::nullopt;
}

/// Reads "/24", "//64", "/24//64" or nothing.
fault parse_dual_length(piece lengths, directive& parsed) {
  const auto second = std::min(lengths.text.find("//"), lengths.text.size());
  if (const piece ip4 = lengths.before(second); !ip4.text.empty())
    if (fault f = parse_length(ip4.from(1), ip4_length, parsed.ip4_cidr_length))
      return f;
  if (second == lengths.text.size())
    return std::nullopt;
  return parse_length(lengths.from(second + 2), ip6_length,
                      parsed.ip6_cidr_length);
}

fault parse_domain(piece text, std::optional<domain_spec>& target) {
  auto spec = domain_spec::parse(text.text);
  if (!spec)
    return malformed(spec.error().message, text.offset + spec.error().offset);
  target = *std::move(spec);
  return std::nullopt;
}

/// Where the dual-cidr-length begins in "domain-spec/24//64".  A "/" may stand
/// in the domain-spec as well, but never followed by digits and slashes only.
std::size_t find_dual_length(std::string_view text) noexcept {
  const auto last_other = text.find_last_not_of("/0123456789");
  const auto behind = last_other == std::string_view::npos ? 0 : last_other + 1;
  return std::min(text.find('/', behind), text.size());
}

// Each of these reads what stands behind the mechanism's name: nothing, or a
// text that begins with ":" or "/".

fault parse_no_argument(piece arguments, directive& parsed) {
  if (arguments.text.empty())
    return std::nullopt;
  return malformed(
      fmt::format("{} takes no argument", to_string(parsed.mechanism)),
      arguments.offset);
}

fault parse_required_target(piece arguments, directive& parsed) {
  if (!arguments.text.starts_with(':'))
    return malformed(
        fmt::format("{} without a domain-spec", to_string(parsed.mechanism)),
        arguments.offset);
  return parse_domain(arguments.from(1), parsed.target);
}

fault parse_optional_target(piece arguments, directive& parsed) {
  if (arguments.text.empty())
    return std::nullopt;
  if (arguments.text.starts_with('/'))
    return malformed(
        fmt::format("{} takes no cidr-length", to_string(parsed.mechanism)),
        arguments.offset);
  return parse_domain(arguments.from(1), parsed.target);
}

fault parse_target_and_lengths(piece arguments, directive& parsed) {
  if (!arguments.text.starts_with(':'))
    return parse_dual_length(arguments, parsed);
  const auto end = find_dual_length(arguments.text);
  if (fault f = parse_domain(arguments.before(end).from(1), parsed.target))
    return f;
  return parse_dual_length(arguments.from(end), parsed);
}

/// The argument of ip4 and ip6.
struct network_text {
  net::ip_address address;
  unsigned length = 0;
};

result<network_text> parse_network(piece arguments, mechanism kind) {
  if (!arguments.text.starts_with(':'))
    return malformed(fmt::format("{} without a network", to_string(kind)),
                     arguments.offset);
  const piece text = arguments.from(1);
  const auto slash = std::min(text.text.find('/'), text.text.size());
  const std::string_view spelled = text.text.substr(0, slash);
  const auto address = net::ip_address::try_parse(spelled);
  const bool is_ip6 = spelled.find(':') != std::string_view::npos;
  if (!address || is_ip6 != (kind == mechanism::ip6))
    return malformed(fmt::format("{} is no {} address", shown(spelled),
                                 kind == mechanism::ip6 ? "IPv6" : "IPv4"),
                     text.offset);
  const length_kind& limit = is_ip6 ? ip6_length : ip4_length;
  network_text network{*address, limit.maximum};
  if (slash < text.text.size())
    if (fault f = parse_length(text.from(slash + 1), limit, network.length))
      return *std::move(f);
  return network;
}

fault parse_ip4(piece arguments, directive& parsed) {
  const auto network = parse_network(arguments, mechanism::ip4);
  if (!network)
    return network.error();
  parsed.network =
      net::ip_prefix::containing(network->address, network->length);
  return std::nullopt;
}

fault parse_ip6(piece arguments, directive& parsed) {
  const auto network = parse_network(arguments, mechanism::ip6);
  if (!network)
    return network.error();
  // An address within ::ffff:0:0/96 has become an IPv4 address, so the number
  // is put together again and masked before ip_address sees it.
  const bool is_mapped = network->address.family() == net::family::ipv4;
  parsed.matches_nothing = is_mapped && network->length >= 96;
  constexpr net::uint128 mapped = net::uint128{0xffffU} << 32U;
  const net::uint128 number =
      network->address.number() | (is_mapped ? mapped : net::uint128{0});
  const unsigned length = parsed.matches_nothing ? 128 : network->length;
  const net::uint128 first =
      parsed.matches_nothing
          ? net::uint128{0}
          : number & net::network_mask(net::family::ipv6, length);
  parsed.network =
      net::ip_prefix::containing(net::ip_address::ipv6(first), length);
  return std::nullopt;
}

fault parse_arguments(piece arguments, directive& parsed) {
  switch (parsed.mechanism) {
  case mechanism::all: return parse_no_argument(arguments, parsed);
  case mechanism::include:
  case mechanism::exists: return parse_required_target(arguments, parsed);
  case mechanism::a:
  case mechanism::mx: return parse_target_and_lengths(arguments, parsed);
  case mechanism::ptr: return parse_optional_target(arguments, parsed);
  case mechanism::ip4: return parse_ip4(arguments, parsed);
  case mechanism::ip6: return parse_ip6(arguments, parsed);
  }
  EXPECTS(false);
}

std::optional<mechanism> find_mechanism(std::string_view name) noexcept {
  for (const auto kind :
       {mechanism::all, mechanism::include, mechanism::a, mechanism::mx,
        mechanism::ptr, mechanism::ip4, mechanism::ip6, mechanism::exists})
    if (iequals(name, to_string(kind)))
      return kind;
  return std::nullopt;
}

} // namespace

result<directive> parse_directive(std::string_view text) {
  EXPECTS(!text.empty());
  piece rest{text, 0};
  directive parsed;
  const auto sign = qualifier_signs.find(rest.text.front());
  if (sign != std::string_view::npos) {
    parsed.qualifier = static_cast<qualifier>(sign);
    rest = rest.from(1);
  }
  const auto end = std::min(rest.text.find_first_of(":/"), rest.text.size());
  const std::string_view name = rest.text.substr(0, end);
  const auto kind = find_mechanism(name);
  if (!kind)
    return malformed(fmt::format("unknown mechanism {}", shown(name)),
                     rest.offset);
  parsed.mechanism = *kind;
  if (fault f = parse_arguments(rest.from(end), parsed))
    return *std::move(f);
  return parsed;
}

} // namespace spfblock::spf
