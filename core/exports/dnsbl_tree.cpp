#include "core/exports/dnsbl_tree.hpp"

#include "core/exports/dnsbl.hpp"
#include "core/net/ip_prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace spfblock::exports {
namespace {

constexpr unsigned ipv4_bits = 8;
constexpr unsigned ipv6_bits = 4;
/// An IPv4 address has so many labels.
constexpr unsigned ipv4_labels = 4;

unsigned width_of(unsigned bits) {
  return net::width(bits == ipv4_bits ? net::family::ipv4 : net::family::ipv6);
}

std::string label_of(unsigned value, unsigned bits) {
  return bits == ipv4_bits ? std::to_string(value) : fmt::format("{:x}", value);
}

std::string below(const std::string& label, const std::string& name) {
  return name.empty() ? label : label + '.' + name;
}

/// A text as a <character-string> in quotes (RFC 1035 §5.1).
std::string character_string(std::string_view text) {
  std::string out{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

} // namespace

/// What lies below a name: the entries there, and what holds where none does.
struct dnsbl_tree::branch {
  std::span<const dnsbl_entry> entries;
  const std::string* listing = nullptr;

  /// Takes the entry of the name itself out, if there is one.
  void settle(unsigned depth) {
    if (entries.empty() || entries.front().length != depth)
      return;
    listing = entries.front().listing;
    entries = entries.subspan(1);
  }

  /// The label below the name that the entry lies under.
  [[nodiscard]] static unsigned label(const dnsbl_entry& of, unsigned depth,
                                      unsigned bits) {
    return static_cast<unsigned>(of.first >> (width_of(bits) - depth - bits)) &
           ((1U << bits) - 1);
  }

  /// What lies below a label.
  [[nodiscard]] branch below(unsigned label_value, unsigned depth,
                             unsigned bits) const {
    const auto first = std::partition_point(
        entries.begin(), entries.end(), [=](const dnsbl_entry& each) {
          return label(each, depth, bits) < label_value;
        });
    const auto end =
        std::partition_point(first, entries.end(), [=](const auto& each) {
          return label(each, depth, bits) == label_value;
        });
    return {{first, end}, listing};
  }
};

dnsbl_tree::dnsbl_tree(const std::vector<dnsbl_entry>& ipv4,
                       const std::vector<dnsbl_entry>& ipv6) {
  write_both({ipv4, nullptr}, {ipv6, nullptr}, "", 0);
}

/// Writes what lies below a name where one family alone has names.
/// @param depth the name's bits
/// @param bits of a label
/// @return whether the name exists now
bool dnsbl_tree::write(branch at, const std::string& name, unsigned depth,
                       unsigned bits) {
  at.settle(depth);
  if (at.listing != nullptr)
    write_record(depth == width_of(bits) ? name : below("*", name),
                 *at.listing);
  bool exists = at.listing != nullptr;
  for (auto rest = at.entries; !rest.empty();) {
    const unsigned label = branch::label(rest.front(), depth, bits);
    const branch child = branch{rest, at.listing}.below(label, depth, bits);
    const std::string child_name = below(label_of(label, bits), name);
    const bool wrote = write(child, child_name, depth + bits, bits);
    write_hole_unless(wrote, at, child_name);
    exists = exists || wrote;
    rest = rest.subspan(child.entries.size());
  }
  return exists;
}

/// As write(), below a name of so many labels, each a digit: it belongs to both
/// families.
bool dnsbl_tree::write_both(branch ipv4, branch ipv6, const std::string& name,
                            unsigned labels) {
  ipv4.settle(labels * ipv4_bits);
  if (labels == ipv4_labels) {
    if (ipv4.listing != nullptr)
      write_record(name, *ipv4.listing);
    const bool wrote = write(ipv6, name, labels * ipv6_bits, ipv6_bits);
    return wrote || ipv4.listing != nullptr;
  }
  ipv6.settle(labels * ipv6_bits);
  if (ipv4.listing != nullptr)
    write_record(below("*", name), *ipv4.listing);
  const bool exists = write_children(ipv4, ipv6, name, labels);
  return exists || ipv4.listing != nullptr;
}

/// Writes what lies below the labels of a name of both families, whose wildcard
/// is that of IPv4.
bool dnsbl_tree::write_children(const branch& ipv4, const branch& ipv6,
                                const std::string& name, unsigned labels) {
  const unsigned depth4 = labels * ipv4_bits;
  const unsigned depth6 = labels * ipv6_bits;
  // Then no digit may be left to the wildcard.
  const bool differ = ipv4.listing != ipv6.listing;
  bool exist = false;
  const auto take = [&](bool wrote, const std::string& child_name) {
    write_hole_unless(wrote, ipv4, child_name);
    exist = exist || wrote;
  };
  for (unsigned label = 0; label < 1U << ipv4_bits; ++label) {
    const branch below4 = ipv4.below(label, depth4, ipv4_bits);
    const branch below6 = ipv6.below(label, depth6, ipv6_bits);
    const std::string octet = below(label_of(label, ipv4_bits), name);
    const std::string digit = below(label_of(label, ipv6_bits), name);
    if (label < 10) {
      if (differ || !below4.entries.empty() || !below6.entries.empty())
        take(write_both(below4, below6, digit, labels + 1), digit);
      continue;
    }
    if (!below4.entries.empty())
      take(write(below4, octet, depth4 + ipv4_bits, ipv4_bits), octet);
    if (label < 16 && (differ || !below6.entries.empty()))
      take(write(below6, digit, depth6 + ipv6_bits, ipv6_bits), digit);
  }
  return exist;
}

/// A name that exists without an address is not listed, nor is what lies below
/// it, whatever wildcard there is around it.
void dnsbl_tree::write_hole_unless(bool exists, const branch& around,
                                   const std::string& name) {
  if (!exists && around.listing != nullptr)
    text_ += fmt::format("unlisted.{} TXT \"not listed\"\n", name);
}

void dnsbl_tree::write_record(std::string_view name,
                              const std::string& listing) {
  text_.append(name)
      .append(" A ")
      .append(dnsbl_code)
      .append("\n TXT ")
      .append(character_string(dnsbl_reason(listing)))
      .append("\n");
}

} // namespace spfblock::exports
