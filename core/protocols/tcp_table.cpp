#include "core/protocols/tcp_table.hpp"

#include "core/support/contract.hpp"
#include "core/support/percent_encoding.hpp"

namespace spfblock::protocols {
namespace {

// Fixed texts: a reply never repeats what the client sent, and none has a %.
constexpr std::string_view not_found = "500 not listed\n";
constexpr std::string_view read_only = "500 read-only table\n";
constexpr std::string_view bad_encoding = "400 bad %25XX encoding in the key\n";
constexpr std::string_view unknown_request =
    "400 unknown request, want: get KEY\n";
constexpr std::string_view too_long = "400 request over 8192 bytes\n";

void answer_key(std::string_view key, const lookup& in, client_names& names,
                std::string& reply) {
  if (const auto hit = in.find(key, names))
    hit->found.by->action.append_reply(reply, hit->address, hit->found.network);
  else
    reply += not_found;
}

} // namespace

void answer(std::string_view line, const lookup& in, client_names& names,
            std::string& reply) {
  constexpr std::string_view get = "get ";
  if (!line.starts_with(get)) {
    in.refuse();
    names.give_up();
    reply +=
        line == "put" || line.starts_with("put ") ? read_only : unknown_request;
    return;
  }
  const std::string_view key = line.substr(get.size());
  if (key.find('%') == std::string_view::npos)
    return answer_key(key, in, names, reply);
  if (const auto decoded = percent_decode(key))
    return answer_key(*decoded, in, names, reply);
  in.refuse();
  names.give_up();
  reply += bad_encoding;
}

std::size_t tcp_table::feed(std::string_view bytes, const lookup& in,
                            std::string& replies) {
  EXPECTS(!finished());
  return feed_requests(bytes, replies, [&](std::string_view& rest) {
    if (const auto line = lines_.next(rest, longest_request)) {
      answer(*line, in, names_, replies);
    } else if (lines_.broken()) {
      in.refuse();
      replies += too_long;
    }
    return finished() ? course::ends : course::goes_on;
  });
}

} // namespace spfblock::protocols
