#include "core/reports/replay.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/listed_table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace replay_test {

using namespace spfblock;
using maillog::fate;

namespace {

// listed_table(): a.example rejects 192.0.2.0/24, b.example only warns.
constexpr std::string_view rejected = "192.0.2.1";
constexpr std::string_view told = "203.0.113.1";
constexpr std::string_view free_host = "198.51.100.1";

maillog::mail mail_from(std::string_view address, maillog::fate became,
                        std::string recipient = "you@example.org") {
  maillog::mail made;
  made.at = std::chrono::sys_seconds{std::chrono::seconds{1'459'744'711}};
  made.address = *net::ip_address::try_parse(address);
  made.sender = "a@a.example";
  made.recipients = {std::move(recipient)};
  made.fate = became;
  return made;
}

reports::replay replayed(const std::vector<maillog::mail>& mails,
                         bool exempts = false) {
  reports::replay made{testing::listed_table(), exempts};
  for (const auto& each : mails)
    made.take(each);
  return made;
}

} // namespace

TEST_CASE(
    "reports::replay: harmed is what was delivered, and would be rejected",
    "[reports][replay]") {
  CHECK(replayed({mail_from(rejected, fate::delivered)}).harmed() == 1);
  CHECK(replayed({mail_from(told, fate::delivered)}).harmed() == 0);
  CHECK(replayed({mail_from(free_host, fate::delivered)}).harmed() == 0);
  for (const auto became :
       {fate::refused, fate::deferred, fate::not_delivered, fate::unknown}) {
    const auto would = replayed({mail_from(rejected, became)});
    CHECK(would.harmed() == 0);
    CHECK(would.rejected().at(static_cast<std::size_t>(became)) == 1);
  }

  auto spam = mail_from(rejected, fate::delivered);
  spam.spam = true;
  CHECK(replayed({spam}).harmed() == 0);
  CHECK(replayed({spam}).spam() == 1);

  auto own = mail_from(rejected, fate::delivered);
  own.logged_in = true;
  CHECK(replayed({own}).harmed() == 0);
}

TEST_CASE("reports::replay: exempt recipients get their mail where the doors "
          "know them",
          "[reports][replay]") {
  const auto mail =
      mail_from(rejected, fate::delivered, "postmaster@example.org");
  CHECK(replayed({mail}, true).harmed() == 0);
  CHECK(replayed({mail}, false).harmed() == 1);

  auto both = mail;
  both.recipients.emplace_back("you@example.org");
  CHECK(replayed({both}, true).harmed() == 1);
  auto none = mail;
  none.recipients.clear();
  CHECK(replayed({none}, true).harmed() == 1);
}

TEST_CASE("reports::replay: says it to people and to programs",
          "[reports][replay]") {
  auto spam = mail_from(rejected, fate::delivered);
  spam.spam = true;
  auto odd = mail_from(rejected, fate::delivered, "\x1b@example.org");
  odd.sender.reset();
  odd.at.reset();
  const auto would = replayed({mail_from(rejected, fate::delivered), odd, spam,
                               mail_from(rejected, fate::refused),
                               mail_from(rejected, fate::deferred),
                               mail_from(told, fate::delivered),
                               mail_from(free_host, fate::delivered)});

  CHECK(to_text(would) ==
        "mails: 7\n"
        "would be rejected: 5\n"
        "  refused anyway: 1\n"
        "  refused for the time being: 1\n"
        "  delivered, and taken for spam: 1\n"
        "  DELIVERED: 2\n"
        "    2016-04-04 04:38:31  192.0.2.1  <a@a.example> -> "
        "you@example.org: a.example (192.0.2.0/24)\n"
        "    no time  192.0.2.1  ? -> \\x1b@example.org: a.example "
        "(192.0.2.0/24)\n"
        "would only be told of (WARN and its like): 1\n"
        "  delivered: 1\n");
  const std::string json = to_json(would);
  CHECK_THAT(json, Catch::ContainsSubstring(R"("mails": 7)") &&
                       Catch::ContainsSubstring(R"("delivered": 3)") &&
                       Catch::ContainsSubstring(R"("delivered_as_spam": 1)") &&
                       Catch::ContainsSubstring(R"("harmed": 2)") &&
                       Catch::ContainsSubstring(R"("sender": null)"));
}

TEST_CASE("reports::replay: of many harmed mails the first are shown",
          "[reports][replay]") {
  const auto would = replayed(std::vector<maillog::mail>(
      reports::replay::most_shown + 5, mail_from(rejected, fate::delivered)));
  CHECK(would.harmed() == reports::replay::most_shown + 5);
  CHECK(would.shown().size() == reports::replay::most_shown);
  CHECK_THAT(to_text(would), Catch::ContainsSubstring("and 985 more\n"));
}

} // namespace replay_test
