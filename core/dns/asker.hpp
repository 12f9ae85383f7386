// Who asks questions.
#pragma once

namespace spfblock::dns {

/// One asker: one domain's expansion, say.  Who answers shares what he has
/// among askers (fair_queue).  How many questions one has is not his affair:
/// the evaluation bounds that (spf::inquiry).
///
/// An asker is known by its address, hence not copyable.
///
/// Thread safety: belongs to the thread of the resolver.
class asker {
public:
  asker() = default;
  ~asker() = default;
  asker(const asker&) = delete;
  asker& operator=(const asker&) = delete;

  /// A question of his is being sent.
  void begin() noexcept { has_begun_ = true; }

  /// Whether one was sent already.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

private:
  bool has_begun_ = false;
};

} // namespace spfblock::dns
