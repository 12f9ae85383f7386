#include "core/page/markup.hpp"

#include "core/support/utf8.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace spfblock::page {
namespace {

/// Whether it has no width, or decides in which direction others are written.
constexpr bool is_invisible(std::uint32_t value) noexcept {
  return value == 0xad || value == 0x61c || value == 0xfeff ||
         (value >= 0x200b && value <= 0x200f) ||
         (value >= 0x2028 && value <= 0x202e) ||
         (value >= 0x2060 && value <= 0x206f);
}

std::string_view entity(std::uint32_t value) noexcept {
  switch (value) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return "&quot;";
  case '\'': return "&#39;";
  default: return {};
  }
}

void append(std::string& to, const code_point& point, std::string_view as) {
  if (const auto named = entity(point.value); !named.empty())
    to += named;
  else if (is_control(point.value) && point.value != '\n' &&
           point.value != '\t')
    fmt::format_to(std::back_inserter(to), "\\x{:02x}", point.value);
  else if (is_invisible(point.value))
    fmt::format_to(std::back_inserter(to), "\\u{{{:04x}}}", point.value);
  else
    to += as;
}

} // namespace

std::string escaped(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  while (!text.empty()) {
    const auto point = first_code_point(text);
    const std::size_t size = point ? point->size : 1;
    if (point)
      append(html, *point, text.substr(0, size));
    else
      fmt::format_to(std::back_inserter(html), "\\x{:02x}",
                     static_cast<unsigned char>(text.front()));
    text.remove_prefix(size);
  }
  return html;
}

} // namespace spfblock::page
