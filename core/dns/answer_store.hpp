// The answers of one refresh, by question: however many domains refer to a
// name, it is asked once and found here by all of them.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>

namespace spfblock::dns {

/// Answers by question.  A refresh that ends drops its store.  Pointers from
/// find() hold until the next put() or drop().
class answer_store {
public:
  /// The answer to `asked`, or null if it was not put yet.
  [[nodiscard]] const answer* find(const question& asked) const;

  /// Keeps `given`, instead of an earlier answer to the same question.
  void put(question asked, answer given);

  /// Forgets the answer.
  void drop(const question& asked) { answers_.erase(asked); }

  [[nodiscard]] std::size_t size() const noexcept { return answers_.size(); }

private:
  tsl::hopscotch_map<question, answer> answers_;
};

} // namespace spfblock::dns
