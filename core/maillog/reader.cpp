#include "core/maillog/reader.hpp"

#include "core/maillog/forms.hpp"
#include "core/maillog/journal.hpp"
#include "core/maillog/log_line.hpp"
#include "core/maillog/time_stamp.hpp"

namespace spfblock::maillog {

void reader::read(std::string_view line, const receiver& to) {
  ++counts_.lines;
  if (line.starts_with('{')) {
    read_journal(line, to);
    return;
  }
  const auto parts = take_apart(line);
  const auto read_text = parts ? reader_of(daemon_of(parts->program)) : nullptr;
  auto made = read_text ? read_text(parts->text) : std::nullopt;
  if (!made)
    return;
  ++counts_.events;
  made->at = read_time_stamp(parts->stamp, latest_);
  made->zone = zone_of_time_stamp(parts->stamp);
  to(*made);
}

void reader::read_journal(std::string_view line, const receiver& to) {
  const auto entry = read_journal_entry(line);
  const auto read_text = entry ? reader_of(daemon_of(entry->program)) : nullptr;
  auto made = read_text ? read_text(entry->text) : std::nullopt;
  if (!made)
    return;
  ++counts_.events;
  made->at = entry->at;
  made->zone = std::chrono::minutes{0};
  to(*made);
}

} // namespace spfblock::maillog
