#include "server/commands/mail_log.hpp"

#include "core/support/text.hpp"
#include "server/commands/log_source.hpp"
#include "server/system/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <list>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

/// All programs that log as mail, and what filters content beside them.
constexpr const char* journal_command =
    "exec journalctl --quiet --no-pager --all --output=short-iso "
    "SYSLOG_FACILITY=2 + SYSLOG_IDENTIFIER=rspamd + SYSLOG_IDENTIFIER=spamd";

/// A file that is named, and what is read of it.
struct named_log {
  std::string name;
  std::size_t number = 0; ///< as it was named
  unnamed_zone zone = unnamed_zone::of_this_machine;
  descriptor file{};
  std::chrono::sys_seconds begins{};  ///< when its first event has its turn
  std::optional<log_source> source{}; ///< on its next event
};

failure read_failure(const std::string& name) {
  return {
      errc::temporary,
      fmt::format("cannot read {}: {}", printable(name),
                  std::error_code{errno, std::generic_category()}.message())};
}

result<named_log> open_log(const std::string& name, std::size_t number,
                           unnamed_zone zone) {
  const bool is_stdin = name == "-";
  named_log made{is_stdin ? "standard input" : name, number, zone};
  made.file = descriptor{is_stdin ? dup(STDIN_FILENO)
                                  : open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!made.file.is_open())
    return read_failure(made.name);
  return made;
}

/// Limits of log_source::advance(): the next event, and all that there are.
constexpr auto at_once = std::chrono::sys_seconds::min();
constexpr auto never = std::chrono::sys_seconds::max();

/// When the first event of a file has its turn; one without any comes last.
result<std::chrono::sys_seconds> begin_of(const named_log& log) {
  auto opened = log_source::of(log.file.number(), log.name, log.zone);
  if (!opened)
    return opened.error();
  log_source source = *std::move(opened);
  const auto has_event = source.advance(at_once, [](const auto&) {});
  if (!has_event)
    return has_event.error();
  return *has_event ? source.turn() : never;
}

/// Tells of several files in the order of their events.
class merging {
public:
  explicit merging(const maillog::reader::receiver& to) : to_{&to} {}

  std::optional<failure> add(const std::string& name, unnamed_zone zone);
  std::optional<failure> run();

  /// What was read of those that have come to their end.
  [[nodiscard]] const maillog::line_counts& counts() const noexcept {
    return counts_;
  }

private:
  using logs = std::list<named_log>;

  std::optional<failure> start(named_log with);
  std::optional<failure> start_due();
  std::optional<failure> go_on(logs::iterator with,
                               std::chrono::sys_seconds limit);
  [[nodiscard]] std::chrono::sys_seconds
  turn_of_others(const named_log& than) const noexcept;
  void count(const log_source& ended);
  [[nodiscard]] logs::iterator next();

  const maillog::reader::receiver* to_;
  maillog::line_counts counts_;
  logs waiting_; ///< for their turn
  logs open_;    ///< each on an event
};

/// Opens a file, and looks when it begins; what cannot be read a second time,
/// as a pipe, is begun.
std::optional<failure> merging::add(const std::string& name,
                                    unnamed_zone zone) {
  auto opened = open_log(name, waiting_.size() + open_.size(), zone);
  if (!opened)
    return opened.error();
  named_log made = *std::move(opened);
  const off_t place = lseek(made.file.number(), 0, SEEK_CUR);
  if (place < 0)
    return start(std::move(made));
  const auto begins = begin_of(made);
  if (!begins)
    return begins.error();
  made.begins = *begins;
  if (lseek(made.file.number(), place, SEEK_SET) < 0)
    return read_failure(made.name);
  waiting_.push_back(std::move(made));
  return std::nullopt;
}

std::optional<failure> merging::run() {
  waiting_.sort([](const named_log& a, const named_log& b) {
    return std::tie(a.begins, a.number) < std::tie(b.begins, b.number);
  });
  for (;;) {
    if (auto failed = start_due())
      return failed;
    if (open_.empty())
      return std::nullopt;
    const auto now = next();
    now->source->tell(*to_);
    if (auto failed = go_on(now, turn_of_others(*now)))
      return failed;
  }
}

std::optional<failure> merging::start(named_log with) {
  auto opened = log_source::of(with.file.number(), with.name, with.zone);
  if (!opened)
    return opened.error();
  with.source = *std::move(opened);
  open_.push_back(std::move(with));
  return go_on(std::prev(open_.end()), at_once);
}

/// Starts those that are to be told of before the next of the open ones is.
std::optional<failure> merging::start_due() {
  while (!waiting_.empty() &&
         (open_.empty() || waiting_.front().begins <= next()->source->turn())) {
    named_log due = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto failed = start(std::move(due)))
      return failed;
  }
  return std::nullopt;
}

