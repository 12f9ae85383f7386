#include "core/support/utf8.hpp"

#include <algorithm>

namespace spfblock {

namespace {

struct utf8_form {
  std::size_t size;
  std::uint32_t lead_bits;
  std::uint32_t lowest; ///< less is an overlong form
};

std::optional<utf8_form> form_of(unsigned char lead) noexcept {
  if (lead < 0x80)
    return utf8_form{1, lead, 0};
  if (lead >= 0xc0 && lead < 0xe0)
    return utf8_form{2, lead & 0x1fU, 0x80};
  if (lead >= 0xe0 && lead < 0xf0)
    return utf8_form{3, lead & 0x0fU, 0x800};
  if (lead >= 0xf0 && lead < 0xf8)
    return utf8_form{4, lead & 0x07U, 0x10000};
  return std::nullopt;
}

} // namespace

std::optional<code_point> first_code_point(std::string_view text) noexcept {
  const auto form = form_of(static_cast<unsigned char>(text.front()));
  if (!form || text.size() < form->size)
    return std::nullopt;
  std::uint32_t value = form->lead_bits;
  for (const char c : text.substr(1, form->size - 1)) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xc0U) != 0x80)
      return std::nullopt;
    value = value << 6U | (octet & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < form->lowest || value > 0x10ffff || surrogate)
    return std::nullopt;
  return code_point{value, form->size};
}

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
}

} // namespace spfblock
