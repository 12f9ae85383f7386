#include "tests/support/hostile_run.hpp"

#include "server/refresh/refresher.hpp"
#include "server/serving/pulse.hpp"
#include "server/system/clocks.hpp"
#include "tests/support/answers_resolver.hpp"
#include "tests/support/costly_records.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <numeric>
#include <utility>

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

config::settings settings_for(const std::string& domain) {
  config::settings made;
  made.state_file.clear();
  made.allow.providers.clear();
  if (domain.empty())
    return made;
  config::spf_domain of;
  of.name = *dns::name::from_text(domain);
  made.domains.emplace_back(of, *table::action::parse("REJECT"));
  return made;
}

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

  void take(unsigned number, double scale) {
    auto made = costly_record(number, scale);
    const auto resolver =
        std::make_shared<answers_resolver>(io_, std::move(made.answers));
    refresher_.apply(settings_for(""), resolver);
    const std::uint64_t before = ended();
    mark();
    const double begin = others();
    refresher_.apply(settings_for("l.test"), resolver);
    while (ended() == before || refresher_.book().expanding() > 0)
      io_.run_one();
    const double cost = others() - begin;
    if (cost <= toll_.expansion)
      return;
    toll_.expansion = cost;
    toll_.dearest = fmt::format("no. {}: {}", number, made.shape);
  }

  [[nodiscard]] const toll& so_far() const noexcept { return toll_; }

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

toll toll_of(unsigned first, unsigned count, double scale) {
  patient one;
  for (unsigned i = 0; i < count; ++i)
    one.take(first + i, scale);
  return one.so_far();
}

} // namespace spfblock::testing
