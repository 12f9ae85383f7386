#include "server/commands/log_source.hpp"

#include "server/system/clocks.hpp"

#include <sys/stat.h>
#include <utility>

namespace spfblock::server {
namespace {

/// How much later than the end of a mail a filter may log what it said of it: a
/// second, and what whole seconds do not tell.
constexpr std::chrono::seconds filters_delay{2};

/// About when a log ends: when its file was last written, else now.
std::chrono::sys_seconds end_of(int descriptor) {
  struct stat of {};
  if (fstat(descriptor, &of) == 0 && S_ISREG(of.st_mode))
    return std::chrono::sys_seconds{std::chrono::seconds{of.st_mtime}};
  return read_clocks().wall;
}

} // namespace

result<log_source> log_source::of(int descriptor, const std::string& name,
                                  unnamed_zone zone) {
  auto octets = octet_source::of(descriptor, name);
  if (!octets)
    return octets.error();
  return log_source{*std::move(octets), end_of(descriptor), zone};
}

/// The same with the zone of its time, where the line names none.
maillog::event log_source::with_zone(maillog::event next) {
  if (next.at && !next.zone)
    next.zone = zone_ == unnamed_zone::utc
                    ? std::chrono::seconds{0}
                    : *next.at - here_.moment_of(*next.at);
  return next;
}

result<bool> log_source::advance(std::chrono::sys_seconds limit,
                                 const maillog::reader::receiver& to) {
  bool found = false;
  const maillog::reader::receiver take = [&](const maillog::event& read) {
    const maillog::event next = with_zone(read);
    at_ = maillog::moment_of(next).value_or(at_);
    is_score_ = next.kind == maillog::event_kind::scored;
    found = turn() >= limit;
    if (!found)
      to(next);
  };
  while (!found) {
    const auto line = next_line();
    if (!line)
      return line.error();
    if (!*line)
      return false;
    line_ = **line;
    reader_.read(line_, take);
  }
  return true;
}

std::chrono::sys_seconds log_source::turn() const noexcept {
  return is_score_ ? at_ - filters_delay : at_;
}

// Read again: an event's texts may be no longer there than its line is read.
void log_source::tell(const maillog::reader::receiver& to) {
  maillog::reader{latest_}.read(
      line_, [&](const maillog::event& read) { to(with_zone(read)); });
}

/// Nothing at the end.
result<std::optional<std::string_view>> log_source::next_line() {
  for (;;) {
    if (const auto line = lines_.next())
      return std::optional{*line};
    if (ended_)
      return std::optional<std::string_view>{};
    const auto piece = octets_.next();
    if (!piece)
      return piece.error();
    if (piece->empty()) {
      ended_ = true;
      return lines_.last();
    }
    lines_.put(*piece);
  }
}

} // namespace spfblock::server
