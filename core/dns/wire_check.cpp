#include "core/dns/wire_check.hpp"

#include "core/dns/header.hpp"
#include "core/dns/octets.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace spfblock::dns {
namespace {

enum class section : std::uint8_t { answer, authority, additional };

/// One pass over a message.  The member functions that return bool say whether
/// what they walked is well formed; if not, fault_ tells why.
class walk {
public:
  walk(std::string_view message, const wire_limits& limits)
      : message_{message},
        limits_{limits} {}

  result<set_apart> run() {
    if (!whole())
      return *std::move(fault_);
    return std::move(apart_);
  }

private:
  bool whole();
  bool start();
  bool questions();
  bool records(section in, std::size_t count);
  bool record(section in);
  bool rdata(section in, std::size_t type, std::size_t end);
  bool fixed(std::size_t end, std::size_t size);
  bool names(std::size_t end, std::size_t before, std::size_t count,
             std::size_t after);
  bool strings(std::size_t end);
  bool options(std::size_t end);
  bool name();

  [[nodiscard]] bool has(std::size_t octets) const {
    return message_.size() - pos_ >= octets;
  }
  [[nodiscard]] std::size_t octet(std::size_t at) const {
    return octet_at(message_, at);
  }
  [[nodiscard]] std::size_t number(std::size_t at) const {
    return number_at(message_, at);
  }

  bool fault(std::size_t at, std::string what) {
    fault_ = {errc::malformed, std::move(what), at};
    return false;
  }

  std::string_view message_;
  wire_limits limits_;
  header header_;
  std::size_t pos_ = 0;
  bool has_opt_ = false;
  set_apart apart_;
  std::optional<failure> fault_;
};

bool walk::whole() {
  if (!start() || !questions())
    return false;
  if (header_.truncated)
    return true;
  if (!records(section::answer, header_.answers) ||
      !records(section::authority, header_.authority) ||
      !records(section::additional, header_.additional))
    return false;
  return pos_ == message_.size() ||
         fault(pos_, "octets behind the last record");
}

bool walk::start() {
  if (message_.size() > limits_.octets) {
    fault_ = {errc::limit_exceeded,
              fmt::format("more than {} octets", limits_.octets), 0};
    return false;
  }
  const auto read = read_header(message_);
  if (!read)
    return fault(0, "message is shorter than its header");
  header_ = *read;
  pos_ = header_size;
  return true;
}

bool walk::questions() {
  for (unsigned i = 0; i < header_.questions; ++i) {
    if (!name())
      return false;
    if (!has(4))
      return fault(pos_, "question runs over the end");
    pos_ += 4;
  }
  return true;
}

bool walk::records(section in, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (!record(in))
      return false;
  return true;
}

bool walk::record(section in) {
  const std::size_t start = pos_;
  if (!name())
    return false;
  if (!has(10))
    return fault(pos_, "record runs over the end");
  const std::size_t type_at = pos_;
  const std::size_t type = number(type_at);
  const std::size_t size = number(type_at + 8);
  pos_ += 10;
  if (!has(size))
    return fault(type_at + 8, "RDLENGTH runs over the end");
  constexpr std::size_t txt = 16;
  constexpr std::size_t opt = 41;
  if (type == opt && octet(start) != 0)
    return fault(start, "OPT record whose owner is not the root");
  const std::size_t end = pos_ + size;
  const std::size_t rdata_at = pos_;
  if (!rdata(in, type, end))
    return false;
  if (size != 0 && (type == txt || pos_ == rdata_at))
    (type == txt ? apart_.texts : apart_.unknown).push_back(type_at);
  pos_ = end;
  return true;
}

/// Walks the RDATA at pos_ of the types that matter; stays where it is for any
/// other.
bool walk::rdata(section in, std::size_t type, std::size_t end) {
  switch (type) {
  case 1: return fixed(end, 4);        // A
  case 28: return fixed(end, 16);      // AAAA
  case 2:                              // NS
  case 5:                              // CNAME
  case 12: return names(end, 0, 1, 0); // PTR
  case 15: return names(end, 2, 1, 0); // MX
  case 6: return names(end, 0, 2, 20); // SOA
  case 16: return strings(end);        // TXT
  case 41:                             // OPT
    if (in != section::additional || std::exchange(has_opt_, true))
      return fault(pos_, "misplaced or second OPT record");
    return options(end);
  default: return true;
  }
}

bool walk::fixed(std::size_t end, std::size_t size) {
  if (end - pos_ != size)
    return fault(pos_, "address of a wrong size");
  pos_ = end;
  return true;
}

/// Walks `before` octets, `count` names and `after` octets that fill the RDATA.
bool walk::names(std::size_t end, std::size_t before, std::size_t count,
                 std::size_t after) {
  const std::size_t start = pos_;
  pos_ += before;
  for (std::size_t i = 0; i < count; ++i) {
    if (pos_ >= end)
      return fault(start, "names do not fill the RDATA");
    if (!name())
      return false;
  }
  pos_ += after;
  return pos_ == end || fault(start, "names do not fill the RDATA");
}

bool walk::strings(std::size_t end) {
  while (pos_ < end) {
    const std::size_t size = octet(pos_) + 1;
    if (size > end - pos_)
      return fault(pos_, "string runs over the RDATA");
    pos_ += size;
  }
  return true;
}

bool walk::options(std::size_t end) {
  while (pos_ < end) {
    if (end - pos_ < 4 || number(pos_ + 2) > end - pos_ - 4)
      return fault(pos_, "EDNS option runs over the RDATA");
    pos_ += 4 + number(pos_ + 2);
  }
  return true;
}

/// Walks the name at pos_.  Every pointer leads before the labels that led to
/// it, so there is no loop.
bool walk::name() {
  constexpr unsigned max_pointers = 128;
  const std::size_t start = pos_;
  std::size_t labels_at = start;
  std::size_t at = start;
  std::size_t size = 1;
  for (unsigned pointers = 0;;) {
    if (at >= message_.size())
      return fault(start, "name runs over the end");
    const std::size_t length = octet(at);
    if (length < 0xc0) {
      at += length + 1;
      if (pointers == 0)
        pos_ = at;
      if (length == 0)
        return true;
      size += length + 1;
      if (length > 63 || size > 255)
        return fault(start, length > 63 ? "unknown label type"
                                        : "name over 255 octets");
      continue;
    }
    if (at + 1 >= message_.size())
      return fault(start, "name runs over the end");
    if (pointers == 0)
      pos_ = at + 2;
    const std::size_t target = number(at) & 0x3fffU;
    if (target >= labels_at || target < header_size)
      return fault(start, "compression pointer does not lead backwards");
    if (++pointers > max_pointers)
      return fault(start, "more than 128 compression pointers");
    labels_at = at = target;
  }
}

} // namespace

result<set_apart> wire_check(std::string_view message,
                             const wire_limits& limits) {
  return walk{message, limits}.run();
}

} // namespace spfblock::dns
