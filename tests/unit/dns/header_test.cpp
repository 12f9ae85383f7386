#include "core/dns/header.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

namespace spfblock::dns::header_test {
namespace {

using testing::u16;

std::string with_flags(std::size_t flags) {
  return u16(7) + u16(flags) + u16(1) + u16(0) + u16(0) + u16(0);
}

/// What with_flags(0) is.
constexpr header plain{.id = 7, .questions = 1};

} // namespace

TEST_CASE("header: each flag stands where RFC 1035 says, and no other bit is "
          "one",
          "[dns][header]") {
  struct row {
    std::size_t flags;
    header want;
  };
  const row rows[] = {
      {0x0000, plain},
      {0x8000, {.id = 7, .is_response = true, .questions = 1}},
      {0x0800, {.id = 7, .opcode = 1, .questions = 1}},
      {0x4000, {.id = 7, .opcode = 8, .questions = 1}},
      {0x7800, {.id = 7, .opcode = 15, .questions = 1}},
      {0x0400, plain}, // AA
      {0x0200, {.id = 7, .truncated = true, .questions = 1}},
      {0x0100, plain}, // RD
      {0x0080, plain}, // RA
      {0x0040, plain}, // Z
      {0x0020, plain}, // AD
      {0x0010, plain}, // CD
      {0x0001, {.id = 7, .rcode = 1, .questions = 1}},
      {0x0008, {.id = 7, .rcode = 8, .questions = 1}},
      {0x000f, {.id = 7, .rcode = 15, .questions = 1}},
  };
  for (const auto& [flags, want] : rows) {
    CAPTURE(flags);
    CHECK(read_header(with_flags(flags)) == want);
  }
}

TEST_CASE("header: id and counts are read in network order", "[dns][header]") {
  const auto octets = u16(0xabcd) + u16(0) + u16(0x0102) + u16(0x0304) +
                      u16(0x0506) + u16(0xfffe);
  CHECK(read_header(octets) == header{.id = 0xabcd,
                                      .questions = 0x0102,
                                      .answers = 0x0304,
                                      .authority = 0x0506,
                                      .additional = 0xfffe});
}

TEST_CASE("header: is there from the twelfth octet on, whatever follows",
          "[dns][header]") {
  const auto octets = with_flags(0);
  for (std::size_t size = 0; size < header_size; ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_header(octets.substr(0, size)));
  }
  CHECK(read_header(octets) == plain);
  CHECK(read_header(octets + "behind") == plain);
}

} // namespace spfblock::dns::header_test
