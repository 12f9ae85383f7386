#include "tests/support/hostile_run.hpp"

#include "server/refresh/refresher.hpp"
#include "server/serving/pulse.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/answers_resolver.hpp"
#include "tests/support/costly_records.hpp"
#include "tests/support/thread_time.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {
namespace {

using namespace server;
using std::chrono::milliseconds;
using std::chrono::seconds;

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) +
         static_cast<double>(now.tv_nsec) / 1e9;
}

config::settings settings_for(const std::vector<std::string>& domains) {
  config::settings made;
  made.state_file.clear();
  made.allow.providers.clear();
  for (const std::string& domain : domains) {
    config::spf_domain of;
    of.name = *dns::name::from_text(domain);
    made.domains.emplace_back(of, *table::action::parse("REJECT"));
  }
  return made;
}

/// Domains d0.test, d1.test ... with two mx of ten hosts each, as many as may
/// be, all of them with as many addresses as RFC 1035 lets an answer have, or
/// nearly.
class hosts_resolver : public dns::resolver {
public:
  static constexpr unsigned addresses = 3276; ///< of a host
  static constexpr unsigned hosts = 10;
  static constexpr unsigned exchanges = 2;
  static constexpr unsigned networks = addresses * hosts * exchanges;

  explicit hosts_resolver(boost::asio::io_context& io) : io_{io} {}

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker>,
               receiver done) override {
    boost::asio::post(
        io_, [done = std::move(done), asked] { done(answer_to(asked)); });
  }

private:
  /// hH.mM.dD.test: the numbers, as many as there are, the last one first.
  static std::vector<unsigned> numbers_in(const std::string& owner) {
    std::vector<unsigned> all;
    for (std::size_t at = 0; owner[at] != 't'; at = owner.find('.', at) + 1)
      all.insert(all.begin(),
                 static_cast<unsigned>(std::stoul(owner.substr(at + 1))));
    return all;
  }

  static dns::answer answer_to(const dns::question& asked) {
    const std::string owner = asked.owner.to_string();
    const auto numbers = numbers_in(owner);
    dns::answer made;
    made.status = dns::answer_status::records;
    if (numbers.size() == 1) {
      made.texts = {fmt::format("v=spf1 mx:m0.{0} mx:m1.{0} -all", owner)};
    } else if (numbers.size() == 2) {
      for (unsigned i = 0; i < hosts; ++i)
        made.exchanges.push_back(
            {1, *dns::name::from_text(fmt::format("h{}.{}", i, owner))});
    } else if (asked.type == dns::rr_type::a) {
      const unsigned host =
          (numbers[0] * exchanges + numbers[1]) * hosts + numbers[2];
      // Every other address from 11.0.0.0 on, so that no two make one network.
      for (unsigned i = 0; i < addresses; ++i)
        made.addresses.push_back(
            net::ip_address::ipv4(0x0b000000U + 2 * (host * addresses + i)));
    } else {
      made.status = dns::answer_status::no_data;
    }
    return made;
  }

  boost::asio::io_context& io_;
};

/// The server without its ports.
class patient {
public:
  patient() {
    config::log_settings quiet;
    quiet.level = level::error;
    log_.configure(quiet);
    threads_.start();
    heart_.start(milliseconds{2}, [this] { beat(); });
  }
  ~patient() {
    heart_.stop();
    threads_.begin_stop(milliseconds{0});
    threads_.join();
    refresher_.stop(read_clocks().steady + seconds{60});
  }
  patient(const patient&) = delete;
  patient& operator=(const patient&) = delete;

  [[nodiscard]] std::shared_ptr<dns::resolver> resolver() {
    return std::make_shared<hosts_resolver>(io_);
  }

