#include "core/exports/access_keys.hpp"
#include "core/exports/pieces.hpp"
#include "core/exports/writers.hpp"
#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock::exports {
namespace {

net::ip_prefix prefix_of(const piece& of, net::family f) {
  const auto address =
      f == net::family::ipv4
          ? net::ip_address::ipv4(static_cast<std::uint32_t>(of.first))
          : net::ip_address::ipv6(of.first);
  return net::ip_prefix::containing(address, of.length);
}

/// Writes the lines of one table.
class access_lines {
public:
  access_lines(const exported_table& table, pieces parts)
      : table_{table},
        parts_{std::move(parts)} {
    choose_ipv6();
    write_ipv4();
    write_ipv6();
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// How many networks no keys stand for, or for a part of them.
  [[nodiscard]] std::size_t inexact() const {
    std::vector<std::uint32_t> networks;
    for (std::size_t i = 0; i < parts_.ipv6.size(); ++i) {
      if (!held_[i])
        networks.push_back(parts_.ipv6[i].network);
    }
    std::sort(networks.begin(), networks.end());
    return static_cast<std::size_t>(
        std::unique(networks.begin(), networks.end()) - networks.begin());
  }

  [[nodiscard]] std::size_t too_many() const noexcept {
    return parts_.left_out;
  }

private:
  /// A piece without keys is not held, nor are those around it if one with
  /// another action would be found instead.
  void choose_ipv6() {
    const auto& all = parts_.ipv6;
    held_.assign(all.size(), true);
    std::vector<bool> contagious(all.size());
    const auto outer = outer_pieces();
    for (std::size_t i = all.size(); i-- > 0;) {
      held_[i] =
          !contagious[i] && !access_keys(all[i].first, all[i].length).empty();
      const std::size_t around = outer[i];
      if (!held_[i] && around != i &&
          (contagious[i] ||
           !same_action(network(all[i]), network(all[around]))))
        contagious[around] = true;
    }
  }

  /// For each piece the index of the smallest one around it; its own if there
  /// is none.
  [[nodiscard]] std::vector<std::size_t> outer_pieces() const {
    const auto& all = parts_.ipv6;
    std::vector<std::size_t> outer(all.size());
    std::vector<std::size_t> around;
    for (std::size_t i = 0; i < all.size(); ++i) {
      while (!around.empty() &&
             (all[i].first & net::network_mask(net::family::ipv6,
                                               all[around.back()].length)) !=
                 all[around.back()].first)
        around.pop_back();
      outer[i] = around.empty() ? i : around.back();
      around.push_back(i);
    }
    return outer;
  }

  [[nodiscard]] const exported_network& network(const piece& of) const {
    return table_.networks()[of.network];
  }

  void write_ipv4() {
    for (const piece& each : parts_.ipv4)
      append(access_key(static_cast<std::uint32_t>(each.first), each.length),
             action_text(network(each), prefix_of(each, net::family::ipv4)));
  }

  void write_ipv6() {
    const auto& all = parts_.ipv6;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!held_[i])
        continue;
      const std::string action =
          action_text(network(all[i]), prefix_of(all[i], net::family::ipv6));
      for (const std::string& key : access_keys(all[i].first, all[i].length)) {
        if (!key.ends_with(':') || key.ends_with("::") || !is_next_longer(i))
          append(key, action);
      }
    }
  }

  /// Whether the next piece is this one with a zero group more: then the key
  /// that ends with a colon is for that one.
  [[nodiscard]] bool is_next_longer(std::size_t i) const {
    const auto& all = parts_.ipv6;
    return i + 1 < all.size() && all[i + 1].first == all[i].first &&
           all[i + 1].length == all[i].length + 16 &&
           all[i + 1].length < net::width(net::family::ipv6);
  }

  void append(const std::string& key, const std::string& action) {
    text_.append(key).append("\t").append(action).append("\n");
  }

  const exported_table& table_;
  pieces parts_;
  std::vector<bool> held_; ///< of the IPv6 pieces
  std::string text_;
};

std::vector<std::string> left_out_notes(const access_lines& lines) {
  std::vector<std::string> notes;
  if (lines.inexact() != 0)
    notes.push_back(counted(lines.inexact(), "IPv6 network") +
                    " that access(5) keys cannot stand for exactly, or a part "
                    "of it; cidr can");
  if (lines.too_many() != 0)
    notes.push_back(counted(lines.too_many(), "network") +
                    " that would take too many keys");
  return notes;
}

} // namespace

std::string access(const exported_table& of, const provenance& from) {
  piece_rules rules;
  rules.replaceable = same_action;
  const access_lines lines{of, split(of, rules)};
  return heading(from, counted_networks(of.ipv4_networks(), of.ipv6_networks()),
                 {"#",
                  "access(5) for Postfix, keys by octet",
                  left_out_notes(lines),
                  {"postmap lmdb:/etc/postfix/spfblock_access",
                   "check_client_access lmdb:/etc/postfix/spfblock_access"}}) +
         lines.text();
}

} // namespace spfblock::exports
