#include "server/publish/table_file.hpp"

#include "core/support/text.hpp"
#include "server/system/file.hpp"

#include <algorithm>
#include <new>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {

using outcome = domains::file_upkeep::outcome;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr mode_t mode_for_readers = 0644;

bool is_other_than_file(const std::string& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) &&
         !S_ISLNK(there.st_mode);
}

} // namespace

table_file::table_file(config::published_file of, exports::provenance from)
    : of_{std::move(of)},
      from_{std::move(from)} {}

table_file::report
table_file::keep(const std::shared_ptr<const table::snapshot>& table,
                 replaceable former, sys_seconds now) {
  if (is_other_than_file(of_.file))
    return {.trouble =
                "cannot write " + in_quotes(of_.file) + ": not a regular file"};
  if (!std::exchange(is_clean_, true))
    ::unlink(config::fresh_name(of_.file).c_str());
  const auto there = look();
  if (there && there == file_ && table_.lock() == table) {
    last_.how = outcome::same;
    return last_;
  }
  try {
    if (there && says(*table, *there))
      return kept(outcome::same, table);
    const sys_seconds former_at{seconds{there ? there->modified_s : 0}};
    if (there && former == replaceable::no)
      return {.how = outcome::early, .changed_at = former_at};
    const report done =
        write(*table, there ? std::max(now, former_at + seconds{1}) : now);
    return done.how == outcome::written ? kept(outcome::written, table) : done;
  } catch (const std::bad_alloc&) {
    return {.trouble = "cannot write " + in_quotes(of_.file) +
                       ": it is too large for the memory"};
  }
}

std::optional<table_file::identity> table_file::look() const {
  struct stat there {};
  if (::stat(of_.file.c_str(), &there) != 0)
    return std::nullopt;
  return identity{there.st_dev, there.st_ino, there.st_size,
                  there.st_mtim.tv_sec, there.st_mtim.tv_nsec};
}

std::string table_file::document(const table::snapshot& of,
                                 sys_seconds at) const {
  exports::provenance from = from_;
  from.at = at;
  return exports::document(of_.as, of, from);
}

/// Whether the file is what would be written at the time that it has.
bool table_file::says(const table::snapshot& table, const identity& there) {
  const auto text = read_file_if_any(of_.file, longest_compared);
  if (!text || !*text)
    return false;
  const sys_seconds at{seconds{there.modified_s}};
  if (**text != document(table, at))
    return false;
  last_ = {.contents = exports::contents_of(of_.as, **text), .changed_at = at};
  return true;
}

table_file::report table_file::write(const table::snapshot& table,
                                     sys_seconds at) {
  const std::string text = document(table, at);
  const auto why = replace_file(
      of_.file, config::fresh_name(of_.file), text, mode_for_readers,
      file_access{::geteuid(), ::getegid(), mode_for_readers, at});
  if (why)
    return {.trouble = why->message};
  last_ = {.how = outcome::written,
           .contents = exports::contents_of(of_.as, text),
           .changed_at = at};
  return last_;
}

/// The file is of this table.
table_file::report
table_file::kept(outcome how,
                 const std::shared_ptr<const table::snapshot>& table) {
  table_ = table;
  file_ = look();
  last_.how = how;
  return last_;
}

} // namespace spfblock::server
