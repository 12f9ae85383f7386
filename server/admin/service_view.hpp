// What the pages tell of a running service, as it was at one moment.
#pragma once

#include "core/dns/name.hpp"
#include "core/domains/domain_book.hpp"
#include "core/protocols/counts.hpp"
#include "core/query_time/totals.hpp"
#include "core/reports/configuration_status.hpp"
#include "core/reports/health.hpp"
#include "core/reports/status.hpp"
#include "core/support/timestamp.hpp"
#include "core/table/snapshot.hpp"
#include "server/dns/dns_totals.hpp"
#include "server/hits/hit_keeper.hpp"
#include "server/publish/file_publisher.hpp"
#include "server/query_time/mail_checks.hpp"
#include "server/refresh/refresher.hpp"
#include "server/serving/listeners.hpp"
#include "server/serving/published.hpp"
#include "server/serving/serving_threads.hpp"
#include "server/serving/shared_sender_notes.hpp"
#include "server/system/clocks.hpp"
#include "server/system/log_sink.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace spfblock::server {

/// What became of the configurations of SIGHUP.
struct reload_totals {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  bool last_accepted = true;
  /// When the configuration in force was read; at first, at the start.
  std::chrono::sys_seconds accepted_at = read_clocks().wall;
};

/// What a view is taken from.  All outlives the views.
struct service_parts {
  const published<table::snapshot>& table;
  const refresher& refresh;
  const serving_threads& threads;
  const listeners& ports;
  const log_sink& log;
  const dns_totals& dns;   ///< whom the server asks, and what came of it
  const mail_checks& mail; ///< who knows of claims
  const shared_sender_notes& senders;
  const hit_keeper& hits;
  const file_publisher& files;
  const reload_totals& reloads;
  const reports::configuration_status& configuration;
  std::function<reports::vital_signs()> signs; ///< how the service gets on
  std::chrono::sys_seconds started_at;
};

/// The service at one moment.  What is large in it is shared, and changes no
/// more; hits alone go on counting.
///
/// Thread safety: any thread may read it, and drop it.
struct service_view {
  timestamp at;
  std::shared_ptr<const domains::domain_book> book; ///< never null
  std::shared_ptr<const table::snapshot> table;     ///< never null
  bool is_published = false; ///< the table is of what the book says
  reports::configuration_status configuration;
  reports::vital_signs signs; ///< but for `overdue`, which is in the book
  std::vector<std::string> ports_unavailable; ///< why, a text for each
  std::vector<reports::open_port> ports_open;
  std::vector<published_state> files; ///< of `publish`
  bool sees_mail = false;             ///< a door is open that knows the mail
  query_time::totals mail;
  std::unordered_set<dns::name> passing_everybody; ///< by their mail
  refresh_totals refreshed;
  state_totals saves;
  history_totals history;
  std::string history_path; ///< empty: there is none
  dns_totals dns;
  reload_totals reloads;
  protocols::counts counted; ///< by all serving threads
  unsigned connections = 0;
  unsigned most_connections = 0;
  std::uint64_t log_lines_lost = 0;
  std::chrono::sys_seconds started_at;
  listing_hits hits;
  const listing_numbers* numbers = nullptr;   ///< of the hits; never null
  std::shared_ptr<hit_record> hits_over_time; ///< never null
  hit_totals hits_kept;

  /// Lookups answered with a network of the listing since the start.
  [[nodiscard]] std::uint64_t hits_of(const std::string& listing) const;

  /// Those answered with a network listed by hand.
  [[nodiscard]] std::uint64_t network_hits() const;

  /// Those answered with anything.
  [[nodiscard]] std::uint64_t hits_in_all() const;

  /// Gives the hits over time, all that are counted up to now among them, to
  /// `use`, which is not to take long.  Not on a thread with a deadline.
  template <class Use>
  auto read_hits(Use use) const {
    hits_over_time->harvest(hits, at.wall);
    return hits_over_time->read(std::move(use));
  }
};

/// The service as it is now.  Costs no more for a large book or table than for
/// a small one: it may be taken on a thread with a deadline.
///
/// On the controlling thread.
[[nodiscard]] service_view take_view(const service_parts& of);

} // namespace spfblock::server
