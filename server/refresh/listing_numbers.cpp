#include "server/refresh/listing_numbers.hpp"

#include "core/support/contract.hpp"

namespace spfblock::server {

void listing_numbers::give(std::vector<table::listing>& to,
                           std::size_t by_hand_first) {
  EXPECTS(by_hand_first <= to.size());
  const std::lock_guard alone{access_};
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i].counter = number_of(to[i].name, i < by_hand_first);
}

std::uint32_t listing_numbers::number_of(const std::string& name,
                                         bool is_network) {
  const auto known = numbers_.find(name);
  if (known != numbers_.end())
    return known->second;
  if (is_network && networks_.size() > most_networks)
    return shared;
  const auto next = static_cast<std::uint32_t>(names_.size() + 1);
  numbers_.emplace(names_.emplace_back(name), next);
  if (is_network)
    networks_.push_back(next);
  return next;
}

std::optional<std::uint32_t>
listing_numbers::find(const std::string& listing) const {
  const std::lock_guard alone{access_};
  const auto at = numbers_.find(listing);
  if (at == numbers_.end())
    return std::nullopt;
  return at->second;
}

std::uint32_t listing_numbers::last() const {
  const std::lock_guard alone{access_};
  return static_cast<std::uint32_t>(names_.size());
}

std::string listing_numbers::name_of(std::uint32_t number) const {
  if (number == shared)
    return {};
  const std::lock_guard alone{access_};
  EXPECTS(number <= names_.size());
  return names_[number - 1];
}

std::vector<std::uint32_t> listing_numbers::of_networks() const {
  const std::lock_guard alone{access_};
  return networks_;
}

} // namespace spfblock::server
