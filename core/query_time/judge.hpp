// Whoever knows what becomes of a claim.
#pragma once

#include "core/query_time/claim.hpp"
#include "core/query_time/verdicts.hpp"

namespace spfblock::query_time {

/// Says what is known of claims, and has found out what is not.
///
/// Thread safety: any number of serving threads.
class judge {
public:
  judge() = default;
  judge(const judge&) = delete;
  judge& operator=(const judge&) = delete;
  virtual ~judge() = default;

  /// What is known now; never waits.  What is not known may be soon.
  [[nodiscard]] virtual verdict say(const claim& of) = 0;

  /// Whether mail is deferred while its claim is open, instead of let through.
  [[nodiscard]] virtual bool defers() const noexcept = 0;
};

} // namespace spfblock::query_time
