#include "core/protocols/answer_cap.hpp"
#include "tests/support/catch.hpp"

namespace answer_cap_test {

using namespace spfblock;
using protocols::answer_cap;
using std::chrono::seconds;
using verdict = answer_cap::verdict;

namespace {

net::ip_address at(const char* text) {
  return *net::ip_address::try_parse(text);
}

/// How many of `asked` questions got each verdict.
struct given {
  unsigned answers = 0;
  unsigned by_tcp = 0;
  unsigned nothing = 0;
};

given ask(answer_cap& cap, const char* client, unsigned asked, int second) {
  given counted;
  for (unsigned i = 0; i < asked; ++i) {
    switch (cap.admit(at(client), seconds{second})) {
    case verdict::answer: ++counted.answers; break;
    case verdict::by_tcp: ++counted.by_tcp; break;
    case verdict::nothing: ++counted.nothing; break;
    }
  }
  return counted;
}

} // namespace

TEST_CASE("answer_cap: over the cap by TCP only, over twice the cap not at all",
          "[protocols][answer_cap]") {
  answer_cap cap{17};
  const given first = ask(cap, "192.0.2.1", 3000, 1);
  CHECK(first.answers == answer_cap::most);
  CHECK(first.by_tcp == answer_cap::most);
  CHECK(first.nothing == 1000);
  CHECK(ask(cap, "192.0.2.1", 10, 2).answers == 10);
}

TEST_CASE("answer_cap: the clients of a network share it, others do not",
          "[protocols][answer_cap]") {
  answer_cap cap{17};
  CHECK(ask(cap, "192.0.2.1", 600, 1).answers == 600);
  CHECK(ask(cap, "192.0.2.200", 600, 1).answers == 400);
  CHECK(ask(cap, "192.0.3.1", 600, 1).answers == 600);
  CHECK(ask(cap, "2001:db8:0:1::1", 600, 1).answers == 600);
  CHECK(ask(cap, "2001:db8:0:ff::1", 600, 1).answers == 400);
  CHECK(ask(cap, "2001:db8:0:100::1", 600, 1).answers == 600);
}

TEST_CASE("answer_cap: loopback is not capped", "[protocols][answer_cap]") {
  answer_cap cap{17};
  CHECK(ask(cap, "127.0.0.1", 5000, 1).answers == 5000);
  CHECK(ask(cap, "::1", 5000, 1).answers == 5000);
}

} // namespace answer_cap_test
