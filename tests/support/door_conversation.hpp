// A conversation at a door, from its first octet to its end.
#pragma once

#include "core/protocols/lookup.hpp"
#include "tests/support/listed_table.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace spfblock::testing {

/// What a conversation came to.
struct conversed {
  std::string replies;
  protocols::counts counted{};
  bool finished = false;

  friend bool operator==(const conversed&, const conversed&) = default;
};

/// Feeds `stream` to a new `Door` over listed_table(), in pieces of `size`
/// octets, as the server does: nothing more once the conversation is finished.
template <class Door>
conversed converse_at(std::string_view stream, std::size_t size) {
  conversed led_to;
  const protocols::lookup in{listed_table(), led_to.counted};
  Door with_client;
  while (!stream.empty() && !with_client.finished()) {
    std::string batch;
    stream.remove_prefix(with_client.feed(stream.substr(0, size), in, batch));
    led_to.replies += batch;
  }
  led_to.finished = with_client.finished();
  return led_to;
}

} // namespace spfblock::testing
