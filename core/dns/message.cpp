#include "core/dns/message.hpp"

#include "core/dns/header.hpp"
#include "core/dns/ldns_record.hpp"
#include "core/dns/octets.hpp"
#include "core/dns/record_set.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace spfblock::dns {
namespace {

void append_number(std::string& to, std::uint16_t number) {
  to += static_cast<char>(number >> 8U);
  to += static_cast<char>(number & 255U);
}

/// Whether a question section with one question, at the start of `section`, is
/// the one asked.  Its name is never compressed: there is nothing before it.
bool repeats(std::string_view section, const question& asked) {
  const std::string& wire = asked.owner.wire();
  return section.size() >= wire.size() + 4 &&
         iequals(section.substr(0, wire.size()), wire) &&
         number_at(section, wire.size()) ==
             static_cast<std::uint16_t>(asked.type) &&
         number_at(section, wire.size() + 2) == LDNS_RR_CLASS_IN;
}

/// Whether the message, however malformed further on, replies to the query.
bool is_ours(const header& of, std::string_view message, const question& asked,
             std::uint16_t id) {
  if (of.id != id || !of.is_response || of.opcode != LDNS_PACKET_QUERY)
    return false;
  if (of.questions == 1)
    return repeats(message.substr(header_size), asked);
  return of.questions == 0 &&
         (of.rcode == LDNS_RCODE_FORMERR || of.rcode == LDNS_RCODE_NOTIMPL);
}

reply without_answer(reply::kind what, std::string reason) {
  reply made;
  made.what = what;
  made.reason = std::move(reason);
  return made;
}

reply unusable(std::string reason) {
  return without_answer(reply::kind::unusable, std::move(reason));
}

std::string describe(const failure& why) {
  if (why.code == errc::limit_exceeded)
    return "answer with " + why.message;
  return fmt::format("malformed answer ({} at octet {})", why.message,
                     why.offset);
}

std::string rcode_name(unsigned rcode) {
  switch (rcode) {
  case 1: return "FORMERR";
  case 2: return "SERVFAIL";
  case 4: return "NOTIMP";
  case 5: return "REFUSED";
  case 16: return "BADVERS";
  default: return fmt::format("RCODE {}", rcode);
  }
}

reply refusal(reply::kind what, unsigned rcode) {
  reply made = without_answer(what, rcode_name(rcode));
  made.by_rcode = true;
  return made;
}

void set_number(std::string& in, std::size_t at, std::uint16_t number) {
  in[at] = static_cast<char>(number >> 8U);
  in[at + 1] = static_cast<char>(number & 255U);
}

/// Decodes a message that passed wire_check().  Records that were set apart
/// become records of a private-use type, whose RDATA ldns takes as a whole.
ldns_packet_ptr parse(std::string message, const set_apart& apart) {
  for (const std::size_t type_at : apart.unknown)
    set_number(message, type_at, type_unknown);
  for (const std::size_t type_at : apart.texts)
    set_number(message, type_at, type_whole_txt);
  ldns_pkt* packet = nullptr;
  const auto* const octets =
      reinterpret_cast<const std::uint8_t*>(message.data());
  if (ldns_wire2pkt(&packet, octets, message.size()) != LDNS_STATUS_OK)
    return nullptr;
  return ldns_packet_ptr{packet};
}

/// The RCODE with the eight bits that EDNS adds (RFC 6891 §6.1.3).
unsigned rcode_of(const ldns_pkt& packet) {
  const unsigned extension = ldns_pkt_edns_extended_rcode(&packet);
  return extension << 4U | static_cast<unsigned>(ldns_pkt_get_rcode(&packet));
}

/// The records of class IN that an answer can be made of.
record_set answering_records(const ldns_pkt& packet) {
  record_set found;
  const ldns_rr_list* const section = ldns_pkt_answer(&packet);
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
    const ldns_rr& rr = *ldns_rr_list_rr(section, i);
    if (!is_answering(rr) || ldns_rr_get_class(&rr) != LDNS_RR_CLASS_IN)
      continue;
    const auto owner = owner_of(rr);
    auto record = to_record(rr);
    if (owner && record)
      found.add(*owner, *std::move(record));
  }
  return found;
}

