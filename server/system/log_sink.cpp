#include "server/system/log_sink.hpp"

#include "server/system/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

using log::event_of;
using log::kind;

// The queue is a text.  In front of each line of it stands `<N>` with its
// severity, as sd-daemon(3) has it; a line of its own says that those behind it
// have another target.
constexpr std::size_t prefix_size = 3;
constexpr std::string_view switch_to_syslog = "!s\n";
constexpr std::string_view switch_to_stderr = "!e\n";

void append_line(std::string& to, const log::event& event) {
  to += '<';
  to += static_cast<char>('0' + static_cast<int>(event.severity()));
  to += '>';
  to += event.line();
  to += '\n';
}

/// Takes the first line, with its end, off `lines`.
std::string_view take_line(std::string_view& lines) {
  const auto line = lines.substr(0, lines.find('\n') + 1);
  lines.remove_prefix(line.size());
  return line;
}

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

/// Waits until standard error takes more: where somebody has made it
/// non-blocking.
void await_stderr() {
  pollfd one{STDERR_FILENO, POLLOUT, 0};
  uninterrupted([&one] { return ::poll(&one, 1, -1); });
}

/// Writes all of it, as far as that can be done.
/// @return what is left
std::string_view write_to_stderr(std::string_view octets) {
  while (!octets.empty()) {
    const auto written = uninterrupted([octets] {
      return ::write(STDERR_FILENO, octets.data(), octets.size());
    });
    if (written >= 0)
      octets.remove_prefix(static_cast<std::size_t>(written));
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      await_stderr();
    else
      break;
  }
  return octets;
}

/// Whether somebody takes what syslog(3) sends; errno says why not.  syslog(3)
/// itself does not tell.
bool syslog_is_there() {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::strncpy(to.sun_path, _PATH_LOG, sizeof to.sun_path - 1);
  const descriptor probe{
      ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!probe.is_open())
    return true; // no descriptor left: syslog(3) may have its own
  return uninterrupted([&] {
           return ::connect(probe.number(),
                            reinterpret_cast<const sockaddr*>(&to), sizeof to);
         }) == 0 ||
         errno == EPROTOTYPE || errno == EAGAIN; // it is a stream; it is busy
}

} // namespace

/// The queue and its thread.  Who puts a line in holds the mutex for as long as
/// that takes to copy; the thread holds it for a swap, never while it writes.
///
/// A thread that is stuck in a write when its time is over is left behind: it
/// has nothing but this.
class log_sink::writer {
public:
  /// Of the lines that are put in from now on.
  void set_target(config::log_target target) {
    const std::lock_guard lock{mutex_};
    if (std::exchange(target_, target) == target)
      return;
    queued_ += target == config::log_target::syslog ? switch_to_syslog
                                                    : switch_to_stderr;
    more_.notify_one();
  }

  void put(const log::event& event) {
    {
      const std::lock_guard lock{mutex_};
      // Once one is lost, so are all that follow, until how many is told.
      if (lost_here_ != 0 ||
          queued_.size() + prefix_size + event.line().size() >= most_queued) {
        ++lost_here_;
        ++lost_;
        return;
      }
      append_line(queued_, event);
    }
    more_.notify_one();
  }

  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

  /// Lets run() return once all is written, and waits for that.
  /// @return whether it came to that in time
  bool finish(std::chrono::milliseconds most) {
    std::unique_lock lock{mutex_};
    finishing_ = true;
    more_.notify_one();
    return end_.wait_for(lock, most, [this] { return finished_; });
  }

