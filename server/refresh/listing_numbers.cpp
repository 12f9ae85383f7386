#include "server/refresh/listing_numbers.hpp"

#include "core/support/contract.hpp"

namespace spfblock::server {

void listing_numbers::give(std::vector<table::listing>& to,
                           std::size_t by_hand_first) {
  EXPECTS(by_hand_first <= to.size());
  const std::lock_guard alone{access_};
  for (std::size_t i = by_hand_first; i < to.size(); ++i) {
    const auto next = static_cast<std::uint32_t>(numbers_.size() + 1);
    to[i].counter = numbers_.try_emplace(to[i].name, next).first->second;
  }
}

std::optional<std::uint32_t>
listing_numbers::find(const std::string& domain) const {
  const std::lock_guard alone{access_};
  const auto at = numbers_.find(domain);
  if (at == numbers_.end())
    return std::nullopt;
  return at->second;
}

} // namespace spfblock::server
