// Records by owner, and the answer they hold for a question: what a message and
// a zone file have in common.  Private to core/dns.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"

#include <tsl/hopscotch_map.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace spfblock::dns {

/// The longest time an answer is kept, in seconds (RFC 8767 §4).
inline constexpr std::uint32_t max_ttl = 604800;

/// How many CNAMEs are followed for one question; unbound's limit, too.
inline constexpr unsigned max_cnames = 11;

/// What a CNAME record tells.
struct alias {
  name target;

  friend bool operator==(const alias&, const alias&) = default;
};

/// What a PTR record tells.
struct host_name {
  name host;
};

/// One record without its owner, of a type that is asked for or a CNAME.
struct record {
  std::uint16_t type = 0; ///< the number on the wire
  std::uint32_t ttl = 0;  ///< seconds, as in the message or file
  /// monostate for an AAAA record with an IPv4-mapped address
  std::variant<std::monostate, alias, std::string, net::ip_address,
               mail_exchange, host_name>
      data;
};

/// What answers for a name.
struct node {
  /// The records; null where the name does not exist.
  const std::vector<record>* records = nullptr;
  /// Another name, which answers in its place, and the TTL of the record that
  /// says so; `records` mean nothing then.
  struct renaming {
    name to;
    std::uint32_t ttl;
  };
  std::optional<renaming> renamed;
};

/// Follows CNAMEs, and other renamings, from the name asked to the records of
/// the type asked.  The TTL is the smallest of all records used and of max_ttl;
/// one with the top bit set counts as large (RFC 8767 §4).
///
/// @param at gives what answers for a name
/// @return status `records` with them; `no_data` where the last name exists
///         without them, `nxdomain` where it does not, both with the smallest
///         TTL of the CNAMEs (max_ttl without one); `failed` for a loop, for
///         more than max_cnames and for two CNAMEs of one name
[[nodiscard]] answer follow(const question& asked,
                            const std::function<node(const name&)>& at);

/// Records by owner.
class record_set {
public:
  /// Notes that a name exists, with or without records.
  void add(const name& owner);

  /// Adds a record.  Of equal ones an answer has one (RFC 2181 §5).
  void add(const name& owner, record one);

  /// Whether `owner` has a CNAME to another name than `to`.
  [[nodiscard]] bool contradicts(const name& owner, const alias& to) const;

  /// The records of a name; null where it was not added.  Valid until the next
  /// add().
  [[nodiscard]] const std::vector<record>* find(const name& owner) const;

  /// follow() over the names that were added.
  [[nodiscard]] answer resolve(const question& asked) const;

private:
  tsl::hopscotch_map<name, std::vector<record>> records_;
};

} // namespace spfblock::dns
