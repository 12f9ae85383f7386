#include "core/dns/exchange.hpp"
#include "tests/support/dns_message.hpp"

#include <catch2/catch.hpp>

namespace spfblock::dns {
namespace {

using namespace testing;
using transport = exchange::transport;

const question asked{*name::from_text("a.example"), rr_type::txt};

exchange_settings settings_for(std::initializer_list<const char*> servers,
                               unsigned attempts = 3) {
  exchange_settings settings;
  settings.attempts = attempts;
  for (const char* server : servers)
    settings.servers.push_back(*net::endpoint::parse(server));
  return settings;
}

/// An exchange whose IDs count up from 1.
exchange start(const exchange_settings& settings) {
  return exchange{asked, settings,
                  [next = std::uint16_t{0}]() mutable { return ++next; }};
}

/// A reply with the ID of the query under way.
std::string reply_to(const exchange& talk, std::size_t flags = 0x8180) {
  dns_message message;
  const auto& query = talk.next().query;
  message.id = static_cast<unsigned char>(query[0]) * 256U +
               static_cast<unsigned char>(query[1]);
  message.flags = flags;
  message.questions = {wire_question("a.example", type_txt)};
  message.answers = {wire_record(pointer_to(question_offset), type_txt,
                                 txt_rdata({"v=spf1"}))};
  return message.octets();
}

/// "127.0.0.1:53 udp edns": what is to be done.
std::string told(const exchange& talk) {
  if (talk.finished())
    return "finished";
  const auto& step = talk.next();
  std::string text = step.server.to_string();
  text += step.over == transport::udp ? " udp" : " tcp";
  if (step.query.ends_with(opt_record()))
    text += " edns";
  return text;
}

constexpr std::size_t truncated = 0x8380;
constexpr std::size_t formerr = 0x8181;
constexpr std::size_t servfail = 0x8182;
constexpr std::size_t notimp = 0x8184;
constexpr std::size_t refused = 0x8185;

} // namespace

TEST_CASE("exchange: one query, one answer", "[dns][exchange]") {
  const auto settings = settings_for({"127.0.0.1:53", "[::1]:53"});
  auto talk = start(settings);
  CHECK_FALSE(talk.finished());
  CHECK(told(talk) == "127.0.0.1:53 udp edns");
  CHECK(talk.next().query == encode_query(asked, 1, edns::on));
  CHECK(talk.queries() == 1);

  CHECK(talk.received(reply_to(talk)));

  REQUIRE(talk.finished());
  CHECK(talk.result().status == answer_status::records);
  CHECK(talk.result().texts == std::vector<std::string>{"v=spf1"});
  CHECK(talk.queries() == 1);
}

TEST_CASE("exchange: all servers in order, as often as there are attempts",
          "[dns][exchange]") {
  const auto settings =
      settings_for({"192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:5353"}, 2);
  auto talk = start(settings);
  std::vector<std::string> steps;
  while (!talk.finished()) {
    steps.push_back(told(talk));
    talk.timed_out();
  }
  CHECK(steps == std::vector<std::string>{
                     "192.0.2.1:53 udp edns", "[2001:db8::1]:53 udp edns",
                     "192.0.2.2:5353 udp edns", "192.0.2.1:53 udp edns",
                     "[2001:db8::1]:53 udp edns", "192.0.2.2:5353 udp edns"});
  CHECK(talk.queries() == 6);
  CHECK(talk.result().status == answer_status::failed);
  CHECK(talk.result().reason == "timeout from 192.0.2.2:5353");
}

TEST_CASE("exchange: every query has an ID of its own", "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53"}, 2);
  auto talk = start(settings);
  const auto late = reply_to(talk);
  talk.timed_out();
  CHECK(talk.next().query == encode_query(asked, 2, edns::on));
  CHECK_FALSE(talk.received(late));
  CHECK(talk.received(reply_to(talk)));
  CHECK(talk.finished());
}

TEST_CASE("exchange: messages that are not ours do not end the wait",
          "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53"});
  auto talk = start(settings);
  auto forged = reply_to(talk);
  forged[1] = 'x';
  for (int i = 0; i < 100; ++i) {
    REQUIRE_FALSE(talk.received(forged));
    REQUIRE_FALSE(talk.received(""));
    REQUIRE_FALSE(talk.received(talk.next().query));
  }
  CHECK(talk.queries() == 1);
  CHECK(talk.received(reply_to(talk)));
  CHECK(talk.result().status == answer_status::records);
}

