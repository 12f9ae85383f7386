#include "core/dns/unicode_name.hpp"

#include "core/support/text.hpp"
#include "core/support/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <idn2.h>
#include <memory>

namespace spfblock::dns {
namespace {

failure no_ascii_form(std::string_view text, std::string_view why) {
  return {errc::malformed,
          fmt::format("no domain name: {} ({})", in_quotes(text), why)};
}

struct freed {
  void operator()(std::uint8_t* of) const noexcept { idn2_free(of); }
};

} // namespace

bool is_name_character(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

result<std::string> ascii_form(std::string_view text) {
  const std::string ended{text}; // by NUL
  if (is_ascii(text))
    return ended;
  if (text.size() > longest_unicode_name)
    return no_ascii_form(text, "too long");
  if (text.find('\0') != std::string_view::npos)
    return no_ascii_form(text, "an octet 0");
  std::uint8_t* made = nullptr;
  const int outcome =
      idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(ended.c_str()),
                     &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, freed> held{made};
  if (outcome != IDN2_OK || made == nullptr)
    return no_ascii_form(text, idn2_strerror(outcome));
  std::string ascii{reinterpret_cast<const char*>(made)};
  if (!std::all_of(ascii.begin(), ascii.end(), is_name_character))
    return no_ascii_form(text, "a character that no label has");
  return ascii;
}

result<name> name_from_unicode(std::string_view text) {
  if (is_ascii(text))
    return name::from_text(text);
  const auto ascii = ascii_form(text);
  return ascii ? name::from_text(*ascii) : ascii.error();
}

} // namespace spfblock::dns
