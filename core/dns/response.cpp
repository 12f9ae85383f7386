#include "core/dns/response.hpp"

#include "core/dns/header.hpp"
#include "core/dns/message.hpp"

#include <array>

namespace spfblock::dns {
namespace {

// Where they stand in a header.
constexpr std::size_t flags_at = 2;
constexpr std::size_t answers_at = 6;
constexpr std::size_t authority_at = 8;
constexpr std::size_t additional_at = 10;

constexpr unsigned authoritative = 0x04; ///< in the first octet of the flags
constexpr unsigned truncated = 0x02;

char octet(unsigned number) {
  return static_cast<char>(number & 0xffU);
}

} // namespace

void append_number(std::string& to, std::uint16_t number) {
  const std::array octets{octet(number >> 8U), octet(number)};
  to.append(octets.data(), octets.size());
}

void append_number(std::string& to, std::uint32_t number) {
  const std::array octets{octet(number >> 24U), octet(number >> 16U),
                          octet(number >> 8U), octet(number)};
  to.append(octets.data(), octets.size());
}

response::response(const query& to, rcode with, std::string& out)
    : to_{to},
      with_{with},
      out_{out},
      begin_{out.size()} {
  append_number(out_, to.id);
  out_ += octet(0x80U | to.opcode << 3U | (to.recursion_desired ? 1U : 0U));
  out_ += octet(static_cast<unsigned>(with) & 0x0fU);
  append_number(out_, static_cast<std::uint16_t>(to.question.empty() ? 0 : 1));
  out_.append(header_size - answers_at, '\0');
  out_ += to.question;
}

void response::set_authoritative() {
  char& flags = out_[begin_ + flags_at];
  flags = octet(static_cast<unsigned char>(flags) | authoritative);
}

void response::set_truncated() {
  char& flags = out_[begin_ + flags_at];
  flags = octet(static_cast<unsigned char>(flags) | truncated);
}

void response::answer(query_type type, std::uint32_t ttl,
                      std::string_view rdata, std::size_t labels_before) {
  append(type, ttl, rdata, labels_before);
  count(answers_at);
}

void response::authority(query_type type, std::uint32_t ttl,
                         std::string_view rdata, std::size_t labels_before) {
  append(type, ttl, rdata, labels_before);
  count(authority_at);
}

void response::append(query_type type, std::uint32_t ttl,
                      std::string_view rdata, std::size_t labels_before) {
  constexpr unsigned pointer = 0xc000;
  append_number(out_, static_cast<std::uint16_t>(
                          pointer | (header_size + labels_before)));
  append_number(out_, static_cast<std::uint16_t>(type));
  append_number(out_, class_in);
  append_number(out_, ttl);
  append_number(out_, static_cast<std::uint16_t>(rdata.size()));
  out_ += rdata;
}

/// One record more: there are fewer than 256.
void response::count(std::size_t at) {
  ++out_[begin_ + at + 1];
}

void response::finish() {
  if (!to_.has_edns)
    return;
  out_ += '\0'; // owned by the root
  append_number(out_, static_cast<std::uint16_t>(query_type::opt));
  append_number(out_, edns_udp_size);
  out_ += octet(static_cast<unsigned>(with_) >> 4U);
  out_ += '\0';
  append_number(out_, static_cast<std::uint16_t>(to_.dnssec_ok ? 0x8000U : 0U));
  append_number(out_, std::uint16_t{0});
  count(additional_at);
}

} // namespace spfblock::dns
