#include "core/exports/access_keys.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace spfblock::exports {
namespace {

constexpr std::size_t group_count = 8;
/// Zero groups that are written as `::`.
constexpr std::size_t shortest_run = 2;

using groups = std::array<std::uint16_t, group_count>;

groups groups_of(net::uint128 number) {
  groups all{};
  for (std::size_t i = 0; i < group_count; ++i)
    all[i] = static_cast<std::uint16_t>(number >> (16 * (group_count - 1 - i)));
  return all;
}

std::size_t zeros_at(const groups& all, std::size_t at, std::size_t end) {
  std::size_t count = 0;
  while (at + count < end && all[at + count] == 0)
    ++count;
  return count;
}

/// The longest run of zeros from `begin` to before `end`, the first of several.
struct run {
  std::size_t at = 0;
  std::size_t length = 0;
};

run longest_run(const groups& all, std::size_t begin, std::size_t end) {
  run longest{begin, 0};
  for (std::size_t at = begin; at < end; ++at) {
    const std::size_t length = zeros_at(all, at, end);
    if (length > longest.length)
      longest = {at, length};
    at += length;
  }
  return longest;
}

std::string written(const groups& all, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", all[i]);
  return text;
}

/// Whether the text of an address is found for that address only.  It is not
/// where a run less by one zero, followed by the same groups and one more,
/// would be compressed at the same place.
bool is_text_unmistakable(const groups& all) {
  const auto [at, length] = longest_run(all, 0, group_count);
  const std::size_t end = at + length;
  if (length <= shortest_run || end == group_count)
    return true;
  return longest_run(all, 0, at).length >= length - 1 ||
         longest_run(all, end, group_count).length == length;
}

/// Whether Postfix asks by this key for IPv4 clients as well: "100" is 100::/16
/// and 100.0.0.0/8.
bool is_octet(std::string_view key) {
  return parse_decimal(key, 255).has_value();
}

} // namespace

std::string access_key(std::uint32_t first, unsigned length) {
  std::string key = std::to_string(first >> 24U);
  for (unsigned bits = 16; bits <= length; bits += 8)
    key += '.' + std::to_string((first >> (32 - bits)) & 0xffU);
  return key;
}

std::vector<std::string> access_keys(net::uint128 first, unsigned length) {
  const groups all = groups_of(first);
  if (all[0] == 0)
    return {};
  const std::size_t count = length / 16;
  if (count == 1 && is_octet(written(all, count)))
    return {};
  if (count == group_count) {
    if (is_text_unmistakable(all))
      return {net::ip_address::ipv6(first).to_string()};
    return {};
  }
  std::size_t zeros = 0; // at the end of the network's groups
  while (all[count - 1 - zeros] == 0)
    ++zeros;
  // What is compressed before the end does not tell the network's length, and
  // at the end no more than that there are two zeros.
  if (longest_run(all, 0, count - zeros).length >= shortest_run ||
      zeros > shortest_run)
    return {};
  if (zeros == 0)
    return {written(all, count)};
  return {written(all, count), written(all, count - zeros) + ':'};
}

} // namespace spfblock::exports
