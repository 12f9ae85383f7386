#include "core/exports/access_keys.hpp"
#include "core/exports/cdb_image.hpp"
#include "core/exports/octet_keys.hpp"
#include "core/exports/pieces.hpp"
#include "core/exports/writers.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace spfblock::exports {
namespace {

/// What smtpd(8) does where a key is an exception.
constexpr std::string_view exception = "DUNNO";
constexpr std::size_t longest_key = 15; ///< "255.255.255.255"

/// The actions of a table as labels.
class action_labels {
public:
  explicit action_labels(const exported_table& of)
      : of_{of},
        of_networks_(of.ipv4_networks(), not_listed) {
    texts_.emplace_back(exception);
  }

  /// What is said by a network of a part of it.
  text_number of(std::uint32_t index, std::uint32_t first, unsigned length) {
    const exported_network& network = of_.networks()[index];
    const auto part =
        net::ip_prefix::containing(net::ip_address::ipv4(first), length);
    if (length == net::width(net::family::ipv4) &&
        tells_address(network.by->action))
      return of_text(action_text(network, part));
    text_number& known = of_networks_[index];
    if (known == not_listed)
      known = of_text(action_text(network));
    return known;
  }

  [[nodiscard]] const std::string& text(text_number of) const {
    return texts_[of];
  }

private:
  static bool tells_address(const table::action& action) {
    return action.text().find("{address}") != std::string::npos;
  }

  text_number of_text(std::string text) {
    const auto [at, is_new] =
        labels_.try_emplace(text, static_cast<text_number>(texts_.size()));
    if (is_new)
      texts_.push_back(std::move(text));
    return at->second;
  }

  const exported_table& of_;
  std::vector<text_number> of_networks_;
  std::map<std::string, text_number> labels_;
  std::vector<std::string> texts_; ///< by number
};

/// The keys of a table, and how many networks there was no room for.
struct chosen_keys {
  std::vector<octet_key> keys;
  std::size_t left_out = 0;
};

std::vector<octet_source>
sources_of(const exported_table& table,
           const std::vector<std::uint32_t>& networks) {
  std::vector<octet_source> all;
  all.reserve(networks.size());
  for (const std::uint32_t each : networks) {
    const net::ip_prefix& network = table.networks()[each].network;
    all.push_back({static_cast<std::uint32_t>(network.first().number()),
                   network.length(), each});
  }
  return all;
}

/// As many networks as there is room for: those that fill the octets of a key
/// least go first.
chosen_keys choose(const exported_table& table, action_labels& labels,
                   std::size_t most) {
  const auto label_of = [&labels](std::uint32_t index, std::uint32_t first,
                                  unsigned length) {
    return labels.of(index, first, length);
  };
  piece_rules rules;
  rules.replaceable = same_action;
  for (unsigned doublings = rules.ipv4_bits; doublings-- > 0;) {
    const auto networks = ipv4_networks_up_to(doublings, table, rules);
    if (auto keys = octet_keys(sources_of(table, networks), label_of, most))
      return {*std::move(keys), table.ipv4_networks() - networks.size()};
  }
  return {{}, table.ipv4_networks()};
}

/// How many keys the longest file has room for.
std::size_t most_keys(const exported_table& table) {
  std::size_t longest = exception.size();
  for (std::size_t i = 0; i < table.ipv4_networks(); ++i)
    longest = std::max(longest,
                       action_text(table.networks()[i]).size() + longest_key);
  return std::min(piece_rules{}.most, longest_cdb / (cdb_image::record_octets +
                                                     longest_key + longest));
}

std::vector<std::string> cdb_left_out_notes(const exported_table& of,
                                            std::size_t too_many) {
  std::vector<std::string> notes;
  if (of.ipv6_networks() != 0)
    notes.push_back(
        counted(of.ipv6_networks(), "IPv6 network") +
        "; behind this table ask a door, too: check_policy_service { "
        "inet:127.0.0.1:10062, default_action=DUNNO, timeout=2s }");
  if (too_many != 0)
    notes.push_back(counted(too_many, "IPv4 network") +
                    " that would take too many keys");
  return notes;
}

} // namespace

std::string cdb(const exported_table& of, const provenance& from) {
  action_labels labels{of};
  const chosen_keys chosen = choose(of, labels, most_keys(of));
  cdb_image made;
  made.add(cdb_heading_key,
           heading(from,
                   counted_networks(of.ipv4_networks(), of.ipv6_networks()),
                   {"#",
                    "access(5) for Postfix as cdb, IPv4 by octet",
                    cdb_left_out_notes(of, chosen.left_out),
                    {"check_client_access cdb:/etc/postfix/spfblock_access"}}));
  for (const octet_key& each : chosen.keys)
    made.add(access_key(each.first, each.length), labels.text(each.says));
  return made.finished();
}

} // namespace spfblock::exports