  /// For the thread.
  void run() {
    std::string batch;
    while (take(batch))
      write(batch);
    const std::lock_guard lock{mutex_};
    finished_ = true;
    end_.notify_one();
  }

private:
  /// Waits for lines.  How many were lost is told behind them.
  /// @return false at the end
  bool take(std::string& batch) {
    batch.clear();
    std::unique_lock lock{mutex_};
    more_.wait(lock, [this] { return finishing_ || !queued_.empty(); });
    if (queued_.empty())
      return false;
    std::swap(batch, queued_);
    lost_here_ += std::exchange(unwritten_, 0);
    if (lost_here_ != 0)
      append_line(batch, event_of<kind::log_lines_lost>{}.with(
                             "lines", std::exchange(lost_here_, 0)));
    return true;
  }

  void write(std::string_view lines) {
    while (!lines.empty()) {
      if (lines.front() == switch_to_syslog.front()) {
        to_syslog_ = take_line(lines) == switch_to_syslog;
        continue;
      }
      const auto end = lines.find("\n!");
      const auto run = lines.substr(0, end == lines.npos ? end : end + 1);
      lines.remove_prefix(run.size());
      write_run(run);
    }
  }

  void write_run(std::string_view lines) {
    if (to_syslog_)
      choose_syslog();
    if (to_syslog_ && syslog_)
      write_to_syslog(lines);
    else
      write_plain(lines);
  }

  /// Looks whether syslog is there, and tells when that changes.
  void choose_syslog() {
    const bool there = syslog_is_there();
    const int why = errno;
    if (there == std::exchange(syslog_, there))
      return;
    std::string told;
    if (there)
      append_line(told, event_of<kind::syslog_back>{});
    else
      append_line(told, event_of<kind::syslog_unavailable>{}.with(
                            "reason", std::strerror(why)));
    write_plain(told);
  }

  void write_to_syslog(std::string_view lines) {
    if (!std::exchange(opened_, true))
      openlog("spfblock", LOG_PID | LOG_NDELAY, LOG_MAIL);
    while (!lines.empty()) {
      const auto line = take_line(lines);
      const auto text = line.substr(prefix_size, line.size() - prefix_size - 1);
      syslog(line[1] - '0', "%.*s", static_cast<int>(text.size()), text.data());
    }
  }

  void write_plain(std::string_view lines) {
    if (to_journal_)
      return note_unwritten(write_to_stderr(lines));
    std::string plain;
    plain.reserve(lines.size());
    while (!lines.empty())
      plain += take_line(lines).substr(prefix_size);
    note_unwritten(write_to_stderr(plain));
  }

  void note_unwritten(std::string_view left) {
    const auto lines =
        static_cast<std::uint64_t>(std::count(left.begin(), left.end(), '\n'));
    unwritten_ += lines;
    lost_ += lines;
  }

  const bool to_journal_ = stderr_is_the_journal();
  std::atomic<std::uint64_t> lost_ = 0;

  std::mutex mutex_;             ///< of what follows
  std::condition_variable more_; ///< is queued, or it is to finish
  std::condition_variable end_;
  std::string queued_;
  config::log_target target_ = config::log_target::standard_error;
  std::uint64_t lost_here_ = 0; ///< behind what is queued, and not told yet
  bool finishing_ = false;
  bool finished_ = false;

  // Of the thread alone.
  std::uint64_t unwritten_ = 0; ///< lines of batches before, not told yet
  bool to_syslog_ = false;      ///< the target of the next line
  bool syslog_ = true;          ///< it is there, as was told last
  bool opened_ = false;
};

log_sink::log_sink(level lowest)
    : lowest_{lowest},
      writer_{std::make_shared<writer>()},
      thread_{[of = writer_] { of->run(); }} {}

log_sink::~log_sink() {
  if (writer_->finish(last_wait))
    thread_.join();
  else
    thread_.detach();
}

void log_sink::finish() {
  writer_->finish(last_wait);
}

void log_sink::configure(const config::log_settings& settings) {
  lowest_ = settings.level;
  writer_->set_target(settings.target);
}

void log_sink::write(const log::event& event) const {
  if (wants(event.severity()))
    writer_->put(event);
}

std::uint64_t log_sink::lost() const noexcept {
  return writer_->lost();
}

} // namespace spfblock::server
