// How the domains fare, for `spfblock status` and the admin port.
#pragma once

#include "core/dns/name.hpp"
#include "core/domains/domain_book.hpp"
#include "core/hits/hit_ledger.hpp"
#include "core/query_time/totals.hpp"
#include "core/reports/configuration_status.hpp"
#include "core/reports/file_status.hpp"
#include "core/support/result.hpp"
#include "core/support/timestamp.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace spfblock::reports {

/// The most pressing thing to say of a domain: the first that holds.
enum class domain_condition : std::uint8_t {
  failing, ///< the DNS fails; networks are kept that it leaves undecided
  unknown, ///< the DNS fails and no networks are known: it lists, or allows,
           ///< nothing
  gone,    ///< no SPF record
  held,    ///< it grew too much: what is new waits for a later look
  refused, ///< over a limit: what is over it is not listed
  waiting, ///< never expanded yet, or new and not published before an allowed
           ///< domain is known
  overdue, ///< found good twice refresh.interval ago, and nothing since
  fresh,   ///< the last look was answered and believed
};

/// All conditions, the most pressing first.
inline constexpr std::array<domain_condition, 8> domain_conditions{
    domain_condition::failing, domain_condition::unknown,
    domain_condition::gone,    domain_condition::held,
    domain_condition::refused, domain_condition::waiting,
    domain_condition::overdue, domain_condition::fresh};

/// Whether the networks of such a domain may not be what its record says now:
/// the DNS fails, or nobody looked for long.  What is held or refused is no
/// stale data: that was decided.  Nor is what waits: it is on its way.
[[nodiscard]] bool is_stale(domain_condition condition);

struct domain_status {
  std::string name; ///< safe
  domains::role role = domains::role::listed;
  domain_condition condition = domain_condition::waiting;
  std::size_t networks = 0; ///< listed, or allowed
  std::uint64_t ipv4_addresses = 0;
  std::uint64_t ipv6_slash64s = 0;
  std::optional<std::chrono::seconds> age; ///< since they were last found good
  std::chrono::seconds next_look{0};       ///< 0: due or under way
  /// Since the look under way was put aside: its answers had no room.
  std::optional<std::chrono::seconds> put_aside{};
  std::optional<std::chrono::sys_seconds> changed_at; ///< the networks
  unsigned failures = 0; ///< looks in a row that left somebody undecided
  std::size_t kept = 0;  ///< of `networks`: they are undecided
  std::optional<std::chrono::seconds> kept_age; ///< since the first was good
  /// At the last look, as spf::text_of().
  std::vector<std::string> undecided;
  std::string trouble;        ///< of the last look; safe
  std::uint64_t kept_off = 0; ///< networks that `allow` keeps off
  /// Networks with hosts that delivered wanted mail, and the first of these
  /// hosts, as domains::seen_overlap has them.
  std::uint64_t overlap = 0;
  bool overlap_held = false;
  std::string overlap_hosts{};
  /// Limits that keep something off, as objection::text.
  std::vector<std::string> refusals;
  std::string until; ///< the day on which the entry ends, YYYY-MM-DD, or empty
  std::string comment; ///< as configured, any text
  std::string action;  ///< of a listed domain, as configured
  /// The chains to the terms by which the mail decides; safe.
  std::vector<std::string> by_mail{};
  /// Where the name of a client may decide about him, whatever his mail: names
  /// that are at or below these; safe.
  std::vector<std::string> by_name{};
  /// Asked for a mail, it authorised an address that is nobody's client.
  bool passes_everybody = false;
  /// Lookups answered with a network of it since the server started; nothing
  /// where nobody counts.
  std::optional<std::uint64_t> hits;
  /// Those of the last hour and day, as hits::hit_figures has them; nothing
  /// where they are not known.
  std::optional<std::uint64_t> hits_hour{};
  std::optional<std::uint64_t> hits_day{};
  std::optional<std::chrono::sys_seconds> last_hit{};
  /// Since when it is listed, by the oldest of its terms.
  std::optional<std::chrono::sys_seconds> listed_since{};
  /// Since when it has answered nothing: since its last hit, or since it is
  /// listed and all hits are kept.  Nothing where that is not known, or it
  /// lists nothing.
  std::optional<std::chrono::sys_seconds> unused_since{};

  friend bool operator==(const domain_status&, const domain_status&) = default;
};

/// A port, or a UNIX socket, that is served.
struct open_port {
  std::string door; ///< protocols::text_of()
  std::string at;   ///< net::socket_address::to_string()

  friend bool operator==(const open_port&, const open_port&) = default;
};

/// Lookups answered with anything that is listed.
struct all_hits {
  std::uint64_t since_start = 0; ///< of the server
  std::uint64_t hour = 0;
  std::uint64_t day = 0;
  /// Since when every hit is kept.
  std::optional<std::chrono::sys_seconds> complete_since{};

