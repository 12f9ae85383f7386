// Any octets at the doors policy and socketmap, in any cuts: the replies are
// the same, each is well formed, and each request is counted once.
//
// Input: an octet that names the door, one that says where the stream is cut,
// then the stream.
#include "core/protocols/netstring.hpp"
#include "core/protocols/policy.hpp"
#include "core/protocols/socketmap.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/support/listed_table.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;
using protocols::count;

namespace {

struct outcome {
  std::string replies;
  protocols::counts counted{};
  bool finished = false;

  friend bool operator==(const outcome&, const outcome&) = default;
};

/// Feeds `stream` in pieces of `piece` octets; sends the replies after each.
template <class Door>
outcome converse(std::string_view stream, std::size_t piece) {
  outcome led_to;
  const protocols::lookup in{testing::listed_table(), led_to.counted};
  Door with_client;
  while (!stream.empty() && !with_client.finished()) {
    const std::string_view some = stream.substr(0, piece);
    std::string replies;
    const std::size_t taken = with_client.feed(some, in, replies);
    require(taken == some.size() ||
                (taken > 0 && taken < some.size() &&
                 replies.size() >= protocols::enough_replies),
            "only enough replies keep octets waiting");
    require(replies.size() <
                protocols::enough_replies + table::action::longest_reply + 16,
            "replies wait in bounded memory");
    led_to.replies += replies;
    stream.remove_prefix(taken);
  }
  led_to.finished = with_client.finished();
  return led_to;
}

std::uint64_t answered(const outcome& led_to) {
  const protocols::counts& all = led_to.counted;
  return all[count::found] + all[count::not_found] + all[count::passed_over];
}

void check_policy(const outcome& led_to) {
  std::uint64_t replies = 0;
  for (std::string_view rest = led_to.replies; !rest.empty(); ++replies) {
    const auto end = rest.find("\n\n");
    require(end != std::string_view::npos, "an empty line ends a reply");
    const std::string_view reply = rest.substr(0, end);
    require(reply.starts_with("action=") && fuzz::is_printable(reply),
            "a reply is one action in one line");
    require(!reply.starts_with("action=OK"), "never OK");
    rest.remove_prefix(end + 2);
  }
  require(replies == answered(led_to), "each request is counted once");
  require(led_to.finished == (led_to.counted[count::refused] == 1),
          "what is refused ends it, and nothing else");
}

void check_socketmap(const outcome& led_to) {
  protocols::netstring_reader reader{table::action::longest_reply};
  std::uint64_t replies = 0;
  std::uint64_t refused = led_to.finished ? 1 : 0;
  for (std::string_view rest = led_to.replies; !rest.empty(); ++replies) {
    const auto reply = reader.next(rest);
    require(reply.has_value(), "a reply is a netstring");
    const bool is_refusal = reply->starts_with("PERM ");
    refused += is_refusal ? 1 : 0;
    require(is_refusal || reply->starts_with("OK ") || *reply == "NOTFOUND ",
            "a reply is one of three");
    require(fuzz::is_printable(*reply), "nothing of the request comes back");
  }
  require(refused == led_to.counted[count::refused], "refusals are counted");
  require(replies + (led_to.finished ? 1 : 0) == answered(led_to) + refused,
          "each request is counted once");
}

template <class Door>
outcome converse_in_any_cuts(std::string_view stream, std::size_t piece) {
  const outcome whole = converse<Door>(stream, stream.size() + 1);
  for (const std::size_t size : {std::size_t{1}, piece})
    require(converse<Door>(stream, size) == whole,
            "no cut of the stream changes a reply");
  return whole;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2)
    return 0;
  const std::string_view stream = fuzz::text_of(data + 2, size - 2);
  const std::size_t piece = std::max<std::size_t>(data[1], 1);
  if (data[0] % 2 == 0)
    check_policy(converse_in_any_cuts<protocols::policy>(stream, piece));
  else
    check_socketmap(converse_in_any_cuts<protocols::socketmap>(stream, piece));
  return 0;
}
