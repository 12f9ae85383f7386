#include "core/maillog/log_line.hpp"

#include "core/maillog/scan.hpp"
#include "core/maillog/time_stamp.hpp"

namespace spfblock::maillog {
namespace {

/// Takes `<...>`, a priority, if it stands there.
void take_priority(std::string_view& rest) noexcept {
  constexpr std::size_t longest = 20;
  if (!rest.starts_with('<'))
    return;
  const auto end = rest.substr(0, longest).find('>');
  if (end != nowhere)
    rest.remove_prefix(end + 1);
}

/// Takes `PROGRAM[PID]: ` or `PROGRAM: `.
std::optional<std::string_view> take_program(std::string_view& rest) noexcept {
  const auto end = rest.find_first_of("[: ");
  if (end == nowhere || end == 0 || rest[end] == ' ')
    return std::nullopt;
  const auto program = rest.substr(0, end);
  rest.remove_prefix(end);
  if (rest.front() == '[' && !take_until(rest, "]"))
    return std::nullopt;
  if (!take(rest, ":"))
    return std::nullopt;
  (void)take(rest, " ");
  return program;
}

/// Behind the time stamp of a syslog daemon: `HOST PROGRAM[PID]: TEXT`.
std::optional<log_line> syslog_line(std::string_view stamp,
                                    std::string_view rest) noexcept {
  if (rest.starts_with('<')) {
    take_priority(rest);
    (void)take(rest, " ");
  }
  if (!take_until(rest, " "))
    return std::nullopt;
  const auto program = take_program(rest);
  if (!program)
    return std::nullopt;
  return log_line{stamp, *program, rest};
}

/// RFC 5424: `1 STAMP HOST PROGRAM PID MSGID STRUCTURED-DATA TEXT`.
std::optional<log_line> rfc5424_line(std::string_view rest) noexcept {
  const auto stamp = take_word(rest);
  (void)take_word(rest);
  const auto program = take_word(rest);
  (void)take_word(rest);
  (void)take_word(rest);
  const bool data = rest.starts_with('[');
  if (time_stamp_size(stamp) != stamp.size() ||
      !take_until(rest, data ? "] " : "- "))
    return std::nullopt;
  return log_line{stamp, program, rest};
}

/// What rspamd writes itself: `#PID(KIND) <TAG>; MODULE; FUNCTION: TEXT`, and
/// spamd: `[PID] info: spamd: TEXT`.
std::optional<log_line> own_line(std::string_view stamp,
                                 std::string_view rest) noexcept {
  if (rest.starts_with('#') && take_until(rest, ") "))
    return log_line{stamp, "rspamd", rest};
  if (rest.starts_with('[') && take_until(rest, "] ") && take_until(rest, ": "))
    return log_line{stamp, "spamd", rest};
  return std::nullopt;
}

} // namespace

std::optional<log_line> take_apart(std::string_view line) noexcept {
  take_priority(line);
  if (take(line, "1 "))
    return rfc5424_line(line);
  const auto size = time_stamp_size(line);
  if (size == 0 || size == line.size() || line[size] != ' ')
    return std::nullopt;
  const auto stamp = line.substr(0, size);
  const auto rest = line.substr(size + 1);
  if (rest.starts_with('#') || rest.starts_with('['))
    return own_line(stamp, rest);
  return syslog_line(stamp, rest);
}

std::string_view daemon_of(std::string_view program) noexcept {
  if (!program.starts_with("postfix"))
    return program;
  const auto slash = program.rfind('/');
  return slash == nowhere ? program : program.substr(slash + 1);
}

} // namespace spfblock::maillog
