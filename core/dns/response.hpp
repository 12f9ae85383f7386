// The server's side of a DNS message: writes what is answered.
#pragma once

#include "core/dns/query.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace spfblock::dns {

/// Writes the answer to a query: header, its question octet by octet (so that
/// the case of its letters is kept), records, and EDNS where the query has it.
///
/// No name is compressed but the owners of records, each of which is the end of
/// the name asked.
class response {
public:
  /// Begins one behind what is in `out`.
  /// @param to outlives the response, as `out` does
  response(const query& to, rcode with, std::string& out);

  /// It is an authority that says so (AA).
  void set_authoritative();

  /// The client is to come again by TCP (TC).
  void set_truncated();

  /// Appends a record of class IN: those of the answer section first.
  /// @param labels_before how many octets of the name asked stand before the
  ///        owner
  /// @pre labels_before leads to a label of the question, or its root
  void answer(query_type type, std::uint32_t ttl, std::string_view rdata,
              std::size_t labels_before = 0);
  void authority(query_type type, std::uint32_t ttl, std::string_view rdata,
                 std::size_t labels_before);

  /// Appends what comes last; nothing is to follow.
  void finish();

private:
  void set_flag(unsigned bit);
  void append(query_type type, std::uint32_t ttl, std::string_view rdata,
              std::size_t labels_before);
  void count(std::size_t at);

  const query& to_;
  rcode with_;
  std::string& out_;
  std::size_t begin_; ///< in out_
};

/// Appends a number in network order.
void append_number(std::string& to, std::uint16_t number);
void append_number(std::string& to, std::uint32_t number);

} // namespace spfblock::dns
