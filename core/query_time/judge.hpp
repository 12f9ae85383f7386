// Whoever knows what becomes of a claim.
#pragma once

#include "core/query_time/claim.hpp"
#include "core/query_time/verdicts.hpp"
#include "core/support/timestamp.hpp"

#include <functional>
#include <optional>

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

  /// What is known now; never waits.  What is not known is sought, if there is
  /// room.
  [[nodiscard]] virtual verdict say(const claim& of) = 0;

  /// Whether a reply may wait for what is sought.
  [[nodiscard]] virtual bool lets_wait() const noexcept = 0;

  /// Who waits for a claim that is sought.
  /// @param told called once, by any thread, when there may be more to say, or
  ///        when nothing is sought any more; maybe before this returns, and
  ///        maybe long after the moment returned
  /// @return until when it is to be waited; nothing, and `told` is not called,
  ///         if not at all: it is known, it was waited for long enough, or as
  ///         many wait as may
  [[nodiscard]] virtual std::optional<moment>
  await(const claim& of, std::function<void()> told) = 0;

  /// Whether mail is deferred while nothing is known of its claim, instead of
  /// let through.
  [[nodiscard]] virtual bool defers() const noexcept = 0;
};

} // namespace spfblock::query_time