TEST_CASE("exchange: truncation leads to TCP at the same server",
          "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 2);
  auto talk = start(settings);
  CHECK(talk.received(reply_to(talk, truncated)));
  CHECK(told(talk) == "192.0.2.1:53 tcp edns");
  CHECK(talk.queries() == 2);

  SECTION("which answers") {
    CHECK(talk.received(reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("which fails: the next server, over UDP; then once more") {
    talk.failed("connection closed");
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    talk.timed_out();
    CHECK(told(talk) == "192.0.2.1:53 udp edns");
    CHECK(talk.received(reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.1:53 tcp edns");
    talk.timed_out();
    talk.failed("Connection refused");
    REQUIRE(talk.finished());
    CHECK(talk.result().reason == "Connection refused from 192.0.2.2:53");
  }
  SECTION("which truncates again: not asked any more") {
    CHECK(talk.received(reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    talk.timed_out();
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    talk.timed_out();
    CHECK(talk.finished());
  }
}

TEST_CASE("exchange: the reason names TCP", "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53"}, 1);
  auto talk = start(settings);
  CHECK(talk.received(reply_to(talk, truncated)));
  SECTION("after a time-out") {
    talk.timed_out();
    CHECK(talk.result().reason == "timeout from 192.0.2.1:53 over TCP");
  }
  SECTION("after a truncated answer") {
    CHECK(talk.received(reply_to(talk, truncated)));
    CHECK(talk.result().reason ==
          "truncated answer from 192.0.2.1:53 over TCP");
  }
}

TEST_CASE("exchange: a server without EDNS is asked without, and remembered",
          "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 2);
  auto talk = start(settings);
  CHECK(talk.received(reply_to(talk, GENERATE(formerr, notimp))));
  CHECK(told(talk) == "192.0.2.1:53 udp");
  CHECK(talk.queries() == 2);

  SECTION("over TCP, too") {
    CHECK(talk.received(reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.1:53 tcp");
    CHECK(talk.received(reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("in the next round, too; the other server still with EDNS") {
    talk.timed_out();
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    talk.timed_out();
    CHECK(told(talk) == "192.0.2.1:53 udp");
  }
  SECTION("and not again after a second refusal") {
    CHECK(talk.received(reply_to(talk, formerr)));
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    talk.timed_out();
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    CHECK(talk.received(reply_to(talk, servfail)));
    REQUIRE(talk.finished());
    CHECK(talk.result().reason == "SERVFAIL from 192.0.2.2:53");
  }
}

TEST_CASE("exchange: EDNS refused over TCP is left out over TCP",
          "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53"}, 1);
  auto talk = start(settings);
  CHECK(talk.received(reply_to(talk, truncated)));
  CHECK(talk.received(reply_to(talk, formerr)));
  CHECK(told(talk) == "192.0.2.1:53 tcp");
  CHECK(talk.received(reply_to(talk, formerr)));
  REQUIRE(talk.finished());
  CHECK(talk.queries() == 3);
  CHECK(talk.result().reason == "FORMERR from 192.0.2.1:53 over TCP");
}

TEST_CASE("exchange: a server with an unusable answer is not asked again",
          "[dns][exchange]") {
  const auto settings =
      settings_for({"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"});
  auto talk = start(settings);
  talk.timed_out();
  CHECK(talk.received(reply_to(talk, servfail)));
  CHECK(told(talk) == "192.0.2.3:53 udp edns");
  talk.timed_out();
  CHECK(told(talk) == "192.0.2.1:53 udp edns");
  CHECK(talk.received(reply_to(talk, refused)));
  CHECK(told(talk) == "192.0.2.3:53 udp edns");

  SECTION("another may answer") {
    CHECK(talk.received(reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
    CHECK(talk.result().reason.empty());
  }
  SECTION("when none is left, that is the end, in whatever round") {
    CHECK(talk.received(reply_to(talk) + "tail"));
    REQUIRE(talk.finished());
    CHECK(talk.queries() == 5);
    CHECK(talk.result().status == answer_status::failed);
    CHECK(talk.result().reason ==
          "malformed answer (octets behind the last record at octet 46) from "
          "192.0.2.3:53");
  }
}

TEST_CASE("exchange: NXDOMAIN is an answer", "[dns][exchange]") {
  const auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"});
  auto talk = start(settings);
  CHECK(talk.received(reply_to(talk, 0x8183)));
  REQUIRE(talk.finished());
  CHECK(talk.result().status == answer_status::nxdomain);
}

TEST_CASE("exchange keeps to the limits it is given", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 1);
  settings.limits.octets = 45;
  auto talk = start(settings);
  REQUIRE(reply_to(talk).size() == 46);
  CHECK(talk.received(reply_to(talk)));
  CHECK(talk.result().reason ==
        "answer with more than 45 octets from 192.0.2.1:53");
}

TEST_CASE("exchange: whatever happens, it ends within 3 queries a round",
          "[dns][exchange][random]") {
  const auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 4);
  std::uint32_t state = 1;
  const auto random = [&] {
    return (state = state * 1664525U + 1013904223U) >> 24U;
  };
  for (int i = 0; i < 200; ++i) {
    auto talk = start(settings);
    while (!talk.finished()) {
      switch (random() % 6) {
      case 0: talk.timed_out(); break;
      case 1: talk.failed("reset"); break;
      case 2: talk.received(reply_to(talk, formerr)); break;
      case 3: talk.received(reply_to(talk, servfail)); break;
      default: talk.received(reply_to(talk, truncated)); break;
      }
      REQUIRE(talk.queries() <= 2 * 4 * 3);
    }
    REQUIRE(talk.result().status == answer_status::failed);
    REQUIRE_FALSE(talk.result().reason.empty());
  }
}

} // namespace spfblock::dns
