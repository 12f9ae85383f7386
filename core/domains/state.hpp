// What survives a restart: the last good expansions and how old they are, what
// was listed before and what waits.
#pragma once

#include "core/dns/name.hpp"
#include "core/domains/known_domain.hpp"
#include "core/json/writer.hpp"
#include "core/support/result.hpp"
#include "core/support/seldom.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::domains {

/// What is kept of kept_clients.
struct kept_clients_state {
  net::address_set addresses;
  std::chrono::sys_seconds good_at{};

  friend bool operator==(const kept_clients_state&,
                         const kept_clients_state&) = default;
};

/// What is kept of one known_domain.
struct domain_state {
  dns::name name;
  domains::role role = role::listed;
  finding good;
  std::optional<std::chrono::sys_seconds> good_at;
  std::optional<std::chrono::sys_seconds> changed_at;
  bool gone = false;
  unsigned failures = 0;
  bool in_part = false;
  std::string trouble;
  growth_history growth;
  seldom<refusal> held; ///< by growth
  net::address_set lost;
  std::optional<std::chrono::sys_seconds> lost_at;
  std::optional<table::residue> waits_for_mail; ///< of the domain `name`
  std::vector<kept_clients_state> mail_kept;
  /// When the others of them were found; before there was this, at `good_at`.
  std::optional<std::chrono::sys_seconds> mail_at;
  std::vector<std::string> mail_terms;

  friend bool operator==(const domain_state&, const domain_state&) = default;
};

struct state {
  std::chrono::sys_seconds written{};
  std::vector<domain_state> domains;

  friend bool operator==(const state&, const state&) = default;
};

/// The version that to_json() writes.  Members may come to be beside those that
/// it has: a reader passes over what it does not know, and does without what
/// may lack.
inline constexpr std::uint64_t state_version = 4;

/// Writes a state as JSON, one domain after the other, so that never all of it
/// is in memory beside its text: the head with the version and a CRC-32 of all
/// that follows it on one line, and the state.
class state_writer {
public:
  explicit state_writer(std::chrono::sys_seconds written);

  void add(const domain_state& of);

  /// The text.
  [[nodiscard]] std::string finish() &&;

private:
  json::writer to_;
};

/// The same of all domains.
[[nodiscard]] std::string to_json(const state& of);

/// Reads what to_json() wrote, of this version or the two before.  The head
/// is read alone, and nothing is parsed before the checksum fits; what passes
/// it is still checked.  Takes little memory beside what it gives.
/// @return errc::malformed for a damaged text, errc::out_of_range for another
///         version
[[nodiscard]] result<state> state_from_json(std::string_view text);

} // namespace spfblock::domains
