// What a table would do to the mails of a log.
#pragma once

#include "core/maillog/mail.hpp"
#include "core/table/snapshot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spfblock::reports {

/// Looks every mail up in a table, and keeps what would happen to it beside
/// what became of it.
class replay {
public:
  /// Mails that are kept to be shown.
  static constexpr std::size_t most_shown = 1'000;

  /// Delivered mail that would be rejected.
  struct hurt {
    maillog::mail mail;
    std::string listing;
    net::ip_prefix network;
  };

  /// How many mails, by their fate.
  using counts = std::array<std::uint64_t, 5>;

  /// @param table must outlive this
  /// @param exempts whether the table's exempt recipients get their mail: only
  ///        doors that know the recipient let it through
  replay(const table::snapshot& table, bool exempts)
      : table_{&table},
        exempts_{exempts} {}

  /// A mail of a client that has logged in is nobody's business: main.cf lets
  /// it through before it asks.
  void take(const maillog::mail& next);

  [[nodiscard]] std::uint64_t mails() const noexcept { return mails_; }
  /// Would be rejected.
  [[nodiscard]] const counts& rejected() const noexcept { return rejected_; }
  /// Would only be told of: WARN and its like.
  [[nodiscard]] const counts& told() const noexcept { return told_; }
  /// Of those that were delivered and would be rejected: what a content filter
  /// took for spam.
  [[nodiscard]] std::uint64_t spam() const noexcept { return spam_; }
  /// Delivered, not taken for spam, and would be rejected.
  [[nodiscard]] std::uint64_t harmed() const noexcept {
    return rejected_[static_cast<std::size_t>(maillog::fate::delivered)] -
           spam_;
  }
  /// The first of harmed().
  [[nodiscard]] const std::vector<hurt>& shown() const noexcept {
    return shown_;
  }

private:
  [[nodiscard]] bool is_exempt(const maillog::mail& of) const;

  const table::snapshot* table_;
  bool exempts_;
  std::uint64_t mails_ = 0;
  counts rejected_{};
  counts told_{};
  std::uint64_t spam_ = 0;
  std::vector<hurt> shown_;
};

/// For people.
[[nodiscard]] std::string to_text(const replay& of);

/// For programs (docs/mail-log.md).
[[nodiscard]] std::string to_json(const replay& of);

} // namespace spfblock::reports
