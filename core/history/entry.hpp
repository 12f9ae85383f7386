// What the history remembers: one thing that happened, as it was then.
#pragma once

#include "core/domains/role.hpp"
#include "core/net/ip_address.hpp"
#include "core/net/ip_prefix.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::history {

/// What happened.
enum class happening : std::uint8_t {
  start,     ///< a server started
  reload,    ///< another configuration came into force
  entry_new, ///< an entry of the configuration came
  entry_changed,
  entry_gone,
  listed,  ///< all that a domain lists, where the history did not know it
  changed, ///< a domain lists something else
  refused, ///< a limit keeps something off that it did not before, or has it
           ///< wait
};

inline constexpr std::array<happening, 8> happenings{
    happening::start,         happening::reload,     happening::entry_new,
    happening::entry_changed, happening::entry_gone, happening::listed,
    happening::changed,       happening::refused};

/// The word for it in a file: "entry_new".
[[nodiscard]] std::string_view text_of(happening of) noexcept;

/// Why it happened.
enum class cause : std::uint8_t {
  none,          ///< for a start or a reload
  start,         ///< it was so when a server started
  configuration, ///< a reload
  end_of_entry,  ///< its day `until` came
  first_look,    ///< a new entry was looked at, and published
  record,        ///< the record of the domain says something else
  record_gone,   ///< there is no record any more
  undecided,     ///< the DNS left it undecided for longer than keep_stale
  waited,        ///< it grew, and had waited for growth_wait
  allow,         ///< something else is allowed
  seen,          ///< other hosts delivered wanted mail
  limits,        ///< the share in the limits is another one
};

inline constexpr std::array<cause, 12> causes{
    cause::none,       cause::start,  cause::configuration, cause::end_of_entry,
    cause::first_look, cause::record, cause::record_gone,   cause::undecided,
    cause::waited,     cause::allow,  cause::seen,          cause::limits};

/// The word for it in a file: "record".
[[nodiscard]] std::string_view text_of(cause of) noexcept;

/// The same for people: "its record changed".
[[nodiscard]] std::string_view words_of(cause of) noexcept;

/// Networks, and the way that the evaluation came to them.
struct granted {
  /// "a.example -> include:b.example -> ip4:192.0.2.0/24"; may hold anything
  /// that a record does.
  std::string chain;
  std::vector<net::ip_prefix> networks; ///< ascending

  friend bool operator==(const granted&, const granted&) = default;
};

/// Networks of one kind in an entry, as many as it holds.
struct portion {
  /// An entry names no more networks than that, so that a record of a million
  /// is one line like others.
  static constexpr std::size_t most_networks = 1000;

  std::uint64_t count = 0;    ///< of all networks
  std::vector<granted> named; ///< at most most_networks of them

  /// Whether there are more than are named.
  [[nodiscard]] bool is_cut() const;

  /// Leaves those that hold the address.
  void keep_only(const net::ip_address& address);

  friend bool operator==(const portion&, const portion&) = default;
};

/// One thing that happened.  Regular value type.
struct entry {
  std::chrono::sys_seconds at{};
  happening what = happening::start;
  cause why = cause::none;
  domains::role role = domains::role::listed;
  /// The domain, or the network of the configuration; empty for a start or a
  /// reload.
  std::string listing{};
  /// What is so now of that: of the entry, or of what it lists.  Two are the
  /// same if, as good as certainly, both are; empty where nothing is.
  std::string digest{};
  portion added{};
  portion removed{};
  portion refused{};          ///< without a chain
  std::uint64_t networks = 0; ///< that are listed now
  /// Of an entry: "REJECT -> WARN" where it changed.
  std::string action{};
  std::string comment{}; ///< of the entry
  std::string until{};   ///< the same: "2027-01-01", or empty
  /// The limit and its figures, the version that started.
  std::string detail{};

  friend bool operator==(const entry&, const entry&) = default;
};

/// One line of JSON, ended by LF.  Begins with what line_head reads.
[[nodiscard]] std::string to_line(const entry& of);

/// Reads what to_line() wrote; members that it does not know are passed over.
/// @return nothing for any other octets
[[nodiscard]] std::optional<entry> entry_of_line(std::string_view line);

/// What a line begins with: enough to leave most of a history unread.
struct line_head {
  std::chrono::sys_seconds at{};
  happening what = happening::start;
  domains::role role = domains::role::listed;
  /// As JSON has it: a backslash stands for two.  A part of the line.
  std::string_view listing;
  std::string_view digest; ///< the same
};

/// Reads it in a fraction of the time that entry_of_line() takes.
/// @return nothing for a line that does not begin so
[[nodiscard]] std::optional<line_head> head_of(std::string_view line) noexcept;

/// For people: a line with time, listing and what happened; the networks below
/// it, twenty of each kind.  Safe for a terminal.
[[nodiscard]] std::string to_text(const entry& of);

/// What happened and why, in a few words: "+2 -1 networks, 12 now: its record
/// changed".  Safe for a terminal.
[[nodiscard]] std::string in_brief(const entry& of);

} // namespace spfblock::history
