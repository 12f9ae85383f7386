#include "core/dns/header.hpp"

#include "core/dns/octets.hpp"

namespace spfblock::dns {

std::optional<header> read_header(std::string_view message) {
  if (message.size() < header_size)
    return std::nullopt;
  const unsigned flags = number_at(message, 2);
  header read;
  read.id = number_at(message, 0);
  read.is_response = (flags & 0x8000U) != 0;
  read.opcode = flags >> 11U & 0x0fU;
  read.truncated = (flags & 0x0200U) != 0;
  read.rcode = flags & 0x0fU;
  read.questions = number_at(message, 4);
  read.answers = number_at(message, 6);
  read.authority = number_at(message, 8);
  read.additional = number_at(message, 10);
  return read;
}

} // namespace spfblock::dns
