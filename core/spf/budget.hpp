// How much one evaluation may visit.
#pragma once

#include "core/spf/rules.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace spfblock::spf {

/// Counts the records that are visited, and what they cost, against the bounds
/// of rules.hpp.
class budget {
public:
  explicit budget(const rules& by) : budget{by, by.work} {}

  /// @param most_work instead of that of the rules
  budget(const rules& by, std::uint64_t most_work);

  void spend_record() noexcept { ++records_; }

  /// What it costs to walk through the terms of a record, and to parse it.
  void spend_terms(std::size_t count) noexcept {
    spend_work(count / terms_at_once);
  }
  void spend_parsing(std::size_t octets) noexcept {
    spend_work(octets * work_to_parse);
  }

  /// Which bound one more record would exceed, in words; none if it may be
  /// visited.
  /// @param depth that it would have: how many records there are on the way to
  ///        it, itself included
  [[nodiscard]] std::optional<std::string> exceeded_at(unsigned depth) const;

  /// Counts ranges that are, or may be, walked through.  It is counted what an
  /// account may do that writes all down, so that every account comes to the
  /// same end.
  void spend_work(std::uint64_t ranges) noexcept { work_ += ranges; }
  [[nodiscard]] std::uint64_t work() const noexcept { return work_; }

  /// Whether so much was spent that nothing more is to be matched, or nobody
  /// waits for it any more (rules::given_up).  Looked at between terms; one
  /// term adds a few times the ranges that there are.
  [[nodiscard]] bool is_spent() const noexcept {
    return work_ > most_work_ ||
           (given_up_ && given_up_->load(std::memory_order_relaxed));
  }

private:
  /// So many terms are passed by while one range is walked through.
  static constexpr std::size_t terms_at_once = 4;
  /// So many ranges are walked through while an octet of a record is parsed.
  static constexpr std::uint64_t work_to_parse = 2;

  std::shared_ptr<const std::atomic<bool>> given_up_;
  unsigned deepest_;
  std::uint64_t most_work_;
  std::uint64_t work_ = 0;
  std::size_t records_ = 0;
};

} // namespace spfblock::spf
