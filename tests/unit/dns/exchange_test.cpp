#include "core/dns/exchange.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

namespace spfblock::dns::exchange_test {
namespace {

using namespace testing;
using std::chrono::milliseconds;
using transport = exchange::transport;
using verdict = exchange::verdict;
using effect = exchange::effect;

const question asked{*name::from_text("a.example"), rr_type::txt};

/// Settings, and what is known of the servers: nothing at first.
struct setup : exchange_settings {
  std::vector<round_trip> measured;
};

setup settings_for(std::initializer_list<const char*> servers,
                   unsigned attempts = 3) {
  setup settings;
  settings.attempts = attempts;
  for (const char* server : servers)
    settings.servers.push_back(*net::endpoint::parse(server));
  settings.measured.resize(servers.size());
  return settings;
}

/// An exchange whose IDs count up from 1.
exchange start(setup& settings) {
  return exchange{asked, settings, settings.measured,
                  [next = std::uint16_t{0}]() mutable { return ++next; }};
}

bool receive(exchange& talk, std::string_view message,
             duration after = milliseconds{20}) {
  return talk.received(message, after) != exchange::effect::ignored;
}

/// Silence until the step is over.
void time_out(exchange& talk) {
  while (talk.waited() != exchange::verdict::over) {
  }
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

/// What a forger sends who does not know the ID.
std::string forgery_for(const exchange& talk) {
  auto forged = reply_to(talk);
  forged[1] = static_cast<char>(forged[1] ^ 1);
  return forged;
}

/// As many forgeries as end a step over UDP.
void forge_too_often(exchange& talk) {
  for (unsigned i = 0; i < exchange::most_ignored; ++i)
    REQUIRE_FALSE(receive(talk, forgery_for(talk)));
  CHECK(talk.received(forgery_for(talk), milliseconds{1}) ==
        effect::distrusted);
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
  auto settings = settings_for({"127.0.0.1:53", "[::1]:53"});
  auto talk = start(settings);
  CHECK_FALSE(talk.finished());
  CHECK(told(talk) == "127.0.0.1:53 udp edns");
  CHECK(talk.next().query == encode_query(asked, 1, edns::on));
  CHECK(talk.queries() == 1);

  CHECK(receive(talk, reply_to(talk)));

  REQUIRE(talk.finished());
  CHECK(talk.result().status == answer_status::records);
  CHECK(talk.result().texts == std::vector<std::string>{"v=spf1"});
  CHECK(talk.queries() == 1);
}

TEST_CASE("exchange: all servers in order, as often as there are attempts",
          "[dns][exchange]") {
  auto settings =
      settings_for({"192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:5353"}, 2);
  auto talk = start(settings);
  std::vector<std::string> steps;
  while (!talk.finished()) {
    steps.push_back(told(talk));
    time_out(talk);
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
  auto settings = settings_for({"192.0.2.1:53"}, 2);
  auto talk = start(settings);
  const auto late = reply_to(talk);
  time_out(talk);
  CHECK(talk.next().query == encode_query(asked, 2, edns::on));
  CHECK_FALSE(receive(talk, late));
  CHECK(receive(talk, reply_to(talk)));
  CHECK(talk.finished());
}

TEST_CASE("exchange: messages that are not ours do not end the wait",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"});
  auto talk = start(settings);
  for (const auto& each :
       {forgery_for(talk), std::string{}, talk.next().query, forgery_for(talk)})
    CHECK(talk.received(each, milliseconds{1}) == effect::ignored);
  CHECK(talk.queries() == 1);
  CHECK(receive(talk, reply_to(talk)));
  CHECK(talk.result().status == answer_status::records);
}

TEST_CASE("exchange: one forgery too many leads to TCP at the same server",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 2);
  auto talk = start(settings);
  forge_too_often(talk);
  CHECK(told(talk) == "192.0.2.1:53 tcp edns");
  CHECK(talk.queries() == 2);
  CHECK_FALSE(settings.measured[0].patience());

  SECTION("where they are no trouble") {
    for (int i = 0; i < 100; ++i)
      REQUIRE_FALSE(receive(talk, forgery_for(talk)));
    CHECK(receive(talk, reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("which fails: the next server, then once more over UDP") {
    talk.failed("Connection refused");
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(told(talk) == "192.0.2.1:53 udp edns");
    CHECK(receive(talk, reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
}

TEST_CASE("exchange: forgeries are counted for one query", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 100);
  auto talk = start(settings);
  while (!talk.finished()) {
    for (unsigned i = 0; i < exchange::most_ignored; ++i)
      REQUIRE_FALSE(receive(talk, forgery_for(talk)));
    time_out(talk);
  }
  CHECK(talk.queries() == 100);
}

TEST_CASE("exchange: truncation leads to TCP at the same server",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 2);
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, truncated)));
  CHECK(told(talk) == "192.0.2.1:53 tcp edns");
  CHECK(talk.queries() == 2);

  SECTION("which answers") {
    CHECK(receive(talk, reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("which fails: the next server, over UDP; then once more") {
    talk.failed("connection closed");
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(told(talk) == "192.0.2.1:53 udp edns");
    CHECK(receive(talk, reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.1:53 tcp edns");
    time_out(talk);
    talk.failed("Connection refused");
    REQUIRE(talk.finished());
    CHECK(talk.result().reason == "Connection refused from 192.0.2.2:53");
  }
  SECTION("which truncates again: not asked any more") {
    CHECK(receive(talk, reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(talk.finished());
  }
}

TEST_CASE("exchange: the reason names TCP", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 1);
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, truncated)));
  SECTION("after a time-out") {
    time_out(talk);
    CHECK(talk.result().reason == "timeout from 192.0.2.1:53 over TCP");
  }
  SECTION("after a truncated answer") {
    CHECK(receive(talk, reply_to(talk, truncated)));
    CHECK(talk.result().reason ==
          "truncated answer from 192.0.2.1:53 over TCP");
  }
}

TEST_CASE("exchange: a server without EDNS is asked without, and remembered",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 2);
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, GENERATE(formerr, notimp))));
  CHECK(told(talk) == "192.0.2.1:53 udp");
  CHECK(talk.queries() == 2);

  SECTION("over TCP, too") {
    CHECK(receive(talk, reply_to(talk, truncated)));
    CHECK(told(talk) == "192.0.2.1:53 tcp");
    CHECK(receive(talk, reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("in the next round, too; the other server still with EDNS") {
    time_out(talk);
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(told(talk) == "192.0.2.1:53 udp");
  }
  SECTION("and not again after a second refusal") {
    CHECK(receive(talk, reply_to(talk, formerr)));
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    time_out(talk);
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    CHECK(receive(talk, reply_to(talk, servfail))); // in the last round
    REQUIRE(talk.finished());
    CHECK(talk.result().reason == "SERVFAIL from 192.0.2.2:53");
  }
}

TEST_CASE("exchange: EDNS refused over TCP is left out over TCP",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 1);
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, truncated)));
  CHECK(receive(talk, reply_to(talk, formerr)));
  CHECK(told(talk) == "192.0.2.1:53 tcp");
  CHECK(receive(talk, reply_to(talk, formerr)));
  REQUIRE(talk.finished());
  CHECK(talk.queries() == 3);
  CHECK(talk.result().reason == "FORMERR from 192.0.2.1:53 over TCP");
}

TEST_CASE("exchange: the only server is asked again after an error code, as "
          "often as `attempts`",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 3);
  auto talk = start(settings);
  for (const std::size_t code : {servfail, refused}) {
    CHECK(receive(talk, reply_to(talk, code)));
    CHECK(told(talk) == "192.0.2.1:53 udp edns");
  }
  SECTION("it may answer then") {
    CHECK(receive(talk, reply_to(talk)));
    REQUIRE(talk.finished());
    CHECK(talk.result().status == answer_status::records);
  }
  SECTION("or it is the last that counts") {
    CHECK(receive(talk, reply_to(talk, refused)));
    REQUIRE(talk.finished());
    CHECK(talk.queries() == 3);
    CHECK(talk.result().reason == "REFUSED from 192.0.2.1:53");
  }
}

TEST_CASE("exchange: a server with an unusable answer is not asked again",
          "[dns][exchange]") {
  auto settings =
      settings_for({"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"});
  auto talk = start(settings);
  time_out(talk);
  CHECK(receive(talk, reply_to(talk, servfail)));
  CHECK(told(talk) == "192.0.2.3:53 udp edns");
  time_out(talk);
  CHECK(told(talk) == "192.0.2.1:53 udp edns");
  CHECK(receive(talk, reply_to(talk, refused)));
  CHECK(told(talk) == "192.0.2.3:53 udp edns");

  SECTION("another may answer") {
    CHECK(receive(talk, reply_to(talk)));
    CHECK(talk.result().status == answer_status::records);
    CHECK(talk.result().reason.empty());
  }
  SECTION("when none is left, that is the end, in whatever round") {
    CHECK(receive(talk, reply_to(talk) + "tail"));
    REQUIRE(talk.finished());
    CHECK(talk.queries() == 5);
    CHECK(talk.result().status == answer_status::failed);
    CHECK(talk.result().reason ==
          "malformed answer (octets behind the last record at octet 46) from "
          "192.0.2.3:53");
  }
}

TEST_CASE("exchange: NXDOMAIN is an answer", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"});
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, 0x8183)));
  REQUIRE(talk.finished());
  CHECK(talk.result().status == answer_status::nxdomain);
}