  friend bool operator==(const all_hits&, const all_hits&) = default;
};

struct status_report {
  std::chrono::sys_seconds at{};      ///< when this was so
  std::vector<domain_status> domains; ///< as configured, allowed ones last
  /// Providers (`allow.providers`), but for those that are allowed by name.
  std::size_t providers = 0;
  std::size_t providers_known = 0; ///< those whose record has given networks
  std::size_t put_aside = 0; ///< looks, at providers too, that wait for room
  configuration_status configuration{}; ///< of a running server
  bool from_state_file = false;         ///< the server was not asked
  std::optional<std::uint32_t> pid{};   ///< of the running server
  bool is_published = false; ///< the table that answers is of what this tells
  /// Whom the server asks, in order; empty for a zone file, and where no server
  /// runs.
  std::vector<std::string> name_servers{};
  /// Why ports of `listen` cannot be had, a text for each; of a running server.
  std::vector<std::string> ports_unavailable{};
  /// What clients ask at, handed over by the service manager or not; of a
  /// running server.
  std::vector<open_port> ports_open{};
  std::vector<file_status> files{}; ///< of `publish`; of a running server
  bool sees_mail = false;           ///< a door is open that knows the mail
  query_time::totals mail{};        ///< of a running server
  /// Why the history is not written; empty where it is.
  std::string history_trouble{};
  std::optional<all_hits> hits{}; ///< of a running server
  /// Why hits over time are not saved; empty where they are.
  std::string hits_trouble{};

  /// How many domains are stale.
  [[nodiscard]] std::size_t stale_domains() const;

  [[nodiscard]] bool is_stale() const { return stale_domains() != 0; }

  friend bool operator==(const status_report&, const status_report&) = default;
};

/// What an allowed domain does not protect, in words: all, while it is not
/// known, or a part, where its record has errors, or terms that no list can
/// hold.  Empty if there is no such thing, and for a listed domain.
[[nodiscard]] std::string gap_in(const domain_status& of);

/// Adds the hits over time of listed domains, and in all.
/// @param since_start in all
void add_hits(status_report& to, const hits::hit_ledger& from,
              std::uint64_t since_start);

/// Whether it is listed and has answered nothing for that long.
[[nodiscard]] bool is_unused(const domain_status& of,
                             std::chrono::sys_seconds now,
                             std::chrono::days span);

/// For people: the domains of which that is so, longest first, as candidates to
/// remove; safe for a terminal, ends with LF.
[[nodiscard]] std::string unused_text(const status_report& of,
                                      std::chrono::days span);

/// Whether somebody should look at it: whatever is neither fresh nor on its
/// way, an allowed domain with a gap, or one with hosts that delivered wanted
/// mail.
[[nodiscard]] bool is_in_trouble(const domain_status& of);

/// The domains that a report tells of; nothing: all.
using domain_choice = std::optional<std::set<dns::name>>;

/// @param only of these, and what there is to tell of all together
[[nodiscard]] status_report report(const domains::domain_book& book,
                                   timestamp now,
                                   const domain_choice& only = std::nullopt);

/// How many domains are in each condition, in the order of domain_conditions.
using condition_counts = std::array<std::size_t, domain_conditions.size()>;

/// As report() would tell, for far less than a report costs.
[[nodiscard]] condition_counts
count_conditions(const domains::domain_book& book, timestamp now);

/// "3 domains: 1 failing, 2 fresh": the same words wherever it is told.
[[nodiscard]] std::string in_brief(const condition_counts& of);
[[nodiscard]] std::string in_brief(const status_report& of);

/// Which domains are shown.
enum class shown : bool { all, in_trouble };

/// What is wrong with the ports, in one line without LF; nothing if all of
/// `listen` are there.
[[nodiscard]] std::optional<std::string> ports_problem(const status_report& of);

/// For people.  First that the configuration was refused, or that ports cannot
/// be had, if so, the domains in
/// brief, how many providers are known, and the published files; then aligned
/// tables, one of the listed domains and one of the allowed ones, a line for
/// each domain, those in trouble first; then what is to be said of a domain. At
/// most 80 columns unless a word is longer.  Ends with LF.
[[nodiscard]] std::string to_text(const status_report& of,
                                  shown which = shown::all);

/// The document of `/status`; ends with LF.  docs/status-json.md
[[nodiscard]] std::string to_json(const status_report& of);

/// The word for it in text and JSON: "fresh".
[[nodiscard]] std::string_view text_of(domain_condition condition);

/// Reads what to_json() wrote; members it does not know are passed over.
/// @return errc::malformed for anything else
result<status_report> status_from_json(const std::string& text);

} // namespace spfblock::reports
