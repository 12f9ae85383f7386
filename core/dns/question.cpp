#include "core/dns/question.hpp"

namespace spfblock::dns {

std::string_view to_string(rr_type type) noexcept {
  switch (type) {
  case rr_type::a: return "A";
  case rr_type::ptr: return "PTR";
  case rr_type::mx: return "MX";
  case rr_type::txt: return "TXT";
  case rr_type::aaaa: return "AAAA";
  }
  return "?";
}

std::string question::to_string() const {
  std::string text = owner.to_string();
  text += ' ';
  text += dns::to_string(type);
  return text;
}

} // namespace spfblock::dns