/// When one that is not this has its turn.
std::chrono::sys_seconds
merging::turn_of_others(const named_log& than) const noexcept {
  auto made = waiting_.empty() ? never : waiting_.front().begins;
  for (const named_log& each : open_) {
    if (&each != &than)
      made = std::min(made, each.source->turn());
  }
  return made;
}

/// Tells of what has its turn before `limit`; at its end, a file is done with.
std::optional<failure> merging::go_on(logs::iterator with,
                                      std::chrono::sys_seconds limit) {
  const auto has_event = with->source->advance(limit, *to_);
  if (!has_event)
    return has_event.error();
  if (!*has_event) {
    count(*with->source);
    open_.erase(with);
  }
  return std::nullopt;
}

void merging::count(const log_source& ended) {
  counts_.lines += ended.counts().lines;
  counts_.events += ended.counts().events;
}

/// Whose event has its turn.  @pre open_ is not empty
merging::logs::iterator merging::next() {
  return std::min_element(open_.begin(), open_.end(),
                          [](const named_log& a, const named_log& b) {
                            return std::tuple{a.source->turn(), a.number} <
                                   std::tuple{b.source->turn(), b.number};
                          });
}

std::optional<failure> read_files(const log_choice& choice,
                                  const maillog::reader::receiver& to,
                                  maillog::line_counts& counts) {
  merging all{to};
  bool has_stdin = false;
  for (const auto& [files, zone] :
       {std::pair{&choice.files, unnamed_zone::of_this_machine},
        std::pair{&choice.utc_files, unnamed_zone::utc}}) {
    for (const std::string& each : *files) {
      if (each == "-" && std::exchange(has_stdin, true))
        continue; // there is but one
      if (auto failed = all.add(each, zone))
        return failed;
    }
  }
  auto failed = all.run();
  counts = all.counts();
  return failed;
}

std::optional<failure> read_journal(const maillog::reader::receiver& to,
                                    maillog::line_counts& counts) {
  // A fixed command: nothing from outside is in it.
  FILE* const journal = popen(journal_command, "re");
  if (!journal)
    return failure{errc::temporary, "cannot run journalctl"};
  std::optional<failure> failed;
  if (auto opened = log_source::of(fileno(journal), "the journal",
                                   unnamed_zone::of_this_machine)) {
    log_source source = *std::move(opened);
    if (const auto ended = source.advance(never, to); !ended)
      failed = ended.error();
    counts = source.counts();
  } else {
    failed = opened.error();
  }
  if (pclose(journal) != 0 && !failed)
    failed = {errc::temporary,
              "journalctl failed; name the files of the mail log"};
  return failed;
}

/// Adds an option that says an end of the period that is looked at.
void offer_moment(CLI::App& command, const std::string& name,
                  const std::string& purpose,
                  std::optional<std::chrono::sys_seconds>& into) {
  command
      .add_option_function<std::string>(
          name,
          [name, &into](std::string typed) {
            unmark(typed);
            into = maillog::read_moment(typed);
            if (!into)
              throw CLI::ValidationError{
                  name, in_quotes(typed) + " is no day, YYYY-MM-DD, nor a "
                                           "time, \"YYYY-MM-DD HH:MM\""};
          },
          purpose)
      ->option_text("TIME");
}

} // namespace

void offer_log_options(command_line& to, CLI::App& command, log_choice& into) {
  offer_moment(command, "--since",
               "Leave out what was before this day, or time:\n"
               "YYYY-MM-DD, or \"YYYY-MM-DD HH:MM\", as the log has it",
               into.period.since);
  offer_moment(command, "--until",
               "Leave out what was from this day, or time, on",
               into.period.until);
  command.add_flag("--json", into.as_json, "Print JSON (docs/mail-log.md)");
  command
      .add_option("--utc", to.as_typed(into.utc_files),
                  "A LOG as well, whose times without a zone are of UTC; may\n"
                  "be given again")
      ->type_name("LOG")
      ->allow_extra_args(false);
  command
      .add_option("LOG", to.as_typed(into.files),
                  "The mail log; - reads stdin (default: the journal)")
      ->type_name("");
}

std::optional<maillog::line_counts>
read_mail_log(const log_choice& choice, const maillog::reader::receiver& to) {
  maillog::line_counts counts;
  const auto failed = choice.has_files() ? read_files(choice, to, counts)
                                         : read_journal(to, counts);
  if (!failed)
    return counts;
  std::cerr << "spfblock: " << failed->message << '\n';
  return std::nullopt;
}

} // namespace spfblock::server
