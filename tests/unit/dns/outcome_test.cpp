#include "core/dns/exchange.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dns_message.hpp"

namespace spfblock::dns::outcome_test {
namespace {

using namespace testing;
using std::chrono::milliseconds;

const question asked{*name::from_text("a.example"), rr_type::txt};

/// An exchange with one server, or with two.
struct fixture {
  explicit fixture(std::size_t servers = 1) {
    settings.attempts = 1;
    for (std::size_t i = 0; i < servers; ++i)
      settings.servers.push_back(*net::endpoint::parse("192.0.2.53:53"));
    measured.resize(servers);
    talk.emplace(asked, settings, measured, [] { return std::uint16_t{7}; });
  }

  /// A reply with one record, or with none.
  [[nodiscard]] static std::string reply(std::size_t flags, bool records) {
    dns_message message;
    message.id = 7;
    message.flags = flags;
    message.questions = {wire_question("a.example", type_txt)};
    if (records)
      message.answers = {wire_record(pointer_to(question_offset), type_txt,
                                     txt_rdata({"v=spf1"}))};
    return message.octets();
  }

  void receive(std::size_t flags, bool records = false) {
    take(reply(flags, records));
  }
  void take(std::string_view message) {
    REQUIRE(talk->received(message, milliseconds{20}) ==
            exchange::effect::taken);
  }
  void time_out() {
    while (talk->waited() != exchange::verdict::over) {
    }
  }

  [[nodiscard]] std::string_view word() const {
    return outcome_words[index_of(talk->outcome())];
  }

  exchange_settings settings;
  std::vector<round_trip> measured;
  std::optional<exchange> talk;
};

constexpr std::size_t noerror = 0x8180;
constexpr std::size_t formerr = 0x8181;
constexpr std::size_t servfail = 0x8182;
constexpr std::size_t nxdomain = 0x8183;
constexpr std::size_t refused = 0x8185;
constexpr std::size_t truncated = 0x8380;

} // namespace

TEST_CASE("outcome: answers are told apart", "[dns][outcome]") {
  fixture records;
  records.receive(noerror, true);
  CHECK(records.word() == "records");
  fixture no_data;
  no_data.receive(noerror);
  CHECK(no_data.word() == "no_data");
  fixture unknown;
  unknown.receive(nxdomain);
  CHECK(unknown.word() == "nxdomain");
}

TEST_CASE("outcome: says why there is no answer", "[dns][outcome]") {
  fixture silent;
  silent.time_out();
  CHECK(silent.word() == "timeout");

  fixture closed;
  closed.talk->failed("Connection refused");
  CHECK(closed.word() == "unreachable");

  for (const std::size_t rcode : {servfail, refused}) {
    fixture of;
    of.receive(rcode);
    CHECK(of.word() == "refused");
  }

  fixture without_edns;
  without_edns.receive(formerr); // asked again without EDNS
  without_edns.receive(formerr);
  CHECK(without_edns.word() == "refused");

  fixture malformed;
  malformed.take(fixture::reply(noerror, true) + "x");
  CHECK(malformed.word() == "unusable");

  fixture over_tcp;
  over_tcp.receive(truncated);
  over_tcp.receive(truncated);
  CHECK(over_tcp.word() == "unusable");
}

TEST_CASE("outcome: the last server's failure counts, and an answer more",
          "[dns][outcome]") {
  fixture both{2};
  both.receive(servfail);
  both.time_out();
  CHECK(both.word() == "timeout");

  fixture saved{2};
  saved.time_out();
  saved.receive(noerror, true);
  CHECK(saved.word() == "records");
}

} // namespace spfblock::dns::outcome_test
