// Any octets as a DNS message from the network.
//
// It is read twice: as the answer to a fixed question, and as the answer to
// the question that it holds itself, so that most inputs get past the first
// check.
#include "core/dns/header.hpp"
#include "core/dns/message.hpp"
#include "core/dns/octets.hpp"
#include "tests/fuzz/finding.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sanitizer/allocator_interface.h>
#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;

namespace {

using dns::header_size;
constexpr std::uint32_t longest_ttl = 604800;

/// What ldns may allocate over one message, freed or not; it copies much.
constexpr std::size_t most_allocated = 32U << 20U;

std::size_t allocated = 0;

void note_allocation(const volatile void*, std::size_t size) {
  allocated += size;
}

void note_release(const volatile void*) {}

/// The question behind the header, if it is one that is ever asked.
std::optional<dns::question> question_of(std::string_view message) {
  std::size_t end = header_size;
  while (end < message.size() && message[end] != '\0')
    end += 1U + static_cast<unsigned char>(message[end]);
  if (end + 5 > message.size())
    return std::nullopt;
  const auto owner =
      dns::name::from_wire(message.substr(header_size, end + 1 - header_size));
  if (!owner)
    return std::nullopt;
  for (const auto type : {dns::rr_type::a, dns::rr_type::mx, dns::rr_type::txt,
                          dns::rr_type::aaaa})
    if (dns::number_at(message, end + 1) == static_cast<unsigned>(type))
      return dns::question{*owner, type};
  return std::nullopt;
}

/// Only what was asked for, and no more than the message can hold.
void check_answer(const dns::answer& given, const dns::question& asked,
                  std::size_t message_size) {
  using dns::rr_type;
  const bool has_records = given.status == dns::answer_status::records;
  require(given.status != dns::answer_status::failed, "an answer is usable");
  require(given.reason.empty(), "an answer needs no reason");
  require(given.ttl <= longest_ttl, "no TTL is over a week");
  require(has_records == (!given.texts.empty() || !given.addresses.empty() ||
                          !given.exchanges.empty() || given.has_mapped_address),
          "there are records exactly if the status says so");
  require(given.texts.empty() || asked.type == rr_type::txt, "texts for TXT");
  require(given.exchanges.empty() || asked.type == rr_type::mx,
          "exchanges for MX");
  require(!given.has_mapped_address || asked.type == rr_type::aaaa,
          "mapped addresses for AAAA");
  for (const net::ip_address& address : given.addresses)
    require(asked.type == (address.family() == net::family::ipv4
                               ? rr_type::a
                               : rr_type::aaaa),
            "addresses for A or AAAA, of that family");
  std::size_t octets = given.addresses.size() + given.exchanges.size();
  for (const std::string& text : given.texts)
    octets += text.size();
  require(octets <= message_size, "an answer is no longer than its message");
}

void check_reply(const dns::reply& read, std::string_view message,
                 const dns::question& asked) {
  using kind = dns::reply::kind;
  require(fuzz::is_printable(read.reason), "a reason is safe to print");
  require(read.reason.empty() !=
              (read.what == kind::unusable || read.what == kind::no_edns),
          "a reason stands where there is no answer");
  if (read.what != kind::not_ours)
    require(message.size() >= header_size && (message[2] & 0x80) != 0,
            "only a response is ours");
  if (read.what == kind::truncated)
    require((message[2] & 0x02) != 0, "what is truncated says so");
  if (read.what == kind::answer)
    check_answer(read.content, asked, message.size());
}

void check_decoding(std::string_view message, const dns::question& asked,
                    const dns::wire_limits& limits) {
  const auto id = static_cast<std::uint16_t>(
      message.size() < 2 ? 0 : dns::number_at(message, 0));
  allocated = 0;
  const dns::reply read = dns::decode_reply(message, asked, id, limits);
  require(allocated <= most_allocated, "memory is bounded");
  check_reply(read, message, asked);
  const auto other_id = static_cast<std::uint16_t>(id + 1);
  require(dns::decode_reply(message, asked, other_id, limits).what ==
              dns::reply::kind::not_ours,
          "a message with another id is not ours");
}

void check_walk(std::string_view message, const dns::wire_limits& limits) {
  const auto walked = dns::wire_check(message, limits);
  if (!walked) {
    require(walked.error().offset <= message.size(),
            "a fault lies within the message");
    require(fuzz::is_printable(walked.error().message),
            "a fault's message is safe to print");
    return;
  }
  require(message.size() <= limits.octets, "a message is within its limit");
  require(message.size() >= header_size, "what is well formed has a header");
  for (const auto* those : {&walked->texts, &walked->unknown}) {
    for (const std::size_t at : *those)
      require(at >= header_size && at + 10 <= message.size(),
              "what is set apart lies within the message");
  }
}

/// A query becomes an answer without records when its QR bit is set.
void check_query(const dns::question& asked) {
  for (const auto with_edns : {dns::edns::off, dns::edns::on}) {
    std::string query = dns::encode_query(asked, 7, with_edns);
    require(dns::wire_check(query, {}).has_value(), "a query is well formed");
    require(dns::decode_reply(query, asked, 7, {}).what ==
                dns::reply::kind::not_ours,
            "a query is no reply");
    query[2] = static_cast<char>(query[2] | 0x80);
    const dns::reply read = dns::decode_reply(query, asked, 7, {});
    require(read.what == dns::reply::kind::answer &&
                read.content.status == dns::answer_status::no_data,
            "a query sent back is an answer without records");
  }
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  __sanitizer_install_malloc_and_free_hooks(note_allocation, note_release);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static const dns::question fixed{*dns::name::from_text("a.example"),
                                   dns::rr_type::txt};
  const std::string_view message = fuzz::text_of(data, size);
  dns::wire_limits low;
  low.octets = 512;
  for (const dns::wire_limits& limits : {dns::wire_limits{}, low})
    check_walk(message, limits);
  check_decoding(message, fixed, {});
  if (const auto own = question_of(message)) {
    check_decoding(message, *own, {});
    check_decoding(message, *own, low);
    check_query(*own);
  }
  return 0;
}
