// What an operation on the domain book led to.
#pragma once

#include "core/log/event.hpp"
#include "core/support/timestamp.hpp"

#include <optional>
#include <vector>

namespace spfblock::domains {

/// What an operation on the book, or on one of its domains, led to.
struct book_change {
  std::vector<log::event> events; ///< what the log should say
  bool listing_changed = false;   ///< what is effective is something else now
  bool worth_saving = false;      ///< more than moments changed
  /// When the domain that was settled is due, or its listing waits no more.
  std::optional<moment> due;
};

} // namespace spfblock::domains
