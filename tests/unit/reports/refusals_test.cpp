// Tests also: own_words.
#include "core/maillog/reader.hpp"
#include "core/reports/refusals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/settings_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace refusals_test {

using namespace spfblock;

namespace {

std::string from(std::string_view what, std::string_view text,
                 std::string_view sender = "a@a.example") {
  return "2016-04-04T04:38:31Z mx postfix/smtpd[1]: NOQUEUE: " +
         std::string{what} + ": RCPT from h[192.0.2.1]: " + std::string{text} +
         "; from=<" + std::string{sender} +
         "> to=<you@example.org> proto=ESMTP helo=<x>";
}

std::string rejected(std::string_view text) {
  return from("reject", "554 5.7.1 <h[192.0.2.1]>: Client host rejected: " +
                            std::string{text});
}

/// The listing that a line is about; "" if none.
std::string listing_of(std::string_view settings, std::string_view line) {
  const reports::own_words ours{testing::read_settings(settings)};
  maillog::reader reader{std::chrono::sys_seconds{}};
  std::string made;
  reader.read(line, [&](const maillog::event& next) {
    made = ours.listing_of(next).value_or("");
  });
  return made;
}

} // namespace

TEST_CASE("reports::own_words: the text of an action names its listing",
          "[reports][own_words]") {
  struct row {
    const char* action;
    std::string line;
    const char* listing;
  };
  const auto [action, line, listing] = GENERATE(values<row>({
      {"REJECT listed in the SPF record of {domain}",
       rejected("listed in the SPF record of b.example"), "b.example"},
      {"REJECT listed in the SPF record of {domain}",
       rejected("listed in the SPF record of b.example, they say"), ""},
      {"REJECT listed in the SPF record of {domain}",
       rejected("also listed in the SPF record of b.example"), ""},
      {"REJECT {domain}: see https://x.example/{address}.",
       rejected("b.example: see https://x.example/192.0.2.1."), "b.example"},
      {"REJECT 5.7.9 no {network}, {since} ({domain})",
       rejected("no 192.0.2.0/24, 2016-01-01 (b.example)"), "b.example"},
      {"554 5.7.1 no {domain}", rejected("no b.example"), "b.example"},
      {"554 no {domain}", rejected("no b.example"), "b.example"},
      {"DEFER_IF_PERMIT no {domain}",
       from("reject",
            "450 4.7.1 <h[192.0.2.1]>: Client host rejected: no b.example"),
       "b.example"},
      {"REJECT mail rejected: {domain}", rejected("mail rejected: b.example"),
       "b.example"},
      {"WARN spfblock: {domain} {network}",
       from("warn", "spfblock: b.example 192.0.2.0/24"), "b.example"},
      {"REJECT no {domain}",
       from("reject_warning",
            "554 5.7.1 <h[192.0.2.1]>: Client host rejected: no b.example"),
       "b.example"},
      {"HOLD no {domain}",
       from("hold", "<h[192.0.2.1]>: Client host no b.example"), "b.example"},
      {"REJECT no {domain}",
       from("reject", "554 5.7.1 <you@example.org>: Recipient address "
                      "rejected: no b.example"),
       "b.example"},
      // No place for a domain: whose it is, is known where one has it.
      {"REJECT not here", rejected("not here"), "a.example"},
      {"REJECT not here", rejected("not there"), ""},
  }));
  CAPTURE(action, line);

  CHECK(listing_of(R"({"domains": ["a.example"], "action": ")" +
                       std::string{action} + "\"}",
                   line) == listing);
}

TEST_CASE("reports::own_words: one text of several entries names none of them, "
          "and no text is said to be none",
          "[reports][own_words]") {
  CHECK(listing_of(R"({"domains": ["a.example", "b.example"],
                       "action": "REJECT not here"})",
                   rejected("not here")) == "?");
  CHECK(listing_of(R"({"networks": [{"network": "192.0.2.0/24"}]})",
                   rejected("listed in the SPF record of 192.0.2.0/24")) ==
        "192.0.2.0/24");
  const reports::own_words mute{testing::read_settings(
      R"({"domains": ["a.example", "b.example"], "action": "REJECT"})")};
  CHECK(mute.mute() == std::vector<std::string>{"REJECT"});
}

TEST_CASE("reports::refusals: counts by listing, with hosts, senders, "
          "recipients and times",
          "[reports][refusals]") {
  const reports::own_words ours{testing::read_settings(
      R"({"domains": [{"name": "w.example", "action": "WARN w {domain}"},
                      "r.example"]})")};
  reports::refusals found{ours};
  maillog::reader reader{std::chrono::sys_seconds{}};
  for (const std::string& line :
       {rejected("listed in the SPF record of r.example"),
        rejected("listed in the SPF record of r.example"),
        from("warn", "w w.example", ""), from("warn", "another"),
        rejected("Access denied"), std::string{"rubbish"}})
    reader.read(line,
                [&found](const maillog::event& next) { found.take(next); });

  CHECK(to_text(found) == "r.example: 2 rejected\n"
                          "  from 2016-04-04 04:38:31 to 2016-04-04 04:38:31\n"
                          "  hosts (1): 192.0.2.1 (2)\n"
                          "  senders (1): a@a.example (2)\n"
                          "  recipients (1): you@example.org (2)\n"
                          "\n"
                          "w.example: 1 would have been (WARN)\n"
                          "  from 2016-04-04 04:38:31 to 2016-04-04 04:38:31\n"
                          "  hosts (1): 192.0.2.1 (1)\n"
                          "  senders (1): <> (1)\n"
                          "  recipients (1): you@example.org (1)\n");
  CHECK_THAT(to_json(found, reader.counts()),
             Catch::ContainsSubstring(R"("lines": 6)") &&
                 Catch::ContainsSubstring(R"("known_lines": 5)") &&
                 Catch::ContainsSubstring(R"("would_be_rejected": 1)") &&
                 Catch::ContainsSubstring(R"("first": "2016-04-04 04:38:31")"));
}

TEST_CASE("reports::tally: keeps so many texts and counts the others",
          "[reports][refusals]") {
  reports::tally of;
  for (std::size_t i = 0; i < reports::tally::most_texts + 5; ++i)
    of.add(std::to_string(i));
  of.add("7");
  CHECK(of.by_frequency().size() == reports::tally::most_texts);
  CHECK(of.by_frequency().front() ==
        std::pair<std::string, std::uint64_t>{"7", 2});
  CHECK(of.others() == 5);
}

} // namespace refusals_test
