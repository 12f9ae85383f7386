#include "core/dns/query.hpp"
#include "core/dns/response.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

#include <string>

namespace query_test {

using namespace spfblock;
using namespace spfblock::testing;
using dns::rcode;
using dns::read_query;

namespace {

dns_message question_of(std::size_t flags = 0x0100) {
  dns_message asked;
  asked.flags = flags;
  asked.questions = {wire_question("Bl.Example", type_a)};
  return asked;
}

/// @param ttl extended RCODE, version and flags
std::string opt(std::size_t ttl, std::string_view options = "") {
  return wire_record(wire_name(""), type_opt, options, ttl, 4096);
}

rcode fault_of(const dns_message& asked) {
  const auto read = read_query(asked.octets());
  REQUIRE(read);
  return read->fault;
}

std::string response_to(const dns_message& asked, rcode with) {
  const std::string octets = asked.octets();
  const auto read = read_query(octets);
  REQUIRE(read);
  std::string out;
  dns::response{*read, with, out}.finish();
  return out;
}

} // namespace

TEST_CASE("query: what is asked, its letters as they came", "[dns][query]") {
  const std::string octets = question_of().octets();
  const auto read = read_query(octets);
  REQUIRE(read);
  CHECK(read->fault == rcode::no_error);
  CHECK(read->id == 0x1234);
  CHECK(read->recursion_desired);
  CHECK_FALSE(read->has_edns);
  CHECK(read->question == wire_question("Bl.Example", type_a));
  CHECK(read->owner == wire_name("Bl.Example"));
  CHECK(read->type == type_a);
  CHECK(read->klass == dns::class_in);
}

TEST_CASE("query: neither a response nor what is no message is answered",
          "[dns][query]") {
  CHECK_FALSE(read_query(""));
  CHECK_FALSE(read_query(question_of().octets().substr(0, 11)));
  CHECK_FALSE(read_query(question_of(0x8180).octets()));
  CHECK_FALSE(read_query(question_of(0x8000 | 4U << 11U).octets()));
}

TEST_CASE("query: what is no plain question is an error of its kind",
          "[dns][query]") {
  CHECK(fault_of(question_of(4U << 11U)) == rcode::not_implemented); // NOTIFY
  CHECK(fault_of(question_of(5U << 11U)) == rcode::not_implemented); // UPDATE
  CHECK(fault_of(question_of(0x0200)) == rcode::format_error);       // TC
  dns_message none = question_of();
  none.questions.clear();
  CHECK(fault_of(none) == rcode::format_error);
  dns_message two = question_of();
  two.questions.push_back(two.questions.front());
  CHECK(fault_of(two) == rcode::format_error);
  dns_message answers = question_of();
  answers.answers = {wire_record(wire_name("a"), type_a, "\1\2\3\4")};
  CHECK(fault_of(answers) == rcode::format_error);
  dns_message pointer = question_of();
  pointer.questions = {pointer_to(question_offset) + u16(type_a) + u16(1)};
  CHECK(fault_of(pointer) == rcode::format_error);
}

TEST_CASE("query: every message that is cut short is an error",
          "[dns][query]") {
  dns_message asked = question_of();
  asked.additional = {opt(0x8000, u16(10) + u16(2) + "ab")};
  const std::string octets = asked.octets();
  for (std::size_t size = dns::header_size; size < octets.size(); ++size) {
    CAPTURE(size);
    const auto read = read_query(std::string_view{octets}.substr(0, size));
    REQUIRE(read);
    CHECK(read->fault == rcode::format_error);
  }
  CHECK(fault_of(asked) == rcode::no_error);
}

TEST_CASE("query: EDNS is found among the additional records", "[dns][query]") {
  dns_message asked = question_of();
  asked.authority = {soa_record(1, 1)}; // as IXFR has one
  asked.additional = {wire_record(pointer_to(question_offset), 250, "tsig"),
                      opt(0x8000, u16(65001) + u16(3) + "abc")};
  const std::string octets = asked.octets();
  const auto read = read_query(octets);
  REQUIRE(read);
  CHECK(read->fault == rcode::no_error);
  CHECK(read->has_edns);
  CHECK(read->dnssec_ok);
}

TEST_CASE("query: EDNS of another version is answered so", "[dns][query]") {
  dns_message asked = question_of();
  asked.additional = {opt(1U << 16U)};
  CHECK(fault_of(asked) == rcode::bad_version);
  dns_message expected = question_of(0x8100);
  expected.additional = {opt_record(1)};
  CHECK(response_to(asked, rcode::bad_version) == expected.octets());
}

TEST_CASE("response: repeats the question, and EDNS where it came",
          "[dns][response]") {
  dns_message asked = question_of();
  dns_message expected = question_of(0x8105);
  CHECK(response_to(asked, rcode::refused) == expected.octets());
  asked.additional = {opt(0x8000)};
  expected.additional = {
      wire_record(wire_name(""), type_opt, "", 0x8000, 1232)};
  CHECK(response_to(asked, rcode::refused) == expected.octets());
}

TEST_CASE("response: repeats nothing that it did not understand",
          "[dns][response]") {
  dns_message expected;
  expected.flags = 0x8000U | 5U << 11U | 4U;
  CHECK(response_to(question_of(5U << 11U), rcode::not_implemented) ==
        expected.octets());
}

} // namespace query_test
