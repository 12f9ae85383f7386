#include "core/protocols/policy.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/door_conversation.hpp"
#include "tests/support/named_table.hpp"
#include "tests/support/told_judge.hpp"

#include <string>
#include <string_view>

namespace policy_test {

using namespace spfblock;
using protocols::count;
using protocols::policy;

namespace {

using outcome = testing::conversed;

outcome converse(std::string_view stream, std::size_t size) {
  return testing::converse_at<policy>(stream, size);
}

outcome converse(std::string_view stream) {
  return converse(stream, stream.size());
}

/// As smtpd sends it, with what matters changed.
std::string request(std::string_view address,
                    std::string_view more = "sasl_username=\n",
                    std::string_view recipient = "you@example.org") {
  return "request=smtpd_access_policy\nprotocol_state=RCPT\n"
         "protocol_name=ESMTP\nclient_address=" +
         std::string{address} +
         "\nclient_name=unknown\nhelo_name=h.example\n"
         "sender=me=x@a.example\nrecipient=" +
         std::string{recipient} + '\n' + std::string{more} + "size=0\n\n";
}

constexpr std::string_view reject =
    "action=REJECT listed in the SPF record of a.example\n\n";
constexpr std::string_view dunno = "action=DUNNO\n\n";

} // namespace

TEST_CASE("policy: gives the action of the client's listing, not encoded",
          "[protocols][policy]") {
  CHECK(converse(request("192.0.2.1")).replies == reject);
  CHECK(converse(request("2001:db8::1")).replies == reject);
  CHECK(converse(request("::ffff:192.0.2.1")).replies == reject);
  CHECK(converse(request("192.0.2.200")).replies ==
        "action=WARN 100% b.example: 192.0.2.200 in 192.0.2.128/25\n\n");
  const outcome found = converse(request("192.0.2.1"));
  CHECK(found.counted[count::found] == 1);
  CHECK_FALSE(found.finished);
}

TEST_CASE("policy: says DUNNO, never OK, for who is not listed",
          "[protocols][policy]") {
  for (const std::string_view address :
       {"198.51.100.1", "unknown", "", "192.0.2.1 ", "192.0.2.0/24"}) {
    CAPTURE(address);
    const outcome led_to = converse(request(address));
    CHECK(led_to.replies == dunno);
    CHECK(led_to.counted[count::not_found] == 1);
  }
  CHECK(converse("request=smtpd_access_policy\n\n").replies == dunno);
}

TEST_CASE("policy: passes over own users and exempt recipients",
          "[protocols][policy]") {
  const outcome own = converse(request("192.0.2.1", "sasl_username=me\n"));
  CHECK(own.replies == dunno);
  CHECK(own.counted[count::passed_over] == 1);
  CHECK(own.counted[count::found] == 0);
  CHECK(converse(request("192.0.2.1", "", "Postmaster@example.org")).replies ==
        dunno);
  CHECK(converse(request("192.0.2.1", "", "postmaster")).replies == dunno);
  CHECK(converse(request("192.0.2.1", "", "postmaster2@x")).replies == reject);
}

TEST_CASE("policy: of an attribute that is given twice the last counts",
          "[protocols][policy]") {
  CHECK(
      converse(request("192.0.2.1", "client_address=198.51.100.1\n")).replies ==
      dunno);
  CHECK(
      converse(request("198.51.100.1", "client_address=192.0.2.1\n")).replies ==
      reject);
  CHECK(converse(request("192.0.2.1", "sasl_username=me\nsasl_username=\n"))
            .replies == reject);
}

TEST_CASE("policy: a request begins anew after the one before",
          "[protocols][policy]") {
  const std::string own = request("192.0.2.1", "sasl_username=me\n");
  const std::string bare = "request=smtpd_access_policy\n\n";
  CHECK(converse(own + request("192.0.2.1") + bare).replies ==
        std::string{dunno} + std::string{reject} + std::string{dunno});
  // Not even what kind of request it is.
  CHECK(converse(own + "client_address=192.0.2.1\n\n") ==
        outcome{std::string{dunno},
                [] {
                  protocols::counts counted;
                  counted[count::passed_over] = counted[count::refused] = 1;
                  return counted;
                }(),
                true});
}

TEST_CASE("policy: what is no request ends the conversation without a reply",
          "[protocols][policy]") {
  for (const std::string& stream : {
           std::string{"\n"},
           std::string{"get 192.0.2.1\n"},
           std::string{"GET / HTTP/1.1\r\n\r\n"},
           std::string{"client_address=192.0.2.1\n\n"},
           std::string{"request=\nclient_address=192.0.2.1\n\n"},
           std::string{"request=smtpd_access_policy2\n\n"},
           std::string{"request=smtpd_access_policy\r\n\r\n"},
           std::string{"request=smtpd_access_policy\nclient_address\n\n"},
           std::string(policy::longest_request, 'x'),
           "request=smtpd_access_policy\n" +
               std::string(policy::longest_request, 'x') + "=\n\n",
           "request=smtpd_access_policy\n" +
               [] {
                 std::string many;
                 while (many.size() < policy::longest_request)
                   many += "a=b\n";
                 return many;
               }() +
               '\n',
       }) {
    CAPTURE(stream.substr(0, 80));
    const outcome led_to = converse(stream + request("192.0.2.1"));
    CHECK(led_to.replies.empty());
    CHECK(led_to.finished);
    CHECK(led_to.counted[count::refused] == 1);
    CHECK(led_to.counted[count::found] == 0);
  }
}

TEST_CASE("policy: a request may be as long as it may be",
          "[protocols][policy]") {
  const std::string begin =
      "request=smtpd_access_policy\nclient_address=192.0.2.1\nsender=";
  const auto of_size = [&](std::size_t size) {
    return begin + std::string(size - begin.size() - 2, 'x') + "\n\n";
  };
  CHECK(converse(of_size(policy::longest_request)).replies == reject);
  CHECK(converse(of_size(policy::longest_request + 1)).replies.empty());
}

TEST_CASE("policy: the cuts of the stream make no difference",
          "[protocols][policy]") {
  const std::string good = request("192.0.2.1") + request("192.0.2.200") +
                           request("unknown") +
                           request("192.0.2.1", "sasl_username=me\n");
  for (const std::string& stream :
       {good, good + "no request\n" + good, good + "\n", good + "request="}) {
    const outcome whole = converse(stream);
    for (std::size_t size = 1; size < 700; size += size < 40 ? 1 : 37) {
      CAPTURE(size);
      CHECK(converse(stream, size) == whole);
    }
  }
}

TEST_CASE("policy: does not answer more at once than is enough",
          "[protocols][policy]") {
  std::string stream;
  while (stream.size() < 40 * protocols::enough_replies)
    stream += request("192.0.2.1");
  protocols::counts counted;
  const protocols::lookup in{testing::listed_table(), counted};
  policy with_client;
  std::string replies;
  const std::size_t taken = with_client.feed(stream, in, replies);
  CHECK(taken < stream.size());
  CHECK(replies.size() >= protocols::enough_replies);
  CHECK(replies.size() < protocols::enough_replies + 4096);
}

namespace {

using patience = protocols::lookup::patience;
using query_time::verdict;

/// A conversation with one who knows of claims, fed in pieces of any size.
struct mail_conversation {
  /// @return how many octets were not taken
  std::size_t feed(std::string_view stream, std::size_t size = 1'000'000) {
    while (!stream.empty() && with_client.awaited() == nullptr)
      stream.remove_prefix(
          with_client.feed(stream.substr(0, size), in(), replies));
    return stream.size();
  }
  void answer_awaiting(patience with = patience::some) {
    with_client.answer_awaiting(in(with), replies);
  }
  protocols::lookup in(patience with = patience::some) {
    return {*table, counted, nullptr, &judge, with};
  }

