#include "core/protocols/netstring.hpp"

#include "core/support/contract.hpp"

namespace spfblock::protocols {

/// Reads up to the colon.
/// @return whether the length is known
bool netstring_reader::read_length(std::string_view& bytes) {
  while (!bytes.empty()) {
    const char each = bytes.front();
    bytes.remove_prefix(1);
    if (each == ':' && has_digit_) {
      has_length_ = true;
      return true;
    }
    const bool leading_zero = has_digit_ && length_ == 0;
    if (each < '0' || each > '9' || leading_zero) {
      broken_ = true;
      return false;
    }
    has_digit_ = true;
    length_ = length_ * 10 + static_cast<std::uint32_t>(each - '0');
    if (length_ > longest_) {
      broken_ = true;
      return false;
    }
  }
  return false;
}

std::optional<std::string_view>
netstring_reader::next(std::string_view& bytes) {
  EXPECTS(!broken_);
  if (!has_length_ && !read_length(bytes))
    return std::nullopt;
  const auto whole = content_.take(bytes, std::size_t{length_} + 1);
  if (!whole)
    return std::nullopt;
  length_ = 0;
  has_digit_ = has_length_ = false;
  broken_ = whole->back() != ',';
  if (broken_)
    return std::nullopt;
  return whole->substr(0, whole->size() - 1);
}

void append_netstring(std::string_view content, std::string& out) {
  out += std::to_string(content.size());
  out += ':';
  out += content;
  out += ',';
}

} // namespace spfblock::protocols
