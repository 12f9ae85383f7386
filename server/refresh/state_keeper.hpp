// Keeps the state file up to date while the server runs.
#pragma once

#include "core/domains/saving.hpp"
#include "core/domains/state.hpp"
#include "core/domains/state_share.hpp"
#include "server/refresh/state_file.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spfblock::server {

/// What the state file has been through, counted.
struct state_totals {
  std::uint64_t saved = 0;
  std::uint64_t failed = 0;
  std::optional<std::chrono::sys_seconds> saved_at; ///< last
};

/// Saves when domains::saving says so.  The disk is waited for on a thread of
/// its own.
///
/// Domains of which the file has no room are left out, and told; the others are
/// saved.  A state that cannot be saved or read is logged, once as long as it
/// fails for the same reason, and stops nothing.
///
/// Belongs to the thread of `io`.
class state_keeper {
public:
  /// What gives the text of a state, as it was when this was made, within so
  /// many octets; for any thread.
  using source = std::function<domains::saved_text(std::size_t longest)>;

  /// @param current gives what gives the state to save; called on the thread of
  ///        `io`
  state_keeper(boost::asio::io_context& io, const log_sink& log,
               std::function<source()> current);
  ~state_keeper();
  state_keeper(const state_keeper&) = delete;
  state_keeper& operator=(const state_keeper&) = delete;

  /// Keeps the state there from now on; nowhere if `path` is empty.
  /// @param keep_stale how old a state may become of use
  void use(const std::string& path, std::chrono::seconds keep_stale);

  /// Reads what an earlier process saved.  A file that is damaged is put aside.
  /// @param done is called later, not after stop(); with nothing if there is no
  ///        such thing
  void load(std::function<void(std::optional<domains::state>)> done);

  /// Something happened.
  /// @param changed whether more than ages changed
  void note(bool changed);

  /// Saves what is not saved yet, then saves no more.
  /// @param limit when it waits no longer
  /// @return whether all was done by then; if not, that was logged, the former
  ///         state stays, and the destructor still waits for the disk
  bool stop(moment limit);

  /// What came of it so far; the save of stop() does not count.
  [[nodiscard]] const state_totals& totals() const noexcept { return totals_; }

private:
  /// What came of one save.
  struct outcome {
    std::optional<failure> trouble;
    std::vector<dns::name> left_out; ///< domains, by domains::fit()
    std::size_t octets = 0;
  };
  static outcome save_now(state_file& file, const source& state);

  void follow(const domains::step& next);
  void save();
  void saved(const outcome& of);
  void tell(const std::optional<failure>& trouble);
  void tell_left_out(const std::vector<dns::name>& domains);

  boost::asio::io_context& io_;
  const log_sink& log_;
  std::function<source()> current_;
  std::shared_ptr<state_file> file_; ///< used by one job of `writer_` at a time
  domains::saving saving_;
  alarm soon_;          ///< for saving_
  std::string trouble_; ///< of the last save, as it was told
  std::size_t left_out_ = 0;
  state_totals totals_;
  boost::asio::thread_pool writer_{1};
  lifetime life_; ///< until stop()
};

} // namespace spfblock::server
