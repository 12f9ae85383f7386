#include "core/protocols/framing.hpp"

#include "core/support/contract.hpp"

namespace spfblock::protocols {

std::optional<std::string_view> pieces::take(std::string_view& bytes,
                                             std::size_t size) {
  if (is_given_)
    clear();
  EXPECTS(size >= kept_.size());
  const std::string_view piece = bytes.substr(0, size - kept_.size());
  bytes.remove_prefix(piece.size());
  const bool is_whole = kept_.size() + piece.size() == size;
  if (is_whole && kept_.empty())
    return piece;
  kept_ += piece;
  is_given_ = is_whole;
  return is_whole ? std::optional<std::string_view>{kept_} : std::nullopt;
}

void pieces::clear() noexcept {
  std::string{}.swap(kept_); // an assignment would keep the memory
  is_given_ = false;
}

std::optional<std::string_view> line_reader::next(std::string_view& bytes,
                                                  std::size_t longest) {
  EXPECTS(!broken_);
  const std::size_t before = line_.waiting();
  const auto end = bytes.find('\n');
  const bool is_whole = end != std::string_view::npos;
  const std::size_t size = before + (is_whole ? end : bytes.size());
  if (size > longest) {
    broken_ = true;
    line_.clear();
    return std::nullopt;
  }
  // One octet more than there are, where the LF is to come.
  const auto line = line_.take(bytes, is_whole ? size : size + 1);
  if (line)
    bytes.remove_prefix(1);
  return line;
}

} // namespace spfblock::protocols
