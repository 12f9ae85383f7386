#include "core/dns/answer_store.hpp"

#include <utility>

namespace spfblock::dns {

const answer* answer_store::find(const question& asked) const {
  if (!answers_.empty()) {
    const auto found = answers_.find(asked);
    if (found != answers_.end())
      return &found->second;
  }
  return behind_ == nullptr ? nullptr : behind_->find(asked);
}

void answer_store::put(question asked, answer given) {
  answers_.insert_or_assign(std::move(asked), std::move(given));
}

} // namespace spfblock::dns
