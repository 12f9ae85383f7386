// What can be configured, with its defaults; spfblock.json(5) as values.
#pragma once

#include "core/config/publish_section.hpp"
#include "core/config/seen_list.hpp"
#include "core/dns/name.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/ip_prefix.hpp"
#include "core/net/scoped_endpoint.hpp"
#include "core/net/socket_address.hpp"
#include "core/protocols/dnsbl.hpp"
#include "core/protocols/door.hpp"
#include "core/spf/rules.hpp"
#include "core/support/level.hpp"
#include "core/support/shared_constant.hpp"
#include "core/table/action.hpp"
#include "core/table/recipients.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::config {

using spf::on_permerror;

/// The action of the entries that name none, where the settings do not either.
inline constexpr std::string_view default_action =
    "REJECT listed in the SPF record of {domain}";

/// Bounds on what all domains list together.
struct total_limits {
  std::optional<std::uint64_t> ipv4_addresses = 16'777'216;
  std::optional<std::uint64_t> networks = 2'000'000; ///< prefixes

  friend bool operator==(const total_limits&, const total_limits&) = default;
};

/// Bounds on what one domain's record may do: what is over one is refused, and
/// nothing else.  Nothing: no such limit.
struct limit_settings {
  /// The shortest prefix of a term, and of what terms add up to.
  std::optional<unsigned> widest_ipv4 = 16; ///< prefix length, 0 to 32
  std::optional<unsigned> widest_ipv6 = 32; ///< prefix length, 0 to 128
  /// Totals of a listing.
  std::optional<std::uint64_t> ipv4_addresses = 262'144;
  std::optional<std::uint64_t> ipv6_slash64s = std::uint64_t{16} << 32U;
  std::optional<std::uint64_t> networks = 65'536; ///< prefixes
  /// What is new to a listing waits for `growth_wait` if it is more than this
  /// many times what was listed, and more than `growth_floor` IPv4 addresses
  /// or IPv6 networks of 64 bits.
  std::optional<unsigned> growth = 4;
  std::uint64_t growth_floor = 4096;
  std::chrono::seconds growth_wait{3600};
  /// Questions of one expansion: more than any one client's way can ask within
  /// RFC 7208 (211); all ways together may need spf::most_legal_questions.
  std::optional<unsigned> dns_queries = 300;
  std::optional<unsigned> depth = 20; ///< records on the way to the innermost
  /// Octets of a DNS message.  The same for all domains, since answers are
  /// shared.
  std::optional<std::size_t> answer_bytes = 65'535;
  total_limits total; ///< the same for all domains

  friend bool operator==(const limit_settings&,
                         const limit_settings&) = default;
};

/// A domain whose SPF record is expanded.
struct spf_domain {
  dns::name name;
  config::on_permerror on_permerror = on_permerror::stop;
  shared_constant<limit_settings> limits; ///< of most domains the same
  /// The entry ends at the beginning of this day, UTC.
  std::optional<std::chrono::sys_days> until;
  shared_constant<std::string> comment; ///< mostly none

  friend bool operator==(const spf_domain&, const spf_domain&) = default;
};

/// One listed domain.
struct domain_entry : spf_domain {
  domain_entry(spf_domain of, table::action by)
      : spf_domain{std::move(of)},
        action{std::move(by)} {}

  table::action action;

  friend bool operator==(const domain_entry&, const domain_entry&) = default;
};

/// One network listed by hand.
struct network_entry {
  net::ip_prefix network;
  table::action action;
  std::string comment;
  /// The entry ends at the beginning of this day, UTC.
  std::optional<std::chrono::sys_days> until = std::nullopt;

  friend bool operator==(const network_entry&, const network_entry&) = default;
};

/// One network that is never listed.
struct allowed_network {
  net::ip_prefix network{};
  /// The entry ends at the beginning of this day, UTC.
  std::optional<std::chrono::sys_days> until = std::nullopt;
  std::string comment{};

  friend bool operator==(const allowed_network&,
                         const allowed_network&) = default;
};

/// What becomes of a network with hosts that delivered wanted mail.
enum class on_overlap : std::uint8_t {
  warn, ///< it is listed, and told
  hold, ///< it is not listed
};

/// Hosts that delivered wanted mail.
struct seen_settings {
  std::vector<seen_network> networks; ///< ascending, none twice
  config::on_overlap on_overlap = on_overlap::warn;

  friend bool operator==(const seen_settings&, const seen_settings&) = default;
};

/// What must never be listed.
struct allow_settings {
  std::vector<allowed_network> networks;
  /// What these authorise is expanded like a listing, and subtracted from all.
  std::vector<spf_domain> domains; ///< no name twice
  /// include: and redirect= to these names are not followed.  Ascending.
  std::vector<dns::name> includes;
  /// Special-purpose space, and this machine's own addresses.
  bool reserved = true;
  /// Like `includes`, and what these authorise is subtracted from all, too.
  /// It is no alarm where one is not known.  Ascending.
  std::vector<dns::name> providers;
  /// Those that are listed on purpose, too: each by its own entry of
  /// `settings::domains`, and by no other.  Ascending.
  std::vector<dns::name> listed_providers;
  /// Whose mail is let through, where the door knows the recipient.
  table::recipients recipients =
      *table::recipients::of({"postmaster", "abuse"});
  seen_settings seen;

  friend bool operator==(const allow_settings&,
                         const allow_settings&) = default;
};

/// An allowed network is no shorter.
inline constexpr unsigned widest_allowed_ipv4 = 8;
inline constexpr unsigned widest_allowed_ipv6 = 16;