TEST_CASE("exchange keeps to the limits it is given", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 1);
  settings.limits.octets = 45;
  auto talk = start(settings);
  REQUIRE(reply_to(talk).size() == 46);
  CHECK(receive(talk, reply_to(talk)));
  CHECK(talk.result().reason ==
        "answer with more than 45 octets from 192.0.2.1:53");
}

TEST_CASE("exchange: a datagram that may be lost is sent again within its step",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 1);
  settings.measured[0].add(milliseconds{90});
  auto talk = start(settings);
  const std::string query = talk.next().query;
  for (const unsigned patience : {1U, 1U, 2U}) {
    CHECK(talk.wait() == milliseconds{270} * patience);
    CHECK(talk.waited() == verdict::resend);
    CHECK(talk.next().query == query);
  }
  CHECK(talk.queries() == 4);

  SECTION("an answer to the first sending counts until the time-out") {
    CHECK(talk.wait() == milliseconds{2000 - 4 * 270});
    CHECK(receive(talk, reply_to(talk), milliseconds{1999}));
    CHECK(talk.result().status == answer_status::records);
    CHECK(talk.queries() == 4);
  }
  SECTION("then the next server is asked, for a whole time-out at least") {
    CHECK(talk.waited() == verdict::over);
    CHECK(told(talk) == "192.0.2.2:53 udp edns");
    CHECK(talk.next().query == encode_query(asked, 2, edns::on));
    CHECK(talk.queries() == 5);
    auto waited = milliseconds{0};
    while (!talk.finished()) {
      waited += std::chrono::duration_cast<milliseconds>(talk.wait());
      CHECK(talk.waited() != verdict::resend); // nothing is known of it
    }
    CHECK(waited == settings.timeout);
  }
}

