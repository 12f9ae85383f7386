#include "core/history/question.hpp"
#include "core/reports/explanation.hpp"
#include "core/support/calendar.hpp"
#include "core/support/paragraph.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/configured.hpp"
#include "server/commands/explain_mail.hpp"
#include "server/commands/last_known.hpp"
#include "server/history/history_file.hpp"

#include <iostream>
#include <memory>
#include <optional>

namespace spfblock::server {
namespace {

/// After what the address came into the listing that answers, as a line of the
/// explanation; empty as far as the history does not know.
std::string after_what(const std::string& configuration_file,
                       const net::ip_address& address,
                       const std::string& listing) {
  const std::string path =
      history_path(server_of(configuration_file).state_file);
  if (path.empty())
    return {};
  history::question question;
  question.address = address;
  question.listing = listing;
  std::optional<history::entry> last;
  history::inquiry inquiry{question, [&last](history::entry each) {
                             if (!each.added.named.empty() ||
                                 each.what == history::happening::entry_new)
                               last = std::move(each);
                           }};
  history_files files{path};
  inquire_backwards(files, inquiry, [&last] { return last.has_value(); });
  std::string text;
  if (last)
    append_paragraph(text, "  after       ",
                     utc_text(last->at) + ": " + in_brief(*last), 14);
  return text;
}

/// Says which listing answers for an address and through which chain of
/// includes, or what keeps it off.  Asks the running server, or reads the state
/// file where it cannot be asked.
exit_status explain(const std::string& configuration_file,
                    const std::string& address) {
  const auto parsed = net::ip_address::parse(address);
  if (!parsed) {
    std::cerr << "spfblock: " << parsed.error().message << '\n';
    return exit_status::usage;
  }
  const auto answer =
      ask_or_read(configuration_file, "/explain?address=" + parsed->to_string(),
                  [&parsed](const domains::domain_book& book, timestamp now) {
                    const table::snapshot published{book.listings()};
                    return reports::to_json(
                        reports::explain(*parsed, published, book, now));
                  });
  if (const auto* status = std::get_if<exit_status>(&answer))
    return *status;
  const auto explained =
      reports::explanation_from_json(std::get<told>(answer).document);
  if (!explained) {
    std::cerr << "spfblock: " << explained.error().message << '\n';
    return exit_status::unavailable;
  }
  std::cout << reports::to_text(*explained);
  if (!explained->reasons.empty())
    std::cout << after_what(configuration_file, *parsed,
                            explained->reasons.front().listing);
  return explained->reasons.empty() ? exit_status::negative : exit_status::done;
}

} // namespace

void offer_explain(command_line& to) {
  struct choice {
    std::string address;
    std::optional<std::string> sender;
    std::optional<std::string> helo;
  };
  const auto asked = std::make_shared<choice>();
  CLI::App& command =
      to.add("explain", "Say why an address is listed, or why not",
             [asked](const std::string& configuration_file) {
               if (!asked->sender && !asked->helo)
                 return explain(configuration_file, asked->address);
               return explain_mail(configuration_file, asked->address,
                                   asked->sender.value_or(""),
                                   asked->helo.value_or(""));
             });
  command
      .add_option("ADDRESS", to.as_typed(asked->address),
                  "IPv4 or IPv6 address")
      ->required()
      ->type_name("");
  command
      .add_option("--sender", to.as_typed(asked->sender),
                  "Say instead, step by step, whether this sender's domain\n"
                  "authorises the address")
      ->type_name("SENDER");
  command
      .add_option("--helo", to.as_typed(asked->helo),
                  "What the client said in HELO")
      ->type_name("NAME");
}

} // namespace spfblock::server
