// Any octets from Postfix's side of the line, in any cuts: every request gets
// the one reply that a slow twin gives it.
//
// Input: two octets that say where the stream is cut and whether a part of it
// grows beyond the longest request, then the stream.
#include "core/protocols/tcp_table.hpp"
#include "tests/fuzz/finding.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace spfblock;
using fuzz::require;
using protocols::count;
using protocols::tcp_table;

namespace {

constexpr std::size_t longest = tcp_table::longest_request;

struct row {
  std::string name;
  std::string action;
  std::vector<std::string> networks;
};

// In order of precedence, wider networks last, so that the first match is the
// most specific one, too.
const std::vector<row> rows{
    {"b.example",
     "WARN 100% d\xc3\xa9j\xc3\xa0: {address}",
     {"192.0.2.128/25"}},
    {"c.example",
     "PREPEND X-Long: " + std::string(384, '%'),
     {"198.51.100.1/32"}},
    {"a.example",
     "REJECT {domain} {network}",
     {"192.0.2.0/24", "2001:db8::/32"}},
};

table::snapshot make_table() {
  std::vector<table::listing> listings;
  for (const row& each : rows) {
    table::listing made{
        each.name, table::action::parse(each.action)->bind(each.name), {}};
    for (const std::string& network : each.networks)
      made.networks.push_back(*net::ip_prefix::parse(network));
    listings.push_back(made);
  }
  return table::snapshot{listings};
}

struct outcome {
  std::string replies;
  protocols::counts counted{};
  std::size_t told = 0; ///< hits told of
  bool finished = false;
};

/// Feeds `stream` in pieces of `piece` octets; of 1 to 8 in turn if it is 0.
/// Sends the replies after each.
outcome converse(std::string_view stream, std::size_t piece) {
  static const table::snapshot table = make_table();
  outcome led_to;
  const protocols::lookup in{table, led_to.counted,
                             [&](const protocols::hit&) { ++led_to.told; }};
  tcp_table with_client;
  for (std::size_t turn = 0; !stream.empty() && !with_client.finished();
       ++turn) {
    const std::size_t size =
        std::min(piece > 0 ? piece : 1 + turn % 8, stream.size());
    std::string replies;
    const std::size_t taken =
        with_client.feed(stream.substr(0, size), in, replies);
    require(taken == size || (taken > 0 && taken < size &&
                              replies.size() >= protocols::enough_replies),
            "only enough replies keep octets waiting");
    require(replies.size() <
                protocols::enough_replies + table::action::longest_reply,
            "replies wait in bounded memory");
    led_to.replies += replies;
    stream.remove_prefix(taken);
  }
  led_to.finished = with_client.finished();
  return led_to;
}

/// Nothing if some %XX is none.
std::optional<std::string> decoded(std::string_view key) {
  const std::string_view digits = "0123456789abcdef";
  std::string made;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] != '%') {
      made += key[i];
      continue;
    }
    if (i + 2 >= key.size())
      return std::nullopt;
    const auto high = digits.find(static_cast<char>(std::tolower(key[i + 1])));
    const auto low = digits.find(static_cast<char>(std::tolower(key[i + 2])));
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    made += static_cast<char>(high << 4U | low);
    i += 2;
  }
  return made;
}

/// What inet_pton(3) takes; IPv4 where it is IPv4-mapped.
std::optional<net::ip_address> address_in(const std::string& key) {
  if (key.find('\0') != std::string::npos)
    return std::nullopt;
  unsigned char octets[16];
  net::uint128 number = 0;
  const auto read = [&](std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      number = number << 8U | octets[i];
  };
  if (inet_pton(AF_INET, key.c_str(), octets) == 1) {
    read(4);
    return net::ip_address::ipv4(static_cast<std::uint32_t>(number));
  }
  if (inet_pton(AF_INET6, key.c_str(), octets) != 1)
    return std::nullopt;
  read(16);
  return net::ip_address::ipv6(number);
}

/// The first digit of the reply to a line.
char expected_class(std::string_view line) {
  if (line == "put" || line.starts_with("put "))
    return '5';
  if (!line.starts_with("get "))
    return '4';
  const auto key = decoded(line.substr(4));
  if (!key)
    return '4';
  const auto address = address_in(*key);
  for (const row& each : rows)
    for (const std::string& network : each.networks)
      if (address && net::ip_prefix::parse(network)->contains(*address))
        return '2';
  return '5';
}

/// As Postfix's dict_tcp_lookup() reads it.
void check_reply(std::string_view reply, char expected) {
  require(reply.size() <= table::action::longest_reply,
          "Postfix reads 4096 octets");
  require(reply.size() > 5 && reply.substr(1, 3) == "00 " &&
              reply[0] == expected,
          "the reply begins with the right three digits and a blank");
  require(reply[4] != ' ', "a text follows the blank");
  const std::string_view text = reply.substr(4, reply.size() - 5);
  require(fuzz::is_printable(text), "no CR, NUL or other such octet");
  require(decoded(text).has_value(), "each % of a reply begins a %XX");
}

void check_replies(std::string_view stream, const outcome& led_to) {
  std::string_view replies = led_to.replies;
  std::size_t ended[6] = {};
  bool too_long = false;
  while (!stream.empty() && !too_long) {
    const auto end = std::min(stream.find('\n'), stream.size());
    too_long = end > longest;
    if (end == stream.size() && !too_long)
      break;
    const char expected =
        too_long ? '4' : expected_class(stream.substr(0, end));
    stream.remove_prefix(std::min(end + 1, stream.size()));
    const auto reply_end = replies.find('\n');
    require(reply_end != std::string_view::npos, "each line gets its reply");
    check_reply(replies.substr(0, reply_end + 1), expected);
    replies.remove_prefix(reply_end + 1);
    ++ended[expected - '0'];
  }
  require(replies.empty(), "nothing is sent unasked");
  require(led_to.finished == too_long, "only a line too long ends it");
  const protocols::counts& told = led_to.counted;
  require(told[count::found] == ended[2] && told[count::found] == led_to.told,
          "what was found is counted and told");
  require(told[count::found] + told[count::not_found] + told[count::refused] ==
              ended[2] + ended[4] + ended[5],
          "each request is counted once");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 2)
    return 0;
  std::string stream{fuzz::text_of(data + 2, size - 2)};
  if (data[1] >= 0xc0) // a line of about the longest length
    stream.insert(std::min<std::size_t>(data[1] & 0x3fU, stream.size()),
                  longest - 8 + data[1] % 16, 'x');

  const outcome whole = converse(stream, stream.size() + 1);
  check_replies(stream, whole);
  for (const std::size_t piece : {std::size_t{0}, std::size_t{data[0]}}) {
    const outcome cut = converse(stream, piece);
    require(cut.replies == whole.replies && cut.finished == whole.finished,
            "no cut of the stream changes a reply");
    require(cut.told == whole.told, "no cut changes what is told");
  }
  return 0;
}