TEST_CASE("exchange: over TCP nothing is sent again", "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"}, 1);
  auto talk = start(settings);
  CHECK(receive(talk, reply_to(talk, truncated), milliseconds{1}));
  CHECK(told(talk) == "192.0.2.1:53 tcp edns");
  CHECK(talk.wait() == settings.timeout);
  CHECK(talk.waited() == verdict::over);
  CHECK(talk.queries() == 2);
}

TEST_CASE("exchange: measures what was sent once over UDP, each server apart",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"});
  auto& measured = settings.measured;
  auto talk = start(settings);
  CHECK_FALSE(receive(talk, "not ours", milliseconds{1}));
  CHECK_FALSE(measured[0].patience());
  CHECK(receive(talk, reply_to(talk, truncated), milliseconds{100}));
  CHECK(measured[0].patience() == milliseconds{300});
  CHECK_FALSE(measured[1].patience());
  CHECK(receive(talk, reply_to(talk), milliseconds{900})); // over TCP
  CHECK(measured[0].patience() == milliseconds{300});
}

TEST_CASE("exchange: an answer after a repetition is no sample, but doubt",
          "[dns][exchange]") {
  auto settings = settings_for({"192.0.2.1:53"});
  settings.measured[0].add(milliseconds{100});
  auto talk = start(settings);
  REQUIRE(talk.waited() == verdict::resend);
  CHECK(receive(talk, reply_to(talk), milliseconds{320}));
  CHECK(settings.measured[0].patience() == milliseconds{360});
}

TEST_CASE("exchange: whatever happens, it ends within 3 steps a round",
          "[dns][exchange][random]") {
  auto settings = settings_for({"192.0.2.1:53", "192.0.2.2:53"}, 4);
  std::uint32_t state = 1;
  const auto random = [&] {
    return (state = state * 1664525U + 1013904223U) >> 24U;
  };
  for (int i = 0; i < 200; ++i) {
    auto talk = start(settings);
    for (int steps = 1; !talk.finished(); ++steps) {
      switch (random() % 7) {
      case 0: time_out(talk); break;
      case 1: talk.failed("reset"); break;
      case 2: receive(talk, reply_to(talk, formerr)); break;
      case 3: receive(talk, reply_to(talk, servfail)); break;
      case 4:
        for (unsigned n = 0; n <= exchange::most_ignored; ++n)
          receive(talk, forgery_for(talk));
        break;
      default: receive(talk, reply_to(talk, truncated)); break;
      }
      REQUIRE(steps <= 2 * 4 * 3);
    }
    REQUIRE(talk.result().status == answer_status::failed);
    REQUIRE_FALSE(talk.result().reason.empty());
  }
}

} // namespace spfblock::dns::exchange_test
