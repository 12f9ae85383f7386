// Keeps the files of `publish` up to date with the table that answers.
#pragma once

#include "core/config/publish_section.hpp"
#include "core/domains/domain_book.hpp"
#include "core/domains/file_upkeep.hpp"
#include "core/exports/heading.hpp"
#include "core/reports/file_status.hpp"
#include "core/table/snapshot.hpp"
#include "server/publish/table_file.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace spfblock::server {

/// How often a file was written, and was not.
struct file_totals {
  std::uint64_t written = 0;
  std::uint64_t failed = 0;
};

/// A published file, as the pages tell of it.
struct published_state {
  reports::file_status status;
  file_totals totals;
};

/// Writes the files when domains::file_upkeep says so, on a thread of its own,
/// which gives way to lookups: one file after the other.
///
/// After a start a file that is there stays until every domain was looked at
/// once: what an earlier process knew is better than a table that only begins.
/// A file that is not there is written at once, for somebody wants to read it.
///
/// A file that cannot be written is logged, once as long as it fails for the
/// same reason, and stops nothing.
///
/// Belongs to the thread of `io`.
class file_publisher {
public:
  /// What the files are to say.
  struct content {
    std::shared_ptr<const table::snapshot> table;     ///< never null
    std::shared_ptr<const domains::domain_book> book; ///< never null
    bool is_current = false; ///< the table is of what the book says
  };

  /// @param present gives what is so now; called on the thread of `io`
  file_publisher(boost::asio::io_context& io, const log_sink& log,
                 std::function<content()> present);
  ~file_publisher();
  file_publisher(const file_publisher&) = delete;
  file_publisher& operator=(const file_publisher&) = delete;

  /// Keeps these files from now on.  One that is no longer among them stays as
  /// it is; one that could not be written is tried at once.
  /// @param from of what they say of their origin
  void apply(const std::vector<config::published_file>& files,
             const exports::provenance& from);

  /// Lookups are answered from another table.  Nothing is written before this
  /// was called once.
  void table_changed();

  /// In the order of the configuration.
  [[nodiscard]] std::vector<published_state> state() const;

  /// No file is begun any more.
  void give_up();

  /// @return whether no file is being written by then.
  /// @pre give_up() was called
  [[nodiscard]] bool ended_by(moment limit);

private:
  struct publication;

  void follow(publication& of, const domains::step& next);
  void keep(publication& of);
  void kept(publication& of, table_file::report what);
  void tell(publication& of, const table_file::report& what);

  boost::asio::io_context& io_;
  const log_sink& log_;
  std::function<content()> present_;
  std::vector<std::unique_ptr<publication>> files_;
  bool has_table_ = false;
  /// Whether every domain was looked at; of the thread that writes.
  std::shared_ptr<bool> has_begun_ = std::make_shared<bool>(false);
  boost::asio::thread_pool writer_{1};
};

} // namespace spfblock::server