  void take(unsigned number, double scale) {
    auto made = costly_record(number, scale);
    const auto resolver =
        std::make_shared<answers_resolver>(io_, std::move(made.answers));
    refresher_.apply(settings_for({}), resolver);
    const std::uint64_t before = ended();
    mark();
    const double begin = others();
    refresher_.apply(settings_for({"l.test"}), resolver);
    while (ended() == before || refresher_.book().expanding() > 0)
      io_.run_one();
    const double cost = others() - begin;
    if (cost <= toll_.expansion)
      return;
    toll_.expansion = cost;
    toll_.dearest = fmt::format("no. {}: {}", number, made.shape);
  }

  [[nodiscard]] const toll& so_far() const noexcept { return toll_; }

  /// Until what is configured is looked at and published.
  /// @param looks that it takes
  toll_of_all::step take(const config::settings& all,
                         std::shared_ptr<dns::resolver> from,
                         std::uint64_t looks) {
    const std::uint64_t before = ended();
    toll_ = {};
    mark();
    const double begin = others();
    bool is_applied = false;
    refresher_.apply(all, std::move(from), [&] { is_applied = true; });
    while (!is_applied || ended() < before + looks ||
           refresher_.book().expanding() > 0 || !refresher_.is_current())
      io_.run_one();
    toll_of_all::step made;
    made.cost = others() - begin;
    made.gap = toll_.gap;
    made.silence = toll_.silence;
    made.listed = table_.load()->ipv4_networks();
    for (const domains::known_domain& each : refresher_.book().domains()) {
      const bool is_cut = std::any_of(
          each.refusals->begin(), each.refusals->end(),
          [](const auto& by) { return by.limit == "total.networks"; });
      if (!is_cut)
        continue;
      ++made.cut;
      if (!each.figures.objections->empty())
        ++made.told;
    }
    return made;
  }

  /// Seconds to make a table of what is listed.
  [[nodiscard]] double table() const {
    return least_seconds_of(
        [this] { const table::snapshot made{refresher_.book().listings()}; },
        2);
  }

private:
  [[nodiscard]] std::uint64_t ended() const {
    const auto& all = refresher_.totals().expansions;
    return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
  }

  /// What the other threads have cost.
  static double others() {
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID) -
           seconds_of(CLOCK_THREAD_CPUTIME_ID);
  }

  void mark() {
    spent_ = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    beaten_ = seconds_of(CLOCK_MONOTONIC);
  }

  void beat() {
    ++toll_.beats;
    toll_.gap =
        std::max(toll_.gap, seconds_of(CLOCK_THREAD_CPUTIME_ID) - spent_);
    toll_.silence =
        std::max(toll_.silence, seconds_of(CLOCK_MONOTONIC) - beaten_);
    mark();
  }

  log_sink log_;
  published<table::snapshot> table_{std::make_shared<const table::snapshot>()};
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      signals_{io_.get_executor()}; ///< what io waits for elsewhere
  serving_threads threads_{2, table_, log_};
  pulse heart_{io_, threads_};
  refresher refresher_{io_, log_, table_};
  toll toll_;
  double spent_ = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  double beaten_ = seconds_of(CLOCK_MONOTONIC);
};

} // namespace

toll_of_all toll_of_filling(std::size_t total) {
  toll_of_all made;
  patient one;
  const auto resolver = one.resolver();
  config::total_limits limits;
  if (total != 0)
    limits.networks = total;
  made.domains = *limits.networks / hosts_resolver::networks;
  std::vector<std::string> names;
  const auto settings = [&] {
    auto with = settings_for(names);
    with.limits.total = limits;
    return with;
  };
  for (std::size_t i = 0; i < made.domains; ++i)
    names.push_back(fmt::format("d{}.test", i));
  made.filled = one.take(settings(), resolver, made.domains);
  names.push_back(fmt::format("d{}.test", made.domains));
  made.over = one.take(settings(), resolver, 1);
  made.again = one.take(settings(), resolver, 0);
  made.table = one.table();
  return made;
}

toll toll_of(unsigned first, unsigned count, double scale) {
  patient one;
  for (unsigned i = 0; i < count; ++i)
    one.take(first + i, scale);
  return one.so_far();
}

} // namespace spfblock::testing