/// What the authority section says about an answer without records.
struct authority {
  bool has_soa = false;
  bool has_ns = false;
  std::uint32_t negative_ttl = 0; ///< of the SOA (RFC 2308 §5)
};

authority authority_of(const ldns_pkt& packet) {
  constexpr std::size_t minimum_field = 6;
  authority found;
  const ldns_rr_list* const section = ldns_pkt_authority(&packet);
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(section); ++i) {
    const ldns_rr* const rr = ldns_rr_list_rr(section, i);
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
      continue;
    if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS)
      found.has_ns = true;
    if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA)
      continue;
    found.has_soa = true;
    found.negative_ttl = std::min(
        ldns_rr_ttl(rr), ldns_rdf2native_int32(ldns_rr_rdf(rr, minimum_field)));
  }
  return found;
}

reply answer_in(const ldns_pkt& packet, const question& asked,
                bool is_nxdomain) {
  answer found = answering_records(packet).resolve(asked);
  if (found.status == answer_status::failed)
    return unusable(std::move(found.reason));
  reply made;
  made.what = reply::kind::answer;
  if (is_nxdomain || found.is_void()) {
    const authority said = authority_of(packet);
    if (!is_nxdomain && said.has_ns && !said.has_soa)
      return unusable("referral");
    made.content.status =
        is_nxdomain ? answer_status::nxdomain : answer_status::no_data;
    made.content.ttl = std::min(found.ttl, said.negative_ttl);
  } else {
    made.content = std::move(found);
  }
  return made;
}

} // namespace

std::string encode_query(const question& asked, std::uint16_t id,
                         edns with_edns) {
  constexpr std::uint16_t recursion_desired = 0x0100;
  constexpr std::size_t most_around_name = header_size + 4 + 11;
  std::string query;
  query.reserve(asked.owner.wire().size() + most_around_name);
  // RFC 1035 §4.1.1: one question, no answer, no authority; OPT is additional.
  append_number(query, id);
  append_number(query, recursion_desired);
  append_number(query, 1);
  append_number(query, 0);
  append_number(query, 0);
  append_number(query, with_edns == edns::on ? 1 : 0);
  query += asked.owner.wire();
  append_number(query, static_cast<std::uint16_t>(asked.type));
  append_number(query, LDNS_RR_CLASS_IN);
  if (with_edns == edns::on) {
    // RFC 6891 §6.1.2: the root, OPT, the size; version 0, no flag, no option.
    query += '\0';
    append_number(query, LDNS_RR_TYPE_OPT);
    append_number(query, edns_udp_size);
    query.append(6, '\0');
  }
  return query;
}

reply decode_reply(std::string_view message, const question& asked,
                   std::uint16_t id, const wire_limits& limits) {
  const auto head = read_header(message);
  if (!head || !is_ours(*head, message, asked, id))
    return {};
  const auto apart = wire_check(message, limits);
  if (!apart)
    return unusable(describe(apart.error()));
  if (head->truncated)
    return without_answer(reply::kind::truncated, {});
  const auto packet = parse(std::string{message}, *apart);
  if (!packet)
    return unusable("malformed answer");
  switch (const unsigned rcode = rcode_of(*packet); rcode) {
  case LDNS_RCODE_NOERROR: return answer_in(*packet, asked, false);
  case LDNS_RCODE_NXDOMAIN: return answer_in(*packet, asked, true);
  case LDNS_RCODE_FORMERR:
  case LDNS_RCODE_NOTIMPL:
  case 16: // BADVERS
    return refusal(reply::kind::no_edns, rcode);
  default: return refusal(reply::kind::unusable, rcode);
  }
}

} // namespace spfblock::dns
