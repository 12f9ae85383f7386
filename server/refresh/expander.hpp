// Expands the domains that are due, on a thread of its own.
#pragma once

#include "core/config/settings.hpp"
#include "core/dns/resolver.hpp"
#include "core/domains/domain_book.hpp"
#include "core/domains/state.hpp"
#include "core/spf/crawl.hpp"
#include "core/support/timestamp.hpp"
#include "server/system/alarm.hpp"
#include "server/system/lifetime.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace spfblock::server {

/// Keeps the book of domains, and looks at those that are due.
///
/// What records cost, they cost on this thread: evaluations, and what becomes
/// of their results (domain_book).  It gives way to lookups, and nothing waits
/// for it.  The controlling thread asks the DNS for it, hears news, and reads a
/// copy of the book, which is another one after each.
///
/// Of the looks that wait the one that is the least dear goes first
/// (spf::crawl::scheduler): so a domain waits for one look that has begun, at
/// most a third of a second of one processor, and else for those only that have
/// cost less than it.
///
/// The public functions belong to the thread of `io`.
class expander {
public:
  /// What happened since the news before.
  struct news {
    domains::book_change change;
    std::array<std::uint64_t, 3> ended{}; ///< expansions, by spf::outcome
    bool applied = false; ///< the configuration of the last apply() is in force
  };

  /// @param io outlives this
  /// @param tell is called on the thread of `io`, when book() is as the news
  ///        say; not after give_up()
  expander(boost::asio::io_context& io, std::function<void(news)> tell);
  ~expander();
  expander(const expander&) = delete;
  expander& operator=(const expander&) = delete;

  /// Takes over a configuration; news tell when.  Expansions under way are
  /// given up.
  /// @param known what an earlier process knew, for the first one
  void apply(const config::settings& settings,
             std::weak_ptr<dns::resolver> questions,
             std::optional<domains::state> known = std::nullopt);

  /// Takes over the configuration that is in force once more, as apply(): by
  /// the calendar as it is now other entries may have ended.
  void apply_again(const config::settings& settings,
                   std::weak_ptr<dns::resolver> questions);

  /// What is known of the domains, as of the last news.
  [[nodiscard]] const domains::domain_book& book() const noexcept {
    return *shown_;
  }

  /// The same, to be read by any thread.
  [[nodiscard]] std::shared_ptr<const domains::domain_book>
  shared_book() const noexcept {
    return shown_;
  }

  /// Ends whatever is under way, without news of it.
  void give_up();

  /// @return whether its thread has ended by then.  @pre give_up() was called
  [[nodiscard]] bool ended_by(moment limit) const;

private:
  /// A configuration on its way.
  struct order {
    bool is_other; ///< not the one that is in force
    config::settings settings;
    std::optional<domains::state> known;
    std::weak_ptr<dns::resolver> questions;
    std::shared_ptr<const std::atomic<bool>> given_up;
  };

  order make_order(bool is_other, const config::settings& settings,
                   std::optional<domains::state> known,
                   std::weak_ptr<dns::resolver> questions);
  void give(order what);

  // On its own thread.
  void run(std::promise<void> ended);
  void take_over(order what);
  void end();
  void refresh();
  void look_at(moment due);
  void settled(domains::role as, const spf::expansion& result);
  spf::crawl::surroundings surroundings();
  void end_looks();
  void line_up(std::uint64_t dear, std::function<void()> look);
  void do_next_look();
  void note(domains::book_change change);
  void tell_soon();
  void tell();

  // On that of `io`.
  void heard(news what, std::shared_ptr<const domains::domain_book> book);

  boost::asio::io_context& io_;
  std::function<void(news)> tell_;
  std::shared_ptr<const domains::domain_book> shown_ =
      std::make_shared<const domains::domain_book>();
  std::shared_ptr<std::atomic<bool>> given_up_; ///< the present expansions
  lifetime heard_;                              ///< until give_up()
  const lifetime::watch hearing_ = heard_.present();

  // Of its own thread from here on.
  boost::asio::io_context own_{1};
  std::optional<
      boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>
      until_end_;
  domains::domain_book book_;
  std::shared_ptr<const std::atomic<bool>> looks_given_up_;
  std::shared_ptr<dns::resolver> questions_;
  alarm due_;           ///< a domain is
  moment next_round_{}; ///< not before
  std::shared_ptr<spf::answer_room> room_ =
      std::make_shared<spf::answer_room>(); ///< of the expansions under way
  /// By how dear they are; of equal ones the first first.
  std::multimap<std::uint64_t, std::function<void()>> looks_;
  lifetime looking_; ///< of the expansions under way
  news untold_;
  bool has_untold_ = false;
  bool telling_ = false; ///< news are on their way
  moment tells_at_{};    ///< not before
  alarm soon_;           ///< to tell

  std::future<void> ended_;
  std::thread thread_;
};

} // namespace spfblock::server
