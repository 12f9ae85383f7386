#include "core/history/recollection.hpp"

namespace spfblock::history {
namespace {

/// What JSON made of a name.
std::string without_escapes(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size())
      ++i;
    name += text[i];
  }
  return name;
}

} // namespace

void recollection::read(std::string_view line) {
  const auto head = head_of(line);
  if (!head)
    return;
  ++read_;
  if (head->listing.empty())
    return;
  key of{head->role, without_escapes(head->listing)};
  switch (head->what) {
  case happening::entry_new:
  case happening::entry_changed:
    known_[std::move(of)].configured = head->digest;
    break;
  case happening::entry_gone: known_.erase(of); break;
  case happening::listed:
  case happening::changed: known_[std::move(of)].listed = head->digest; break;
  case happening::refused:
  case happening::start:
  case happening::reload: break;
  }
}

} // namespace spfblock::history