/// What holds for an allowed domain of the limits of a listed one: those of the
/// work that its expansion is.  It is allowed whatever its size, unless it
/// allows everybody.
[[nodiscard]] inline limit_settings limits_of_allowed(limit_settings of) {
  of.widest_ipv4 = widest_allowed_ipv4;
  of.widest_ipv6 = widest_allowed_ipv6;
  of.ipv4_addresses = of.ipv6_slash64s = of.networks = std::nullopt;
  of.growth = std::nullopt;
  return of;
}

/// A domain of `allow.providers`.
[[nodiscard]] inline spf_domain provider(const dns::name& name,
                                         const limit_settings& limits) {
  return {name, on_permerror::skip, limits_of_allowed(limits), {}, {}};
}

/// How a domain is expanded.
/// @param not_followed spf::rules::not_followed
/// @param providers spf::rules::providers
[[nodiscard]] inline spf::rules
rules_of(const spf_domain& domain,
         std::shared_ptr<const std::vector<dns::name>> not_followed,
         std::shared_ptr<const std::vector<dns::name>> providers = nullptr) {
  const limit_settings& limits = domain.limits;
  return {domain.on_permerror, limits.widest_ipv4, limits.widest_ipv6,
          limits.dns_queries,  limits.depth,       std::move(not_followed),
          std::move(providers)};
}

struct resolver_settings {
  std::vector<net::scoped_endpoint> servers; ///< empty: /etc/resolv.conf
  std::string zone_file;                     ///< not empty: instead of servers
  std::chrono::seconds timeout{2};           ///< of one attempt
  unsigned attempts = 3;
  unsigned in_flight = 256; ///< questions under way at once

  friend bool operator==(const resolver_settings&,
                         const resolver_settings&) = default;
};

struct refresh_settings {
  /// The longest time between two expansions of a domain.
  std::chrono::seconds interval{3600};
  /// Sooner where the TTLs used are shorter, but never below `minimum`.
  bool follow_ttl = true;
  std::chrono::seconds minimum{300};
  /// First retry after a DNS failure, doubling up to `interval`.
  std::chrono::seconds retry{120};
  /// How long the last good networks of a domain outlive a failing DNS.
  std::chrono::seconds keep_stale{7 * 24 * 3600};

  friend bool operator==(const refresh_settings&,
                         const refresh_settings&) = default;
};

struct metrics_settings {
  /// So many domains have series of their own.
  std::size_t domains = 1000;
  /// Where /metrics is served alone, for others too; none: only at `admin`.
  std::optional<net::endpoint> listen = std::nullopt;

  friend bool operator==(const metrics_settings&,
                         const metrics_settings&) = default;
};

/// What becomes of mail whose claim is open (core/query_time).
enum class unknown_mail : std::uint8_t { pass, defer };

struct query_time_settings {
  unknown_mail unknown = unknown_mail::pass;
  /// How long a reply about such mail may wait for the answer; 0: never.
  std::chrono::milliseconds wait{0};

  friend bool operator==(const query_time_settings&,
                         const query_time_settings&) = default;
};

enum class log_target : std::uint8_t { standard_error, syslog };

struct log_settings {
  spfblock::level level = spfblock::level::info;
  log_target target = log_target::standard_error;
  bool hits = false; ///< one info line for each address found

  friend bool operator==(const log_settings&, const log_settings&) = default;
};

/// Where Postfix asks unless told otherwise: 127.0.0.1:10060.
inline constexpr net::endpoint default_listen{net::ip_address::ipv4(0x7f000001),
                                              10060};

/// Where the admin port is unless told otherwise: 127.0.0.1:10061.
inline constexpr net::endpoint default_admin{net::ip_address::ipv4(0x7f000001),
                                             10061};

inline constexpr std::string_view default_state_file =
    "/var/lib/spfblock/state.json";

/// Who may connect to a UNIX socket unless told otherwise: whoever comes as far
/// as its folder, as with a port of loopback.
inline constexpr unsigned default_socket_mode = 0666;

/// A port or a UNIX socket that clients ask at.
struct listener {
  protocols::door kind = protocols::door::tcp_table;
  net::socket_address where = default_listen;
  unsigned mode = default_socket_mode; ///< of a UNIX socket's file, 0 to 0777
  /// What the door dnsbl answers, and to whom; of that door, and only.
  std::optional<protocols::dnsbl> list = std::nullopt;

  friend bool operator==(const listener&, const listener&) = default;
};

/// A valid configuration.
struct settings {
  /// Never empty, no address twice; a port 0 means any free one.
  std::vector<listener> listen = std::vector(1, listener{});
  unsigned threads = 1;
  unsigned connections = 4096;
  /// In the order of precedence, no name twice; those of `domain_files`, then
  /// those of `entry_files`, last.
  std::vector<domain_entry> domains;
  std::vector<network_entry> networks;
  allow_settings allow;
  /// Of the listed entries that set none of their own.
  table::action action = *table::action::parse(default_action);
  limit_settings limits; ///< of the entries that set none of their own
  /// Of the listed entries that set none of their own.
  config::on_permerror on_permerror = on_permerror::stop;
  resolver_settings resolver;
  refresh_settings refresh;
  query_time_settings query_time;
  std::vector<published_file> publish; ///< no path twice
  /// Where the last good expansions are kept; empty: nowhere.
  std::string state_file{default_state_file};
  std::optional<net::endpoint> admin = default_admin; ///< HTTP; none: no port
  metrics_settings metrics;
  log_settings log;

  friend bool operator==(const settings&, const settings&) = default;
};

} // namespace spfblock::config
