#include "core/protocols/conversation.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace conversation_test {

using namespace spfblock;
using protocols::conversation;
using protocols::door;

TEST_CASE("conversation: speaks the protocol of its door",
          "[protocols][conversation]") {
  const table::snapshot empty;
  protocols::counts counted;
  const protocols::lookup in{empty, counted};
  conversation with_client{door::tcp_table};
  std::string replies;
  const std::string requests = "get 192.0.2.1\nget ";
  CHECK(with_client.feed(requests, in, replies) == requests.size());
  CHECK(with_client.feed("unknown\n", in, replies) == 8);
  CHECK(replies == "500 not listed\n500 not listed\n");
  CHECK_FALSE(with_client.finished());
}

TEST_CASE("conversation: is finished when its protocol says so",
          "[protocols][conversation]") {
  const table::snapshot empty;
  protocols::counts counted;
  conversation with_client{door::tcp_table};
  std::string replies;
  const std::string too_long(protocols::tcp_table::longest_request + 1, 'x');
  CHECK(with_client.feed(too_long, {empty, counted}, replies) ==
        too_long.size());
  CHECK(with_client.finished());
}

} // namespace conversation_test
