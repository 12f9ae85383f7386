#include "server/commands/mail_log.hpp"

#include "core/maillog/line_cutter.hpp"
#include "core/support/text.hpp"
#include "server/system/clocks.hpp"
#include "server/system/octet_source.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <iostream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace spfblock::server {
namespace {

/// All programs that log as mail, and what filters content beside them.
constexpr const char* journal_command =
    "exec journalctl --quiet --no-pager --all --output=short-iso "
    "SYSLOG_FACILITY=2 + SYSLOG_IDENTIFIER=rspamd + SYSLOG_IDENTIFIER=spamd";

/// About when a log ends: when its file was last written, else now.
std::chrono::sys_seconds end_of(int descriptor) {
  struct stat of {};
  if (fstat(descriptor, &of) == 0 && S_ISREG(of.st_mode))
    return std::chrono::sys_seconds{std::chrono::seconds{of.st_mtime}};
  return read_clocks().wall;
}

/// Reads one stream to its end, and adds to the counts.
std::optional<failure> read_stream(int descriptor, const std::string& name,
                                   const maillog::reader::receiver& to,
                                   maillog::line_counts& counts) {
  maillog::reader reader{end_of(descriptor)};
  maillog::line_cutter lines;
  const auto read_line = [&](std::string_view line) { reader.read(line, to); };
  auto failed = read_octets(descriptor, name, [&](std::string_view piece) {
    lines.feed(piece, read_line);
  });
  lines.finish(read_line);
  counts.lines += reader.counts().lines;
  counts.events += reader.counts().events;
  return failed;
}

std::optional<failure> read_named(const std::string& file,
                                  const maillog::reader::receiver& to,
                                  maillog::line_counts& counts) {
  if (file == "-")
    return read_stream(STDIN_FILENO, "standard input", to, counts);
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const auto why = std::error_code{errno, std::generic_category()}.message();
    return failure{errc::temporary,
                   fmt::format("cannot read {}: {}", printable(file), why)};
  }
  auto failed = read_stream(descriptor, file, to, counts);
  close(descriptor);
  return failed;
}

std::optional<failure> read_journal(const maillog::reader::receiver& to,
                                    maillog::line_counts& counts) {
  // A fixed command: nothing from outside is in it.
  FILE* const journal = popen(journal_command, "re");
  if (!journal)
    return failure{errc::temporary, "cannot run journalctl"};
  auto failed = read_stream(fileno(journal), "the journal", to, counts);
  if (pclose(journal) != 0 && !failed)
    failed = {errc::temporary,
              "journalctl failed; name the files of the mail log"};
  return failed;
}

bool said(const std::optional<failure>& failed) {
  if (failed)
    std::cerr << "spfblock: " << failed->message << '\n';
  return failed.has_value();
}

} // namespace

void offer_log_options(command_line& to, CLI::App& command, log_choice& into) {
  command.add_flag("--json", into.as_json, "Print JSON (docs/mail-log.md)");
  command
      .add_option("LOG", to.as_typed(into.files),
                  "The mail log; - reads stdin (default: the journal)")
      ->type_name("");
}

std::optional<maillog::line_counts>
read_mail_log(const std::vector<std::string>& files,
              const maillog::reader::receiver& to) {
  maillog::line_counts counts;
  if (files.empty() && said(read_journal(to, counts)))
    return std::nullopt;
  for (const std::string& each : files) {
    if (said(read_named(each, to, counts)))
      return std::nullopt;
  }
  return counts;
}

} // namespace spfblock::server
