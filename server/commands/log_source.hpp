// One file of the mail log, event by event.
#pragma once

#include "core/maillog/line_cutter.hpp"
#include "core/maillog/reader.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/local_zone.hpp"
#include "server/system/octet_source.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::server {

/// Of which zone times are that name none: a log of the traditional form has
/// them as the clocks of its machine showed them.
enum class unnamed_zone : bool { of_this_machine, utc };

/// Reads a file, or a stream, from where its descriptor stands.
///
/// Failures are errc::temporary: it cannot be read, or ends within what gzip(1)
/// wrote.
class log_source {
public:
  /// @param descriptor stays open
  /// @param name what messages call it
  static result<log_source> of(int descriptor, const std::string& name,
                               unnamed_zone zone);

  /// Goes to the next event that has its turn at `limit` or later, and tells of
  /// those before it, with their zones.
  /// @return whether there is one
  [[nodiscard]] result<bool> advance(std::chrono::sys_seconds limit,
                                     const maillog::reader::receiver& to);

  /// When the event is to be told, among those of other sources: its moment, or
  /// where it has none that of the one before; what a content filter says is
  /// told two seconds before.  @pre advance() gave true
  [[nodiscard]] std::chrono::sys_seconds turn() const noexcept;

  /// Tells of the event that advance() came to.  @pre advance() gave true
  void tell(const maillog::reader::receiver& to);

  /// What was read so far.
  [[nodiscard]] const maillog::line_counts& counts() const noexcept {
    return reader_.counts();
  }

private:
  log_source(octet_source from, std::chrono::sys_seconds latest,
             unnamed_zone zone)
      : octets_{std::move(from)},
        zone_{zone},
        latest_{latest},
        reader_{latest} {}

  [[nodiscard]] result<std::optional<std::string_view>> next_line();
  [[nodiscard]] maillog::event with_zone(maillog::event next);

  octet_source octets_;
  unnamed_zone zone_;
  local_zone here_;
  std::chrono::sys_seconds latest_;
  maillog::reader reader_;
  maillog::line_cutter lines_;
  bool ended_ = false;
  std::string_view line_;         ///< of the event
  std::chrono::sys_seconds at_{}; ///< its moment
  bool is_score_ = false;
};

} // namespace spfblock::server
