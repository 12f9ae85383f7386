#include "core/dns/answer_store.hpp"

#include <utility>

namespace spfblock::dns {

const answer* answer_store::find(const question& asked) const {
  const auto found = answers_.find(asked);
  return found == answers_.end() ? nullptr : &found->second;
}

void answer_store::put(question asked, answer given) {
  answers_.insert_or_assign(std::move(asked), std::move(given));
}

} // namespace spfblock::dns
