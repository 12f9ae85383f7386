#include "server/crawl.hpp"
#include "tests/support/fixed_resolver.hpp"
#include "tests/support/run_until.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace spfblock;
using namespace spfblock::server;
using testing::fixed_resolver;
using testing::run_until;

namespace {

constexpr const char* zone = R"(
one.example.      60 IN TXT "v=spf1 include:shared.example -all"
two.example.      60 IN TXT "v=spf1 include:shared.example ip4:192.0.2.2 -all"
slow.example.     60 IN TXT "v=spf1 include:shared.example include:late.example"
shared.example.   60 IN TXT "v=spf1 include:deep.example ip4:198.51.100.0/24"
deep.example.     60 IN TXT "v=spf1 a:host.example -all"
host.example.     60 IN A   203.0.113.9
late.example.     60 IN TXT "v=spf1 ip4:203.0.113.200 -all"
)";

dns::name name(const char* text) {
  return *dns::name::from_text(text);
}

struct fixture {
  boost::asio::io_context io;
  std::shared_ptr<fixed_resolver> questions =
      std::make_shared<fixed_resolver>(io, zone);
  std::shared_ptr<crawl> round =
      std::make_shared<crawl>(std::weak_ptr<resolver>{questions});

  std::shared_ptr<std::optional<spf::expansion>> expand(const char* domain) {
    auto result = std::make_shared<std::optional<spf::expansion>>();
    round->expand(name(domain), {},
                  [result](const spf::expansion& e) { *result = e; });
    return result;
  }
};

} // namespace

TEST_CASE("crawl: each question is asked once however many domains need it",
          "[server][crawl]") {
  fixture f;
  const auto one = f.expand("one.example");
  const auto two = f.expand("two.example");
  REQUIRE(run_until(f.io, [&] { return *one && *two; }));

  CHECK((*one)->pass.contains(net::ip_address::ipv4(0xcb007109)));
  CHECK((*two)->pass.contains(net::ip_address::ipv4(0xc0000202)));
  CHECK_FALSE((*one)->pass.contains(net::ip_address::ipv4(0xc0000202)));
  for (const auto& [asked, times] : f.questions->asked()) {
    CAPTURE(asked.to_string());
    CHECK(times == 1);
  }
  // Four records, and an A and an AAAA question for one host.
  CHECK(f.questions->asked().size() == 6);
  CHECK(f.round->questions() == 6);
}

TEST_CASE("crawl: a domain that waits delays no other", "[server][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  REQUIRE(run_until(f.io, [&] { return one->has_value(); }));
  CHECK_FALSE(slow->has_value());

  f.questions->release();
  REQUIRE(run_until(f.io, [&] { return slow->has_value(); }));
  CHECK((*slow)->pass.contains(net::ip_address::ipv4(0xcb0071c8)));
}

TEST_CASE("crawl: a failing name is a temperror of the domains that need it",
          "[server][crawl]") {
  fixture f;
  f.questions->fail("late.example");
  const auto slow = f.expand("slow.example");
  const auto one = f.expand("one.example");
  REQUIRE(run_until(f.io, [&] { return *one && *slow; }));
  CHECK((*slow)->outcome == spf::outcome::temperror);
  CHECK((*slow)->reason == "late.example TXT: SERVFAIL from the test");
  CHECK((*one)->outcome == spf::outcome::expanded);
}

TEST_CASE("crawl: is abandoned when its resolver goes", "[server][crawl]") {
  fixture f;
  f.questions->hold("late.example");
  const auto slow = f.expand("slow.example");
  REQUIRE(run_until(f.io, [&] { return f.questions->asked().size() == 3; }));
  const std::weak_ptr<crawl> watched = f.round;
  f.questions.reset();
  f.round.reset();
  f.io.poll();
  CHECK(watched.expired());
  CHECK_FALSE(slow->has_value());
}
