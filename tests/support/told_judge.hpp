// A judge that says what a test has told it, and a table with a claim to judge.
#pragma once

#include "core/query_time/judge.hpp"
#include "core/table/snapshot.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// For one thread.
struct told_judge final : query_time::judge {
  query_time::verdict said = query_time::verdict::sought;
  /// How long a request may wait from the first await() on; none: not at all.
  std::optional<std::chrono::milliseconds> wait;
  bool is_to_defer = false;
  std::vector<query_time::claim> asked;
  std::vector<std::function<void()>> waiting;
  std::optional<moment> until;

  query_time::verdict say(const query_time::claim& of) override {
    asked.push_back(of);
    return said;
  }
  [[nodiscard]] bool lets_wait() const noexcept override {
    return wait.has_value();
  }
  std::optional<moment> await(const query_time::claim& /*of*/,
                              std::function<void()> told) override {
    const moment now = std::chrono::steady_clock::now();
    if (!wait || said != query_time::verdict::sought)
      return std::nullopt;
    if (!until)
      until = now + *wait;
    if (now >= *until)
      return std::nullopt;
    waiting.push_back(std::move(told));
    return until;
  }
  [[nodiscard]] bool defers() const noexcept override { return is_to_defer; }

  /// Tells those who wait.
  void tell(query_time::verdict of) {
    said = of;
    for (const auto& each : std::exchange(waiting, {}))
      each();
  }
};

/// 192.0.2.0/24 is listed for b.test; mail from 46.0.0.0/8, and from
/// 203.0.113.0/24, which is nobody's, may claim a.test.
inline std::shared_ptr<const table::snapshot> table_with_claims() {
  const auto listing = [](const char* name) {
    return table::listing{
        name, table::action::parse("REJECT {domain}")->bind(name), {}};
  };
  std::vector<table::listing> all{listing("a.test"), listing("b.test")};
  all[0].waits = std::make_shared<const table::residue>(table::residue{
      *dns::name::from_text("a.test"),
      net::address_set::of({*net::ip_prefix::parse("46.0.0.0/8"),
                            *net::ip_prefix::parse("203.0.113.0/24")})});
  all[1].networks = {*net::ip_prefix::parse("192.0.2.0/24")};
  return std::make_shared<const table::snapshot>(std::move(all));
}

} // namespace spfblock::testing
