#include "server/system/log_sink.hpp"

#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

namespace spfblock::server {
namespace {

/// Whether $JOURNAL_STREAM names the file that is standard error
/// (systemd.exec(5)).
bool stderr_is_the_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat file {};
  if (stream == nullptr || fstat(STDERR_FILENO, &file) != 0)
    return false;
  return stream ==
         std::to_string(file.st_dev) + ':' + std::to_string(file.st_ino);
}

} // namespace

log_sink::log_sink() : to_journal_{stderr_is_the_journal()} {}

log_sink::~log_sink() {
  closelog();
}

void log_sink::configure(const config::log_settings& settings) {
  const bool to_syslog = settings.target == config::log_target::syslog;
  if (to_syslog)
    openlog("spfblock", LOG_PID | LOG_NDELAY, LOG_MAIL);
  lowest_ = settings.level;
  to_syslog_ = to_syslog;
}

void log_sink::write(const log::event& event) const {
  if (!wants(event.severity()))
    return;
  const int severity = static_cast<int>(event.severity());
  if (to_syslog_) {
    syslog(severity, "%s", event.line().c_str());
    return;
  }
  std::string line;
  if (to_journal_)
    line = '<' + std::to_string(severity) + '>';
  line += event.line();
  line += '\n';
  // One write, so that the lines of several threads do not mix.
  [[maybe_unused]] const auto written =
      ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace spfblock::server
