#include "core/config/domain_list.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace spfblock::config {

std::optional<std::string> domain_list::add(domain_entry entry,
                                            json::place at) {
  if (auto before = repetition(entry.name))
    return before;
  places_.emplace(entry.name, std::move(at));
  entries_.push_back(std::move(entry));
  return std::nullopt;
}

std::optional<std::string>
domain_list::repetition(const dns::name& domain) const {
  const json::place* const first = place_of(domain);
  if (first == nullptr)
    return std::nullopt;
  return fmt::format("{} is listed twice (first at {})",
                     in_quotes(domain.to_string()), first->to_string());
}

const json::place* domain_list::place_of(const dns::name& domain) const {
  const auto found = places_.find(domain);
  return found == places_.end() ? nullptr : &found->second;
}

} // namespace spfblock::config
