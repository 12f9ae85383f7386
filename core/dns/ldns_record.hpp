// The edge to ldns: ownership of its objects, and its records as ours.  Private
// to core/dns; no header but this one includes ldns.
#pragma once

#include "core/dns/record_set.hpp"
#include "core/support/result.hpp"

#include <ldns/ldns.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace spfblock::dns {

/// Frees an object of a C library with the function that belongs to it.
template <auto Free>
struct free_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using ldns_packet_ptr = std::unique_ptr<ldns_pkt, free_by<&ldns_pkt_free>>;
using ldns_rr_ptr = std::unique_ptr<ldns_rr, free_by<&ldns_rr_free>>;
using ldns_rdf_ptr = std::unique_ptr<ldns_rdf, free_by<&ldns_rdf_deep_free>>;

/// @throw std::bad_alloc
[[nodiscard]] ldns_rdf_ptr to_ldns(const name& from);

/// Private-use types of records whose RDATA ldns is to take as a whole: those
/// of types that nobody asks for, and TXT.  A message has them only where they
/// were put instead of its own (message.cpp).
inline constexpr std::uint16_t type_unknown = 0xff00;
inline constexpr std::uint16_t type_whole_txt = 0xff01;

/// The owner of a record.
/// @return errc::malformed
result<name> owner_of(const ldns_rr& from);

/// Whether a record is of a type that an answer can be made of, or
/// type_whole_txt.
[[nodiscard]] bool is_answering(const ldns_rr& from) noexcept;

/// Where a DNAME leads to; nothing of other records, and of one without a name.
[[nodiscard]] std::optional<name> dname_target(const ldns_rr& from);

/// The record without its owner.
/// @pre is_answering(from)
/// @return errc::malformed if its RDATA is not that of its type; a message that
///         passed wire_check() holds no such record
result<record> to_record(const ldns_rr& from);

} // namespace spfblock::dns
