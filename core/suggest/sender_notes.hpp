// In the name of which domains listed hosts sent, as a door sees it.
#pragma once

#include "core/dns/name.hpp"
#include "core/net/ip_address.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace spfblock::suggest {

/// A listed host that sent in the name of a domain.
struct noted_host {
  net::ip_address address{};
  std::uint64_t mails = 0;

  friend bool operator==(const noted_host&, const noted_host&) = default;
};

/// A domain in whose name listed hosts sent.  No local part, no recipient.
struct noted_sender {
  /// Hosts that are told apart.
  static constexpr std::size_t most_hosts = 8;

  dns::name domain{};
  std::uint64_t mails = 0; ///< each recipient of a mail counts
  std::chrono::sys_seconds first{};
  std::chrono::sys_seconds last{};
  std::vector<noted_host> hosts{}; ///< no more than `mails` together

  friend bool operator==(const noted_sender&, const noted_sender&) = default;
};

/// What is noted, as it is told.
struct noted_senders {
  std::chrono::sys_seconds since{}; ///< when the notes were begun
  std::uint64_t forgotten = 0;      ///< mails of domains that are not noted
  std::vector<noted_sender> senders{};
};

/// Notes them in bounded memory: about 3 MB if full, with all names at their
/// longest.
///
/// A domain has its place in one of `sets` small sets, by its hash.  Where a
/// set is full, one of the listing that has the most places in it gives way:
/// the one with the least weight, and of these the longest unseen.  So who
/// sends in a million names pushes out names that hosts of his own listing
/// used, and of these what was used least.
///
/// The weight of a name is how often it came, `most_weight` at most.  Who finds
/// no place takes one off it; at nothing the place is his.  So what came often
/// stays for as many others, and nothing stays for ever.  It is the same with
/// the hosts of a name.
///
/// A note takes constant time, and no memory but for a name that is new.
/// Not thread-safe.
class sender_notes {
public:
  static constexpr std::size_t sets = 512;
  static constexpr std::size_t places = 8; ///< of a set
  static constexpr std::uint32_t most_weight = 100;

  /// Takes down a mail of a listed host.
  /// @param mail_from without a domain that could be listed it is passed over
  /// @param listing which one answers for the host, by a number of its own
  void note(std::string_view mail_from, const net::ip_address& host,
            std::uint32_t listing, std::chrono::sys_seconds at);

  /// Adds what is in a set.  @pre number < sets
  void append_set(std::size_t number, std::vector<noted_sender>& to) const;

  /// Mails of domains that found no place, or gave way.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  struct weighed_host {
    noted_host host{};
    std::uint32_t weight = 0;
    std::uint64_t last = 0; ///< of `notes_`
  };
  struct entry {
    dns::name domain{};
    std::uint32_t listing = 0; ///< of the first host
    std::uint32_t weight = 0;
    std::uint64_t mails = 0;
    std::uint64_t noted = 0; ///< the last of `notes_`
    std::chrono::sys_seconds first{};
    std::chrono::sys_seconds last{};
    std::array<weighed_host, noted_sender::most_hosts> hosts{};
  };
  /// Those without an entry come last.
  using set = std::array<std::unique_ptr<entry>, places>;

  [[nodiscard]] entry* place_for(const dns::name& domain,
                                 std::uint32_t listing);
  static entry& who_gives_way(const set& among, std::uint32_t listing);
  void note_host(entry& of, const net::ip_address& host);

  std::vector<set> sets_ = std::vector<set>(sets);
  std::uint64_t notes_ = 0; ///< how many were made
  std::uint64_t forgotten_ = 0;
};

} // namespace spfblock::suggest
