// DNS messages by hand, octet for octet and without ldns, so that hostile ones
// can be written as easily as good ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace spfblock::testing {

/// A number of 16 bits in network order.
inline std::string u16(std::size_t number) {
  return {static_cast<char>(number >> 8U & 0xffU),
          static_cast<char>(number & 0xffU)};
}

/// A number of 32 bits in network order.
inline std::string u32(std::size_t number) {
  return u16(number >> 16U & 0xffffU) + u16(number & 0xffffU);
}

/// One octet for the length of `text`, then `text`: a label or a
/// character-string.
inline std::string counted(std::string_view text) {
  return static_cast<char>(text.size()) + std::string{text};
}

/// "a.example" in uncompressed wire format; "" is the root.
inline std::string wire_name(std::string_view text) {
  std::string wire;
  while (!text.empty()) {
    const auto label = text.substr(0, text.find('.'));
    wire += counted(label);
    text.remove_prefix(std::min(label.size() + 1, text.size()));
  }
  return wire + '\0';
}

/// A compression pointer.
inline std::string pointer_to(std::size_t offset) {
  return u16(0xc000U | offset);
}

/// Where the name of the only question stands, for pointer_to().
inline constexpr std::size_t question_offset = 12;

inline constexpr std::size_t type_a = 1;
inline constexpr std::size_t type_ns = 2;
inline constexpr std::size_t type_cname = 5;
inline constexpr std::size_t type_soa = 6;
inline constexpr std::size_t type_mx = 15;
inline constexpr std::size_t type_txt = 16;
inline constexpr std::size_t type_aaaa = 28;
inline constexpr std::size_t type_opt = 41;

/// A question of class IN.
inline std::string wire_question(std::string_view owner, std::size_t type) {
  return wire_name(owner) + u16(type) + u16(1);
}

/// A record; `owner` in wire format, so that it may be compressed or broken.
inline std::string wire_record(std::string_view owner, std::size_t type,
                               std::string_view rdata, std::size_t ttl = 300,
                               std::size_t rr_class = 1) {
  return std::string{owner} + u16(type) + u16(rr_class) + u32(ttl) +
         u16(rdata.size()) + std::string{rdata};
}

/// RDATA of a TXT record.
inline std::string txt_rdata(std::initializer_list<std::string_view> strings) {
  std::string rdata;
  for (const std::string_view text : strings)
    rdata += counted(text);
  return rdata;
}

/// An SOA record of the zone "example".
inline std::string soa_record(std::size_t ttl, std::size_t minimum) {
  const std::string numbers = u32(1) + u32(2) + u32(3) + u32(4) + u32(minimum);
  return wire_record(
      wire_name("example"), type_soa,
      wire_name("ns.example") + wire_name("root.example") + numbers, ttl);
}

/// An OPT record without options; `extended_rcode` are the upper eight bits.
inline std::string opt_record(std::size_t extended_rcode = 0) {
  return wire_record(wire_name(""), type_opt, "", extended_rcode << 24U, 1232);
}

/// A message: a reply with RCODE 0 unless told otherwise.
struct dns_message {
  std::size_t id = 0x1234;
  std::size_t flags = 0x8180; ///< QR, RD, RA
  std::vector<std::string> questions;
  std::vector<std::string> answers;
  std::vector<std::string> authority;
  std::vector<std::string> additional;

  [[nodiscard]] std::string octets() const {
    std::string all = u16(id) + u16(flags);
    const std::vector<std::string>* const sections[] = {
        &questions, &answers, &authority, &additional};
    for (const auto* section : sections)
      all += u16(section->size());
    for (const auto* section : sections)
      for (const std::string& entry : *section)
        all += entry;
    return all;
  }
};

} // namespace spfblock::testing
