#include "core/protocols/socketmap.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/door_conversation.hpp"

#include <string>
#include <string_view>

namespace socketmap_test {

using namespace spfblock;
using protocols::count;
using protocols::socketmap;

namespace {

using outcome = testing::conversed;

outcome converse(std::string_view stream, std::size_t size) {
  return testing::converse_at<socketmap>(stream, size);
}

outcome converse(std::string_view stream) {
  return converse(stream, stream.size());
}

std::string framed(std::string_view content) {
  std::string out;
  protocols::append_netstring(content, out);
  return out;
}

std::string reply_to(std::string_view request) {
  return converse(framed(request)).replies;
}

} // namespace

TEST_CASE("socketmap: says OK and the action for an address that is listed",
          "[protocols][socketmap]") {
  const std::string reject =
      framed("OK REJECT listed in the SPF record of a.example");
  CHECK(reply_to("spfblock 192.0.2.1") == reject);
  CHECK(reply_to("any name 192.0.2.1") == framed("NOTFOUND "));
  CHECK(reply_to(" 192.0.2.1") == reject);
  CHECK(reply_to("x 2001:db8::1") == reject);
  CHECK(reply_to("x 192.0.2.200") ==
        framed("OK WARN 100% b.example: 192.0.2.200 in 192.0.2.128/25"));
}

TEST_CASE("socketmap: NOTFOUND for every other key", "[protocols][socketmap]") {
  for (const std::string_view key :
       {"", "unknown", "a.example", "192.0.2", "192.0.2.1 ", "192.0.2.0/24",
        "198.51.100.1", "%31"}) {
    CAPTURE(key);
    CHECK(reply_to("x " + std::string{key}) == framed("NOTFOUND "));
  }
}

TEST_CASE("socketmap: PERM for a request without a key, and goes on",
          "[protocols][socketmap]") {
  const outcome led_to =
      converse(framed("192.0.2.1") + framed("") + framed("x 198.51.100.1"));
  CHECK(led_to.replies == framed("PERM unknown request, want: NAME KEY") +
                              framed("PERM unknown request, want: NAME KEY") +
                              framed("NOTFOUND "));
  CHECK(led_to.counted[count::refused] == 2);
  CHECK(led_to.counted[count::not_found] == 1);
  CHECK_FALSE(led_to.finished);
}

TEST_CASE("socketmap: what is no netstring ends the conversation",
          "[protocols][socketmap]") {
  for (const std::string& stream :
       {std::string{"get 192.0.2.1\n"}, std::string{"3:x 1;"},
        framed(std::string(socketmap::longest_request + 1, 'x'))}) {
    const outcome led_to = converse(stream + framed("x 192.0.2.1"));
    CHECK(led_to.replies.empty());
    CHECK(led_to.finished);
    CHECK(led_to.counted[count::refused] == 1);
  }
}

TEST_CASE("socketmap: the cuts of the stream make no difference",
          "[protocols][socketmap]") {
  const std::string good = framed("x 192.0.2.1") + framed("x unknown") +
                           framed("x") + framed("x 192.0.2.200");
  for (const std::string& stream :
       {good, good + ":" + good, good + "12:x 192.0.2"}) {
    const outcome whole = converse(stream);
    for (std::size_t size = 1; size < stream.size(); ++size) {
      CAPTURE(size);
      CHECK(converse(stream, size) == whole);
    }
  }
}

TEST_CASE("socketmap: does not answer more at once than is enough",
          "[protocols][socketmap]") {
  std::string stream;
  while (stream.size() < 4 * protocols::enough_replies)
    stream += framed("x 192.0.2.1");
  protocols::counts counted;
  const protocols::lookup in{testing::listed_table(), counted};
  socketmap with_client;
  std::string replies;
  const std::size_t taken = with_client.feed(stream, in, replies);
  CHECK(taken < stream.size());
  CHECK(replies.size() >= protocols::enough_replies);
  CHECK(replies.size() < protocols::enough_replies + 4200);
}

} // namespace socketmap_test
