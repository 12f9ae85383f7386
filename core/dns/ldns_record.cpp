#include "core/dns/ldns_record.hpp"

#include <new>
#include <optional>
#include <utility>

namespace spfblock::dns {
namespace {

/// The octets of a field of RDATA; empty if it is not there.
std::string_view field(const ldns_rr& from, std::size_t index) {
  const ldns_rdf* const found = ldns_rr_rdf(&from, index);
  if (!found || !ldns_rdf_data(found))
    return {};
  return {reinterpret_cast<const char*>(ldns_rdf_data(found)),
          ldns_rdf_size(found)};
}

net::uint128 big_endian(std::string_view octets) {
  net::uint128 number = 0;
  for (const char c : octets)
    number = number << 8U | static_cast<unsigned char>(c);
  return number;
}

using data = decltype(record::data);

std::optional<data> a_data(const ldns_rr& from) {
  const auto octets = field(from, 0);
  if (octets.size() != 4)
    return std::nullopt;
  return net::ip_address::ipv4(static_cast<std::uint32_t>(big_endian(octets)));
}

std::optional<data> aaaa_data(const ldns_rr& from) {
  const auto octets = field(from, 0);
  if (octets.size() != 16)
    return std::nullopt;
  const auto address = net::ip_address::ipv6(big_endian(octets));
  if (address.family() == net::family::ipv4)
    return std::monostate{};
  return address;
}

std::optional<data> cname_data(const ldns_rr& from) {
  auto target = name::from_wire(field(from, 0));
  if (!target)
    return std::nullopt;
  return alias{*std::move(target)};
}

std::optional<data> ptr_data(const ldns_rr& from) {
  auto host = name::from_wire(field(from, 0));
  if (!host)
    return std::nullopt;
  return host_name{*std::move(host)};
}

std::optional<data> mx_data(const ldns_rr& from) {
  const auto preference = field(from, 0);
  auto host = name::from_wire(field(from, 1));
  if (preference.size() != 2 || !host)
    return std::nullopt;
  return mail_exchange{static_cast<std::uint16_t>(big_endian(preference)),
                       *std::move(host)};
}

std::optional<data> txt_data(const ldns_rr& from) {
  std::string text;
  for (std::size_t i = 0; i < ldns_rr_rd_count(&from); ++i) {
    const auto with_length = field(from, i);
    if (with_length.empty())
      return std::nullopt;
    text += with_length.substr(1);
  }
  return text; // empty where there is no string, which RFC 1035 forbids
}

/// The same where the strings were not taken apart.
std::optional<data> whole_txt_data(const ldns_rr& from) {
  std::string_view strings = field(from, 0);
  std::string text;
  text.reserve(strings.size());
  while (!strings.empty()) {
    const std::size_t size = static_cast<unsigned char>(strings.front());
    if (size >= strings.size())
      return std::nullopt;
    text += strings.substr(1, size);
    strings.remove_prefix(size + 1);
  }
  return text;
}

std::optional<data> data_of(const ldns_rr& from) {
  switch (static_cast<std::uint16_t>(ldns_rr_get_type(&from))) {
  case LDNS_RR_TYPE_A: return a_data(from);
  case LDNS_RR_TYPE_AAAA: return aaaa_data(from);
  case LDNS_RR_TYPE_CNAME: return cname_data(from);
  case LDNS_RR_TYPE_PTR: return ptr_data(from);
  case LDNS_RR_TYPE_MX: return mx_data(from);
  case LDNS_RR_TYPE_TXT: return txt_data(from);
  case type_whole_txt: return whole_txt_data(from);
  default: return std::nullopt;
  }
}

} // namespace

ldns_rdf_ptr to_ldns(const name& from) {
  // Not from text: ldns reads backslashes in it as escapes.
  ldns_rdf_ptr rdf{ldns_rdf_new_frm_data(
      LDNS_RDF_TYPE_DNAME, from.wire().size(), from.wire().data())};
  if (!rdf)
    throw std::bad_alloc{};
  return rdf;
}

result<name> owner_of(const ldns_rr& from) {
  const ldns_rdf* const owner = ldns_rr_owner(&from);
  return name::from_wire({reinterpret_cast<const char*>(ldns_rdf_data(owner)),
                          ldns_rdf_size(owner)});
}

bool is_answering(const ldns_rr& from) noexcept {
  switch (static_cast<std::uint16_t>(ldns_rr_get_type(&from))) {
  case LDNS_RR_TYPE_A:
  case LDNS_RR_TYPE_AAAA:
  case LDNS_RR_TYPE_CNAME:
  case LDNS_RR_TYPE_PTR:
  case LDNS_RR_TYPE_MX:
  case LDNS_RR_TYPE_TXT:
  case type_whole_txt: return true;
  default: return false;
  }
}

std::optional<name> dname_target(const ldns_rr& from) {
  if (ldns_rr_get_type(&from) != LDNS_RR_TYPE_DNAME)
    return std::nullopt;
  auto target = name::from_wire(field(from, 0));
  if (!target)
    return std::nullopt;
  return *std::move(target);
}

result<record> to_record(const ldns_rr& from) {
  EXPECTS(is_answering(from));
  auto data = data_of(from);
  if (!data)
    return failure{errc::malformed, "RDATA is not of the record's type"};
  const auto type = static_cast<std::uint16_t>(ldns_rr_get_type(&from));
  constexpr std::uint16_t txt = LDNS_RR_TYPE_TXT;
  return record{type == type_whole_txt ? txt : type, ldns_rr_ttl(&from),
                *std::move(data)};
}

} // namespace spfblock::dns
