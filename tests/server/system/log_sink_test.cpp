#include "server/system/descriptor.hpp"
#include "server/system/log_sink.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <syslog.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace log_sink_test {

using namespace spfblock;
using namespace spfblock::server;
using log::event_of;
using log::kind;
using testing::in_child;
using clock_type = std::chrono::steady_clock;

namespace {

/// Standard error is a pipe that is read when the test says so.  For children.
class piped_stderr {
public:
  piped_stderr() {
    std::signal(SIGPIPE, SIG_IGN); // a thread may write on to the end
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      std::abort();
    from_ = descriptor{ends[0]};
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
  }

  /// What stands before the next LF; "" at the end.
  std::string line() {
    for (;;) {
      const auto end = text_.find('\n');
      if (end != std::string::npos) {
        std::string first = text_.substr(0, end);
        text_.erase(0, end + 1);
        return first;
      }
      char piece[65536];
      const auto size = ::read(from_.number(), piece, sizeof piece);
      if (size <= 0)
        return {};
      text_.append(piece, static_cast<std::size_t>(size));
    }
  }

  /// So many lines, LF between them.
  std::string lines(int count) {
    std::string text = line();
    while (--count > 0)
      text += '\n' + line();
    return text;
  }

private:
  descriptor from_;
  std::string text_;
};

log::event numbered(std::size_t number, std::size_t by = 0) {
  return event_of<kind::table_published>{}
      .with("ipv4_networks", by)
      .with("domains", number);
}

std::string numbered_line(std::size_t number) {
  return numbered(number).line();
}

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

/// More lines than any queue holds, while nobody reads.
/// @return what is wrong
std::string flood() {
  piped_stderr out;
  constexpr std::size_t lines = 100'000;
  std::optional<log_sink> log{std::in_place};
  for (std::size_t i = 0; i < lines; ++i)
    log->write(numbered(i));
  const std::uint64_t lost = log->lost();
  if (lost == 0 || lost >= lines)
    return fmt::format("{} lost", lost);

  std::size_t next = 0;
  std::string line = out.line();
  for (; line == numbered_line(next); line = out.line())
    ++next;
  if (line != fmt::format("log lines lost lines={}", lost))
    return "after " + std::to_string(next) + ": " + line;
  if (next + lost != lines)
    return fmt::format("{} read, {} lost", next, lost);
  log->write(numbered(7));
  if (const auto after = out.line(); after != numbered_line(7))
    return "afterwards: " + after;
  return log->lost() == lost ? "as it should be" : "more lost";
}

/// The end comes while nobody reads.
std::string end_without_reader() {
  const piped_stderr out;
  std::optional<log_sink> log{std::in_place};
  for (std::size_t i = 0; i < 1000; ++i)
    log->write(numbered(i));
  const auto begin = clock_type::now();
  log.reset();
  return seconds_since(begin) < 5 ? "ended" : "too late";
}

/// The end comes before what is queued was read.
std::string end_with_late_reader() {
  piped_stderr out;
  std::optional<log_sink> log{std::in_place};
  for (std::size_t i = 0; i < 1000; ++i)
    log->write(numbered(i));
  std::string wrong = "all there";
  std::thread reader{[&out, &wrong] {
    for (std::size_t i = 0; i < 1000; ++i)
      if (const auto line = out.line(); line != numbered_line(i))
        wrong = line;
  }};
  log.reset();
  reader.join();
  return wrong;
}

std::string several_threads() {
  piped_stderr out;
  constexpr std::size_t threads = 4;
  constexpr std::size_t lines = 2000;
  std::string wrong = "each in its order";
  {
    const log_sink log;
    std::vector<std::thread> all;
    for (std::size_t by = 0; by < threads; ++by)
      all.emplace_back([&log, by] {
        for (std::size_t i = 0; i < lines; ++i)
          log.write(numbered(i, by));
      });
    std::vector<std::size_t> next(threads);
    for (std::size_t i = 0; i < threads * lines; ++i) {
      const std::string line = out.line();
      std::size_t by = 0;
      while (by < threads && line != numbered(next[by], by).line())
        ++by;
      if (by == threads) {
        wrong = line;
        break;
      }
      ++next[by];
    }
    for (std::thread& each : all)
      each.join();
  }
  return wrong;
}

/// Nobody can be written to: the log is lost, and counted.
std::string no_stderr() {
  ::close(STDERR_FILENO);
  std::optional<log_sink> log{std::in_place};
  log->write(numbered(1));
  const auto begin = clock_type::now();
  while (log->lost() == 0 && seconds_since(begin) < 10)
    std::this_thread::yield();
  return log->lost() == 0 ? "not counted" : "counted";
}

std::string made_non_blocking() {
  piped_stderr out;
  ::fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
  const log_sink log;
  for (std::size_t i = 0; i < 1000; ++i)
    log.write(numbered(i));
  for (std::size_t i = 0; i < 1000; ++i)
    if (const auto line = out.line(); line != numbered_line(i))
      return line;
  return "all there";
}

std::string syslog_away() {
  piped_stderr out;
  config::log_settings to_syslog;
  to_syslog.target = config::log_target::syslog;
  {
    log_sink log;
    log.configure(to_syslog);
    log.write(numbered(1));
    log.write(numbered(2));
  }
  return out.lines(3);
}

std::string to_the_journal() {
  piped_stderr out;
  struct stat file {};
  ::fstat(STDERR_FILENO, &file);
  ::setenv("JOURNAL_STREAM",
           fmt::format("{}:{}", file.st_dev, file.st_ino).c_str(), 1);
  {
    const log_sink log{level::debug};
    log.write(event_of<kind::port_unavailable>{}.with("reason", "x y"));
    log.write(event_of<kind::address_found>{});
  }
  return out.lines(2);
}

} // namespace

TEST_CASE("log_sink: who writes never waits for a reader; what had no room is "
          "counted, and told where it is missing",
          "[server][log_sink]") {
  CHECK(in_child(flood) == "as it should be");
}

TEST_CASE("log_sink: the end waits for a reader, and not for ever",
          "[server][log_sink]") {
  CHECK(in_child(end_without_reader) == "ended");
  CHECK(in_child(end_with_late_reader) == "all there");
}

TEST_CASE("log_sink: lines of several threads are whole, those of one in order",
          "[server][log_sink]") {
  CHECK(in_child(several_threads) == "each in its order");
}

TEST_CASE("log_sink: lines that cannot be written are counted",
          "[server][log_sink]") {
  CHECK(in_child(no_stderr) == "counted");
}

TEST_CASE("log_sink: a standard error that somebody made non-blocking loses "
          "nothing",
          "[server][log_sink]") {
  CHECK(in_child(made_non_blocking) == "all there");
}

TEST_CASE("log_sink: without syslog lines go to standard error, which is told",
          "[server][log_sink]") {
  if (::access(_PATH_LOG, F_OK) == 0)
    return; // there is one
  CHECK(in_child(syslog_away) ==
        "syslog unavailable, standard error instead reason=\"No such file or "
        "directory\"\n" +
            numbered_line(1) + '\n' + numbered_line(2));
}

TEST_CASE("log_sink: for the journal each line begins with its severity",
          "[server][log_sink]") {
  CHECK(in_child(to_the_journal) ==
        "<3>port unavailable reason=\"x y\"\n<7>address found");
}

} // namespace log_sink_test
