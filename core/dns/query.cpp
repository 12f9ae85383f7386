#include "core/dns/query.hpp"

#include "core/dns/octets.hpp"
#include "core/dns/wire_check.hpp"

#include <cstddef>

namespace spfblock::dns {
namespace {

/// Octets of a record between its owner and its RDATA.
constexpr std::size_t record_head = 10;

/// Behind the name that stands there.  @pre it is well formed
std::size_t behind_name(std::string_view message, std::size_t at) {
  constexpr std::size_t pointer = 0xc0;
  for (;;) {
    const std::size_t length = octet_at(message, at);
    if (length >= pointer)
      return at + 2;
    at += length + 1;
    if (length == 0)
      return at;
  }
}

/// Reads what matters of the OPT record, if there is one.
/// @param at where the records behind the question begin
/// @pre wire_check() has passed the message, which is not truncated
void read_edns(std::string_view message, std::size_t at, query& into) {
  while (at < message.size()) {
    const std::size_t head = behind_name(message, at);
    at = head + record_head + number_at(message, head + 8);
    if (number_at(message, head) != static_cast<unsigned>(query_type::opt))
      continue;
    into.has_edns = true;
    // The TTL: extended RCODE, version, flags (RFC 6891 §6.1.3).
    into.dnssec_ok = (octet_at(message, head + 6) & 0x80U) != 0;
    if (octet_at(message, head + 5) != 0)
      into.fault = rcode::bad_version;
  }
}

} // namespace

std::optional<query> read_query(std::string_view message) {
  const auto head = read_header(message);
  if (!head || head->is_response)
    return std::nullopt;
  query read;
  read.id = head->id;
  read.opcode = head->opcode;
  read.recursion_desired = (octet_at(message, 2) & 1U) != 0;
  if (head->opcode != 0) {
    read.fault = rcode::not_implemented;
    return read;
  }
  if (head->questions != 1 || head->answers != 0 || head->truncated ||
      !wire_check(message, {})) {
    read.fault = rcode::format_error;
    return read;
  }
  // No pointer is in it: none leads into the header.
  const std::size_t end = behind_name(message, header_size);
  read.question = message.substr(header_size, end + 4 - header_size);
  read.owner = message.substr(header_size, end - header_size);
  read.type = number_at(message, end);
  read.klass = number_at(message, end + 2);
  read_edns(message, end + 4, read);
  return read;
}

} // namespace spfblock::dns
