// What a mail log tells about senders: who sent, in whose name, and what became
// of it.
#pragma once

#include "core/config/seen_list.hpp"
#include "core/dns/name.hpp"
#include "core/maillog/event.hpp"
#include "core/maillog/mail.hpp"
#include "core/maillog/period.hpp"
#include "core/net/address_set.hpp"
#include "core/net/ip_address.hpp"
#include "core/suggest/mark.hpp"
#include "core/suggest/sender_notes.hpp"

#include <tsl/hopscotch_map.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::suggest {

/// One host that sent in the name of one domain.
struct sending {
  net::ip_address address{};
  dns::name domain{};   ///< of the sender, all of it
  std::string sender{}; ///< as the first such mail had it; never to be shown
  std::string helo{};   ///< of the same one; empty: not known
  mark_counts marks{};
  bool log_says_pass = false; ///< the log has an SPF result, and it is pass
};

/// A registrable domain, and all who sent in its name or one below it.
struct sender {
  /// Hosts and names that are told apart.
  static constexpr std::size_t most_sendings = 32;

  dns::name name{};
  mark_counts marks{};
  std::uint64_t seen = 0; ///< mails, and SPF results
  std::vector<suggest::sending> sendings{};
  std::uint64_t others = 0; ///< mails of hosts that are not told apart
};

/// What a host sent, in whosever name.
struct host {
  /// Wanted senders that are told apart; one more than any rule needs.
  static constexpr std::size_t most_senders = 4;

  std::uint64_t bad = 0; ///< without what was let through
  std::uint64_t wanted = 0;
  /// The wanted senders' names, as hashes; 0: none.
  std::array<std::size_t, most_senders> wanted_senders{};
};

/// Collects it.
///
/// Left out are the null reverse-path, senders without a domain that can be
/// listed, and mails of clients that had logged in or are the network's own.
///
/// Bounded, whatever the log holds: where there is no room for one more sender
/// or host, the half of them is forgotten of whom there was least
/// (`forgotten()`), where a wanted mail of a host counts as five bad ones.
/// Full, with all texts at their longest, it takes about 200 MB.  Not
/// thread-safe.
class evidence {
public:
  struct capacity {
    std::size_t senders = 65'536;
    std::size_t sendings = 131'072; ///< of all senders together
    std::size_t hosts = 131'072;
  };

  /// The domain under a public suffix that a name belongs to; nothing if it is
  /// such a suffix itself.
  using registrable =
      std::function<std::optional<dns::name>(const dns::name& of)>;

  struct settings {
    suggest::evidence::registrable registrable_domain;
    /// Whether an address is listed now.
    std::function<bool(const net::ip_address&)> is_listed;
    net::address_set own{}; ///< this machine's and its network's
    /// Mails of other times are left out.
    maillog::period period{};
    suggest::evidence::capacity most{};
  };

  explicit evidence(settings by) : by_{std::move(by)} {}

  void take(const maillog::mail& next);

  /// An SPF result of MAIL FROM tells of a sender that no mail may tell of; all
  /// else is passed over.
  void take(const maillog::event& next);

  /// What a server noted of mails of listed hosts: of hosts that are listed now
  /// those that no log told of.  After the logs, so that none counts twice.
  void take(const noted_sender& next);

  /// A host that delivered wanted mail, by the file of `allow.seen`: as much as
  /// no log told of.  After the logs.
  void take(const config::seen_network& next);

  /// Those with bad marks, the most first; then those with none, who were
  /// wanted least.  Valid until the next take().
  [[nodiscard]] std::vector<const sender*> senders() const;

  struct address_hash {
    std::size_t operator()(const net::ip_address& of) const noexcept {
      const net::uint128 number = of.number();
      return std::hash<std::uint64_t>{}(
          (static_cast<std::uint64_t>(number >> 64U) ^
           static_cast<std::uint64_t>(number)) *
          0x9e3779b97f4a7c15U);
    }
  };
  using hosts_by_address =
      tsl::hopscotch_map<net::ip_address, host, address_hash>;
  [[nodiscard]] const hosts_by_address& hosts() const noexcept {
    return hosts_;
  }

  [[nodiscard]] std::uint64_t mails() const noexcept { return mails_; }
  /// Bad and wanted ones, of senders or hosts that were forgotten.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  /// A mail, or what is known of one by its SPF result.
  struct sight {
    net::ip_address address{};
    std::string_view sender{};
    std::string_view helo{};
    bool log_says_pass = false;
  };

  void note(const sight& of, const mark_counts& marks);
  sender& sender_called(const dns::name& name);
  sending* sending_of(sender& in, const net::ip_address& address,
                      const dns::name& domain, bool is_bad);
  [[nodiscard]] std::uint64_t bad_of(const dns::name& domain,
                                     const net::ip_address& address) const;
  void note_host(const net::ip_address& address, const dns::name& sender,
                 const mark_counts& marks);
  void forget_senders();
  void forget_hosts();

  settings by_;
  tsl::hopscotch_map<dns::name, sender> senders_;
  std::size_t sendings_ = 0; ///< of all senders
  hosts_by_address hosts_;
  std::uint64_t mails_ = 0;
  std::uint64_t forgotten_ = 0;
};

} // namespace spfblock::suggest
