// One file of the mail log, event by event.
#pragma once

#include "core/maillog/line_cutter.hpp"
#include "core/maillog/reader.hpp"
#include "core/support/result.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/octet_source.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spfblock::server {

/// Reads a file, or a stream, from where its descriptor stands.
///
/// Failures are errc::temporary: it cannot be read, or ends within what gzip(1)
/// wrote.
class log_source {
public:
  /// @param descriptor stays open
  /// @param name what messages call it
  static result<log_source> of(int descriptor, const std::string& name);

  /// Goes to the next event that has its turn at `limit` or later, and tells of
  /// those before it.
  /// @return whether there is one
  [[nodiscard]] result<bool> advance(std::chrono::sys_seconds limit,
                                     const maillog::reader::receiver& to);

  /// When the event is to be told, among those of other sources: its time, or
  /// where it has none that of the one before; what a content filter says is
  /// told two seconds before.  @pre advance() gave true
  [[nodiscard]] std::chrono::sys_seconds turn() const noexcept;

  /// Tells of the event that advance() came to.  @pre advance() gave true
  void tell(const maillog::reader::receiver& to) const;

  /// What was read so far.
  [[nodiscard]] const maillog::line_counts& counts() const noexcept {
    return reader_.counts();
  }

private:
  log_source(octet_source from, std::chrono::sys_seconds latest)
      : octets_{std::move(from)},
        latest_{latest},
        reader_{latest} {}

  [[nodiscard]] result<std::optional<std::string_view>> next_line();

  octet_source octets_;
  std::chrono::sys_seconds latest_;
  maillog::reader reader_;
  maillog::line_cutter lines_;
  bool ended_ = false;
  std::string_view line_; ///< of the event
  std::chrono::sys_seconds at_{};
  bool is_score_ = false;
};

} // namespace spfblock::server
