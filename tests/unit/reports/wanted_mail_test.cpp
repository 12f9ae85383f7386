#include "core/reports/wanted_mail.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expected_listing.hpp"

#include <fmt/format.h>

#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wanted_mail_test {

using namespace spfblock;
using namespace std::chrono_literals;
using config::seen_network;
using maillog::fate;
using reports::wanted_mail;

namespace {

constexpr std::chrono::sys_seconds noon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h;

maillog::mail mail_from(std::string_view address,
                        std::chrono::seconds later = 0s,
                        std::string sender = "a@partner.example") {
  maillog::mail made;
  made.at = noon + later;
  made.address = *net::ip_address::try_parse(address);
  made.sender = std::move(sender);
  made.recipients = {"you@example.org"};
  made.fate = fate::delivered;
  return made;
}

std::vector<seen_network>
seen_in(const std::vector<maillog::mail>& log,
        const std::vector<seen_network>& before = {}) {
  wanted_mail wanted{{}, before};
  for (const auto& each : log)
    wanted.take(each);
  return wanted.networks();
}

/// "198.51.100.7/32 0-60 2 partner.example", in seconds after noon.
std::string text_of(const std::vector<seen_network>& all) {
  std::string text;
  for (const auto& each : all)
    text += fmt::format("{}{} {}-{} {} {}{}", text.empty() ? "" : "; ",
                        each.network.to_string(), (each.first - noon).count(),
                        (each.last - noon).count(), each.mails, each.domain,
                        each.struck ? " struck" : "");
  return text;
}

} // namespace

TEST_CASE("wanted mail is what was delivered, and nobody took for spam",
          "[reports][wanted_mail]") {
  CHECK(text_of(seen_in(
            {mail_from("198.51.100.7"), mail_from("198.51.100.7", 60s)})) ==
        "198.51.100.7/32 0-60 2 partner.example");
  for (const auto became :
       {fate::refused, fate::deferred, fate::not_delivered, fate::unknown}) {
    auto other = mail_from("198.51.100.7");
    other.fate = became;
    CHECK(seen_in({other}).empty());
  }
  auto spam = mail_from("198.51.100.7");
  spam.spam = true;
  auto own_user = mail_from("198.51.100.7");
  own_user.logged_in = true;
  auto timeless = mail_from("198.51.100.7");
  timeless.at.reset();
  CHECK(seen_in({spam, own_user, timeless}).empty());

  wanted_mail ours{testing::set_of("198.51.100.0/24")};
  ours.take(mail_from("198.51.100.7"));
  ours.take(mail_from("203.0.113.7"));
  CHECK(text_of(ours.networks()) == "203.0.113.7/32 0-0 1 partner.example");
}

TEST_CASE("wanted mail comes from a host: an address, or a /64 of IPv6",
          "[reports][wanted_mail]") {
  CHECK(text_of(seen_in({mail_from("2001:db8::1"), mail_from("198.51.100.8"),
                         mail_from("2001:db8::ffff:1"),
                         mail_from("198.51.100.7")})) ==
        "198.51.100.7/32 0-0 1 partner.example; "
        "198.51.100.8/32 0-0 1 partner.example; "
        "2001:db8::/64 0-0 2 partner.example");
}

TEST_CASE("wanted mail is told with the domain of a sender, and with no person",
          "[reports][wanted_mail]") {
  CHECK(text_of(seen_in({mail_from("198.51.100.7", 0s, ""),
                         mail_from("198.51.100.7", 1s, "x@y@Shop.Example"),
                         mail_from("198.51.100.7", 2s)})) ==
        "198.51.100.7/32 0-2 3 shop.example");
  for (const char* odd : {"", "postmaster", "a@[192.0.2.1]", "a@\x1b.example"})
    CHECK(text_of(seen_in({mail_from("198.51.100.7", 0s, odd)})) ==
          "198.51.100.7/32 0-0 1 ");
  auto unknown = mail_from("198.51.100.7");
  unknown.sender.reset();
  CHECK(seen_in({unknown}).front().domain.empty());
}

TEST_CASE("a log that is read again counts once", "[reports][wanted_mail]") {
  const std::vector log{mail_from("198.51.100.7"),
                        mail_from("198.51.100.7", 60s),
                        mail_from("198.51.100.7", 30s)};
  const auto once = seen_in(log);
  CHECK(text_of(once) == "198.51.100.7/32 0-60 3 partner.example");
  CHECK(seen_in(log, once) == once);

  // The same log an hour later, and what was logged before it.
  auto grown = log;
  grown.push_back(mail_from("198.51.100.7", 3600s));
  const auto later = seen_in(grown, once);
  CHECK(text_of(later) == "198.51.100.7/32 0-3600 4 partner.example");
  CHECK(text_of(seen_in({mail_from("198.51.100.7", -60s)}, later)) ==
        "198.51.100.7/32 -60-3600 5 partner.example");
}

TEST_CASE("pieces of a log give what the whole gives, in order or reversed",
          "[reports][wanted_mail][random]") {
  std::mt19937 random{7};
  std::vector<maillog::mail> log;
  for (int i = 0; i < 200; ++i)
    log.push_back(mail_from(fmt::format("198.51.100.{}", random() % 10),
                            std::chrono::seconds{i}));
  const auto whole = seen_in(log);
  const auto cut = log.begin() + 120;
  const std::vector early(log.begin(), cut);
  const std::vector late(cut, log.end());
  CHECK(seen_in(late, seen_in(early)) == whole);
  CHECK(seen_in(early, seen_in(late)) == whole);
  CHECK(seen_in(early, seen_in(late, seen_in(early))) == whole);
}

TEST_CASE("a network that was struck stays so, whatever the log says",
          "[reports][wanted_mail]") {
  auto known = seen_in({mail_from("198.51.100.7")});
  known.front().struck = true;
  CHECK(seen_in({mail_from("198.51.100.7", 60s)}, known) == known);

  wanted_mail wanted{{}, known};
  wanted.take(mail_from("198.51.100.8", -60s));
  wanted.forget_before(noon + 1h);
  CHECK(wanted.networks() == known);
  CHECK(wanted.added() == 0);
}

TEST_CASE("what delivered nothing for long is forgotten where that is wanted",
          "[reports][wanted_mail]") {
  wanted_mail wanted{{}, seen_in({mail_from("198.51.100.7")})};
  wanted.take(mail_from("198.51.100.8", 60s));
  CHECK(wanted.added() == 1);
  wanted.forget_before(noon + 1s);
  CHECK(text_of(wanted.networks()) ==
        "198.51.100.8/32 60-60 1 partner.example");
}

TEST_CASE("a flood of hosts drives out no partner", "[reports][wanted_mail]") {
  wanted_mail wanted{{}, {}, 3};
  for (int i = 0; i < 2; ++i)
    wanted.take(mail_from("198.51.100.7", std::chrono::seconds{i}));
  for (int i = 0; i < 200; ++i)
    wanted.take(
        mail_from(fmt::format("203.0.113.{}", i), std::chrono::seconds{i}));
  CHECK(text_of(wanted.networks()) ==
        "198.51.100.7/32 0-1 2 partner.example; "
        "203.0.113.198/32 198-198 1 partner.example; "
        "203.0.113.199/32 199-199 1 partner.example");
}

} // namespace wanted_mail_test
