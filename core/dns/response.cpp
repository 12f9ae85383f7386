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

/// Some fields in network order, to be appended at once: a call to a string
/// costs more than they do.
class network_fields {
public:
  network_fields& octet(unsigned number) {
    octets_[size_++] = static_cast<char>(number & 0xffU);
    return *this;
  }
  /// Two octets.
  network_fields& number(unsigned of) { return octet(of >> 8U).octet(of); }
  /// Four.
  network_fields& long_number(std::uint32_t of) {
    return number(of >> 16U).number(of);
  }

  [[nodiscard]] std::string_view text() const {
    return {octets_.data(), size_};
  }

private:
  std::array<char, 12> octets_{};
  std::size_t size_ = 0;
};

} // namespace

void append_number(std::string& to, std::uint16_t number) {
  to += network_fields{}.number(number).text();
}

void append_number(std::string& to, std::uint32_t number) {
  to += network_fields{}.long_number(number).text();
}

response::response(const query& to, rcode with, std::string& out)
    : to_{to},
      with_{with},
      out_{out},
      begin_{out.size()} {
  constexpr unsigned is_response = 0x80;
  out_ += network_fields{}
              .number(to.id)
              .octet(is_response | to.opcode << 3U |
                     static_cast<unsigned>(to.recursion_desired))
              .octet(static_cast<unsigned>(with) & 0x0fU)
              .number(to.question.empty() ? 0 : 1)
              .number(0)
              .long_number(0)
              .text();
  out_ += to.question;
}

void response::set_authoritative() {
  set_flag(authoritative);
}

void response::set_truncated() {
  set_flag(truncated);
}

void response::set_flag(unsigned bit) {
  char& flags = out_[begin_ + flags_at];
  flags = static_cast<char>(static_cast<unsigned char>(flags) | bit);
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
  out_ +=
      network_fields{}
          .number(pointer | static_cast<unsigned>(header_size + labels_before))
          .number(static_cast<unsigned>(type))
          .number(class_in)
          .long_number(ttl)
          .number(static_cast<unsigned>(rdata.size()))
          .text();
  out_ += rdata;
}

/// One record more: there are fewer than 256.
void response::count(std::size_t at) {
  ++out_[begin_ + at + 1];
}

void response::finish() {
  if (!to_.has_edns)
    return;
  // Owned by the root, of version 0, without options.
  out_ += network_fields{}
              .octet(0)
              .number(static_cast<unsigned>(query_type::opt))
              .number(edns_udp_size)
              .octet(static_cast<unsigned>(with_) >> 4U)
              .octet(0)
              .number(to_.dnssec_ok ? 0x8000U : 0U)
              .number(0)
              .text();
  count(additional_at);
}

} // namespace spfblock::dns
