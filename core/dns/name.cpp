#include "core/dns/name.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <iterator>

namespace spfblock::dns {
namespace {

constexpr std::size_t max_label = 63;
constexpr std::size_t max_wire = 255;

std::size_t octet(std::string_view wire, std::size_t at) {
  return static_cast<unsigned char>(wire[at]);
}

failure malformed(std::string_view what, std::string_view text,
                  std::size_t offset) {
  return {errc::malformed, fmt::format("{} in {}", what, in_quotes(text)),
          offset};
}

void append_escaped(std::string& out, char c) {
  if (c == '.' || c == '\\')
    (out += '\\') += c;
  else if (c > ' ' && c <= '~')
    out += c;
  else
    fmt::format_to(std::back_inserter(out), "\\{:03}",
                   static_cast<unsigned char>(c));
}

} // namespace

result<name> name::from_text(std::string_view text) {
  if (text.empty())
    return failure{errc::malformed, "empty domain name"};
  if (text == ".")
    return name{};
  std::string wire;
  std::size_t offset = 0;
  const auto absolute = text.substr(0, text.size() - text.ends_with('.'));
  for (const std::string_view label : split(absolute, '.')) {
    if (label.empty())
      return malformed("empty label", text, offset);
    if (label.size() > max_label)
      return malformed("label over 63 octets", text, offset);
    wire += static_cast<char>(label.size());
    wire += to_lower(label);
    if (wire.size() + 1 > max_wire)
      return malformed("over 255 octets", text, offset);
    offset += label.size() + 1;
  }
  wire += '\0';
  return name{std::move(wire)};
}

result<name> name::from_wire(std::string_view wire) {
  std::size_t at = 0;
  while (at < wire.size() && at < max_wire && octet(wire, at) != 0) {
    if (octet(wire, at) > max_label)
      return failure{errc::malformed, "unknown label type", at};
    at += octet(wire, at) + 1;
  }
  if (at >= max_wire)
    return failure{errc::malformed, "domain name over 255 octets"};
  if (at >= wire.size())
    return failure{errc::malformed, "domain name without an end"};
  if (at + 1 != wire.size())
    return failure{errc::malformed, "octets behind the domain name", at + 1};
  // Length octets are below 'A', so folding leaves them alone.
  return name{to_lower(wire)};
}

std::string name::to_string() const {
  if (is_root())
    return ".";
  std::string out;
  for (std::size_t at = 0; octet(wire_, at) != 0;) {
    if (at != 0)
      out += '.';
    const std::size_t size = octet(wire_, at);
    for (const char c : std::string_view{wire_}.substr(at + 1, size))
      append_escaped(out, c);
    at += size + 1;
  }
  return out;
}

bool name::is_at_or_below(const name& other) const noexcept {
  const std::string_view wire = wire_;
  std::size_t at = 0;
  while (wire.size() - at > other.wire_.size())
    at += octet(wire, at) + 1;
  return wire.substr(at) == other.wire_;
}

std::size_t name::label_count() const noexcept {
  std::size_t count = 0;
  for (std::size_t at = 0; octet(wire_, at) != 0; ++count)
    at += octet(wire_, at) + 1;
  return count;
}

} // namespace spfblock::dns
