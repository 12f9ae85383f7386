// How many queries may be sent for one asker.
#pragma once

#include <atomic>
#include <optional>

namespace spfblock::dns {

/// What is said of a question that its askers' accounts do not pay for.
inline constexpr const char* over_dns_queries =
    "over dns_queries, the limit of DNS queries for a domain";

/// The account of an asker: of one domain's expansion, say.  It pays for every
/// message that is sent for it, repetitions and TCP included, so that what the
/// asker costs others is bounded whatever name servers do.
///
/// An asker is known by its account, hence not copyable.
///
/// Thread safety: belongs to the thread of the resolver; is_spent() may be
/// called from any.
class query_account {
public:
  /// @param most queries it pays for; no value: any number
  explicit query_account(std::optional<unsigned> most = std::nullopt)
      : left_{most},
        is_spent_{most == 0U} {}
  ~query_account() = default;
  query_account(const query_account&) = delete;
  query_account& operator=(const query_account&) = delete;

  /// Pays for one query.
  /// @return whether it may be sent
  [[nodiscard]] bool pay() noexcept {
    if (is_spent())
      return false;
    if (left_ && --*left_ == 0)
      is_spent_ = true;
    has_paid_ = true;
    return true;
  }

  /// Whether a query was sent for it already.
  [[nodiscard]] bool has_paid() const noexcept { return has_paid_; }

  /// Whether it pays for nothing any more.
  [[nodiscard]] bool is_spent() const noexcept { return is_spent_; }

private:
  std::optional<unsigned> left_;
  std::atomic<bool> is_spent_;
  bool has_paid_ = false;
};

} // namespace spfblock::dns