  std::shared_ptr<const table::snapshot> table = testing::table_with_claims();
  testing::told_judge judge;
  protocols::counts counted;
  policy with_client;
  std::string replies;
};

std::string mail_of(std::string_view client, std::string_view sender) {
  return request(client, "sender=" + std::string{sender} + '\n');
}

const std::string claims = mail_of("46.0.0.1", "x@a.test");
const std::string listed = mail_of("192.0.2.1", "x@o.test");
constexpr std::string_view claimed_reject = "action=REJECT a.test\n\n";
constexpr std::string_view listed_reject = "action=REJECT b.test\n\n";
constexpr std::string_view come_again =
    "action=DEFER_IF_PERMIT 4.7.1 sender is being looked up, try again "
    "later\n\n";

} // namespace

TEST_CASE("policy: a request whose claim is sought waits, and what comes after "
          "it is taken once it is answered",
          "[protocols][policy]") {
  for (const std::size_t size : {1U, 7U, 100U, 100'000U}) {
    CAPTURE(size);
    mail_conversation f;
    f.judge.wait = std::chrono::hours{1};
    const std::string stream = listed + claims + listed;
    const std::size_t left = f.feed(stream, size);
    CHECK(left == listed.size());
    CHECK(f.replies == listed_reject);
    REQUIRE(f.with_client.awaited() != nullptr);
    CHECK(f.with_client.awaited()->domain == *dns::name::from_text("a.test"));
    CHECK_FALSE(f.with_client.finished());
    CHECK(f.counted[count::found] == 1);
    CHECK(f.counted[count::not_found] == 0);

    f.answer_awaiting(); // still sought
    CHECK(f.with_client.awaited() != nullptr);
    CHECK(f.replies == listed_reject);

    f.judge.said = verdict::passes;
    f.answer_awaiting();
    CHECK(f.with_client.awaited() == nullptr);
    f.feed(std::string_view{stream}.substr(stream.size() - left), size);
    CHECK(f.replies == std::string{listed_reject} +
                           std::string{claimed_reject} +
                           std::string{listed_reject});
    CHECK(f.counted[count::found] == 3);
  }
}

TEST_CASE("policy: a request waits for nothing but what is sought, where it "
          "may, and as long as it may",
          "[protocols][policy]") {
  struct row {
    verdict said;
    bool defers;
    std::string_view expected;
  };
  for (const auto& [said, defers, expected] :
       {row{verdict::passes, true, claimed_reject},
        row{verdict::does_not, true, dunno}, row{verdict::open, false, dunno},
        row{verdict::open, true, come_again},
        row{verdict::sought, false, dunno},
        row{verdict::sought, true, come_again}}) {
    CAPTURE(said, defers);
    mail_conversation f; // the judge lets nobody wait
    f.judge.said = said;
    f.judge.is_to_defer = defers;
    CHECK(f.feed(claims) == 0);
    CHECK(f.replies == expected);

    mail_conversation late;
    late.judge.wait = std::chrono::hours{1};
    late.judge.is_to_defer = defers;
    late.feed(claims);
    late.judge.said = said;
    REQUIRE(late.with_client.awaited() != nullptr);
    late.answer_awaiting(patience::none);
    CHECK(late.with_client.awaited() == nullptr);
    CHECK(late.replies == expected);
    CHECK(late.counted[count::found] + late.counted[count::not_found] == 1);
  }
}

TEST_CASE("policy: who waits is judged by the table that there is then",
          "[protocols][policy]") {
  mail_conversation f;
  f.judge.wait = std::chrono::hours{1};
  f.feed(claims);
  REQUIRE(f.with_client.awaited() != nullptr);
  f.table = std::make_shared<const table::snapshot>();
  f.answer_awaiting();
  CHECK(f.replies == dunno);
}

TEST_CASE("policy: the confirmed name of a client may decide about him, "
          "whatever his mail",
          "[protocols][policy]") {
  const auto action = [](std::string_view client, std::string_view name) {
    protocols::counts counted;
    const protocols::lookup in{testing::named_table(), counted};
    policy with_client;
    std::string replies;
    const std::string asked =
        request(client, "client_name=" + std::string{name} + '\n');
    CHECK(with_client.feed(asked, in, replies) == asked.size());
    CHECK(counted[count::found] + counted[count::not_found] == 1);
    return replies;
  };
  CHECK(action("198.51.100.1", "m.a.test") ==
        "action=REJECT a.test 198.51.100.1/32\n\n");
  CHECK(action("198.51.100.1", "unknown") == dunno);
  CHECK(action("198.51.100.1", "m.b.test") == dunno);
  CHECK(action("198.51.100.200", "m.a.test") == dunno); // allowed
  CHECK(action("192.0.2.1", "m.a.test") ==
        "action=REJECT a.test 192.0.2.0/24\n\n");
}

} // namespace policy_test
