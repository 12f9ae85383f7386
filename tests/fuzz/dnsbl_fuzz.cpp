// Any octets at a DNSBL, as a datagram and as a stream: what is answered is
// well formed, goes into any datagram and repeats the question; no answer is
// answered; no cut of a stream changes a reply; each message is counted once.
//
// Input: an octet that says where the stream is cut, then the octets.
#include "core/dns/header.hpp"
#include "core/dns/wire_check.hpp"
#include "core/protocols/dnsbl.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/support/listed_table.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;
using protocols::count;
using protocols::dnsbl;

namespace {

const std::shared_ptr<const dnsbl>& list() {
  static const auto made = std::make_shared<const dnsbl>(
      *dns::name::from_text("bl.example"), net::address_set{});
  return made;
}

std::uint64_t all_of(const protocols::counts& counted) {
  return counted[count::found] + counted[count::not_found] +
         counted[count::passed_over] + counted[count::refused];
}

void check_reply(std::string_view message, std::string_view reply) {
  const auto asked = dns::read_header(message);
  const auto said = dns::read_header(reply);
  require(asked && said, "both have a header");
  require(!asked->is_response, "no answer is answered");
  require(said->is_response && said->id == asked->id, "it is the answer");
  require(said->opcode == asked->opcode && !said->truncated, "as it was asked");
  require(reply.size() <= dnsbl::longest_answer, "goes into any datagram");
  require(dns::wire_check(reply, {}).has_value(), "an answer is well formed");
  if (said->questions == 1) {
    const auto end = reply.find('\0', dns::header_size) + 5;
    require(message.substr(0, end).substr(dns::header_size) ==
                reply.substr(0, end).substr(dns::header_size),
            "the question comes back as it came");
  }
}

void check_datagram(std::string_view message) {
  protocols::counts counted;
  std::string reply;
  list()->answer(message, {testing::listed_table(), counted}, reply);
  require(all_of(counted) == 1, "each message is counted once");
  if (!reply.empty())
    check_reply(message, reply);
  std::string short_one;
  protocols::answer_by_tcp_only(message, short_one);
  require(short_one.empty() == reply.empty(), "both answer, or none");
  require(short_one.size() <= message.size() + 11, "is no amplifier");
}

struct outcome {
  std::string replies{};
  std::uint64_t counted = 0;
  bool finished = false;

  friend bool operator==(const outcome&, const outcome&) = default;
};

outcome converse(std::string_view stream, std::size_t piece) {
  outcome led_to;
  protocols::counts counted;
  const protocols::lookup in{testing::listed_table(), counted};
  protocols::dnsbl_stream with_client{list()};
  while (!stream.empty() && !with_client.finished()) {
    std::string replies;
    stream.remove_prefix(
        with_client.feed(stream.substr(0, piece), in, replies));
    require(replies.size() <
                protocols::enough_replies + dnsbl::longest_answer + 2,
            "replies wait in bounded memory");
    led_to.replies += replies;
  }
  led_to.finished = with_client.finished();
  led_to.counted = all_of(counted);
  return led_to;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 1)
    return 0;
  const std::string_view octets = fuzz::text_of(data + 1, size - 1);
  const std::size_t piece = std::max<std::size_t>(data[0], 1);
  check_datagram(octets);
  const outcome whole = converse(octets, octets.size() + 1);
  for (const std::size_t each : {std::size_t{1}, piece})
    require(converse(octets, each) == whole,
            "no cut of the stream changes a reply");
  return 0;
}
