// Any octets as a mail log, in any cuts: the same events, whose texts lie in
// their lines; mails that are bounded; senders that are bounded and could be
// listed; and HELO, the sender's last word, changes nothing of what is told of
// a client's address.
//
// Input: an octet that says where the stream is cut, then the stream.
#include "core/config/domain_name.hpp"
#include "core/maillog/line_cutter.hpp"
#include "core/maillog/mail_joiner.hpp"
#include "core/maillog/reader.hpp"
#include "core/suggest/evidence.hpp"
#include "tests/fuzz/finding.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace spfblock;
using fuzz::require;
using maillog::event;

namespace {

constexpr std::chrono::sys_seconds latest{std::chrono::seconds{1'459'771'200}};

/// What is compared of an event when its line is gone.
std::string copied(const event& of) {
  std::string made{static_cast<char>('a' + static_cast<int>(of.kind))};
  made += of.address ? of.address->to_string() : "";
  for (const auto text : {of.sender.value_or("-"), of.recipient.value_or("-"),
                          of.queue_id, of.message_id, of.text, of.domain})
    made.append(1, ' ').append(text);
  return made;
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() &&
          part.data() + part.size() <= whole.data() + whole.size());
}

/// Calls `each` for the lines of a stream that comes in such pieces.
template <class Each>
void for_each_line(std::string_view stream, std::size_t piece, Each each) {
  maillog::line_cutter lines;
  for (std::string_view rest = stream; !rest.empty();
       rest.remove_prefix(std::min(piece, rest.size()))) {
    lines.put(rest.substr(0, piece));
    while (const auto line = lines.next())
      each(*line);
  }
  if (const auto last = lines.last())
    each(*last);
}

std::vector<std::string> events_of(std::string_view stream, std::size_t piece) {
  std::vector<std::string> made;
  maillog::reader reader{latest};
  for_each_line(stream, piece, [&](std::string_view line) {
    require(line.size() <= maillog::line_cutter::longest, "lines are bounded");
    reader.read(line, [&](const event& of) {
      if (!line.starts_with('{'))
        for (const auto text : {of.sender.value_or(""), of.queue_id, of.text})
          require(lies_in(text, line), "the texts of an event lie in its line");
      made.push_back(copied(of));
    });
  });
  return made;
}

suggest::evidence few_senders() {
  suggest::evidence::settings by;
  by.registrable_domain = [](const dns::name& of) { return std::optional{of}; };
  by.is_listed = [](const net::ip_address&) { return false; };
  by.most = {2, 3, 2};
  return suggest::evidence{std::move(by)};
}

void check_senders(const suggest::evidence& of) {
  const auto all = of.senders();
  require(all.size() <= 2 && of.hosts().size() <= 2, "senders are bounded");
  for (const suggest::sender* each : all)
    require(config::parse_domain(each->name.to_string()) &&
                !each->name.is_root(),
            "a sender could be listed");
}

void check_mails(std::string_view stream) {
  suggest::evidence seen = few_senders();
  maillog::mail_joiner joiner{
      [&seen](const maillog::mail& of) {
        seen.take(of);
        require(of.recipients.size() <= maillog::mail::most_recipients,
                "recipients are bounded");
        require(of.sender.value_or("").size() <= maillog::mail::longest_text,
                "texts are bounded");
      },
      4};
  maillog::reader reader{latest};
  for_each_line(stream, stream.size(), [&](std::string_view line) {
    reader.read(line, [&](const event& next) {
      joiner.take(next);
      seen.take(next);
    });
  });
  joiner.finish();
  check_senders(seen);
}

/// The stream as a HELO, without what may make it the answer to another word.
void check_helo(std::string_view stream) {
  std::string helo{stream.substr(0, stream.find('\n'))};
  if (helo.find(" command ") != std::string::npos ||
      helo.find(" address ") != std::string::npos ||
      helo.find(" access ") != std::string::npos)
    return;
  std::optional<std::string> told;
  maillog::reader reader{latest};
  reader.read("Apr  4 04:38:31 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from "
              "u[192.0.2.1]: 554 5.7.1 <u[192.0.2.1]>: Client host rejected: "
              "no; from=<a@a.example> to=<b@b.example> proto=SMTP helo=<" +
                  helo + '>',
              [&](const event& of) { told = copied(of); });
  require(told == "a192.0.2.1 a@a.example b@b.example   554 5.7.1 "
                  "<u[192.0.2.1]>: Client host rejected: no ",
          "a HELO changes nothing");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size < 1)
    return 0;
  const std::string_view stream = fuzz::text_of(data + 1, size - 1);
  const std::size_t piece = std::max<std::size_t>(data[0], 1);
  require(events_of(stream, piece) == events_of(stream, stream.size() + 1),
          "no cut of the stream changes an event");
  check_mails(stream);
  check_helo(stream);
  return 0;
}
