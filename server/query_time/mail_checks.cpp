#include "server/query_time/mail_checks.hpp"

#include "server/system/clocks.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

using log::event_of;
using log::kind;
using query_time::claim;
using query_time::docket;
using query_time::verdict;

namespace {

std::uint64_t& count_of(verdict said, query_time::totals& in) {
  switch (said) {
  case verdict::passes: return in.passes;
  case verdict::does_not: return in.does_not;
  case verdict::sought: return in.sought;
  case verdict::open: break;
  }
  return in.open;
}

void call(const std::vector<std::function<void()>>& all) {
  for (const auto& each : all)
    each();
}

} // namespace

mail_checks::mail_checks(boost::asio::io_context& io, const log_sink& log,
                         const published<table::snapshot>& table,
                         std::size_t most_answer_bytes)
    : io_{io},
      log_{log},
      table_{table},
      most_answer_bytes_{most_answer_bytes},
      docket_{docket::limits{}, [this] { return random_(); }},
      late_{io, [this] { carry_out(docket_.give_up(read_clocks().steady)); }},
      posting_{life_.present()} {}

void mail_checks::apply(const config::query_time_settings& settings,
                        bool has_door, std::weak_ptr<dns::resolver> questions,
                        std::function<spf::rules(const dns::name&)> rules) {
  defers_ = settings.unknown == config::unknown_mail::defer;
  has_door_ = has_door;
  wait_ = settings.wait;
  give_up_all();
  checks_ = std::make_shared<spf::asked_checks>(
      std::move(questions),
      life_.guarded([this](const dns::name& domain, std::size_t bytes) {
        put_aside(domain, bytes);
      }),
      most_answer_bytes_);
  rules_ = std::move(rules);
  docket_.clear();
  functions told;
  {
    const std::lock_guard alone{access_};
    known_.clear();
    told = released_all();
  }
  call(told);
}

void mail_checks::stop() {
  life_.end();
  late_.stop();
  give_up_all();
  functions told;
  {
    const std::lock_guard alone{access_};
    is_stopped_ = true;
    told = released_all();
  }
  call(told);
}

// On serving threads
// -----------------------------------------------------------

verdict mail_checks::say(const claim& of) {
  {
    const std::lock_guard alone{access_};
    if (const auto said = known_.find(of, read_clocks().steady)) {
      ++count_of(*said, totals_);
      return *said;
    }
    if (posted_ >= most_posted || is_stopped_) {
      ++totals_.open;
      ++turned_away_;
      return verdict::open;
    }
    ++posted_;
    ++totals_.sought;
  }
  boost::asio::post(io_, [this, posting = posting_, of] {
    if (!posting.over())
      want(of);
  });
  return verdict::sought;
}

std::optional<moment> mail_checks::await(const claim& of,
                                         std::function<void()> told) {
  const moment now = read_clocks().steady;
  const std::lock_guard alone{access_};
  const auto said = known_.find(of, now);
  if (is_stopped_ || !lets_wait() || how_many_wait_ >= most_waiting ||
      said.value_or(verdict::sought) != verdict::sought)
    return std::nullopt;
  waiting& here =
      waiting_.try_emplace(of, waiting{now + wait_.load(), {}}).first->second;
  if (now >= here.until)
    return std::nullopt;
  ++totals_.waits;
  here.told.push_back(std::move(told));
  ++how_many_wait_;
  return here.until;
}

query_time::totals mail_checks::totals() const {
  const std::lock_guard alone{access_};
  query_time::totals all = totals_;
  all.checks.over_budget += turned_away_;
  all.checks.put_aside = put_aside_;
  return all;
}

// With access_
// --------------------------------------------------------------------

/// Those who wait for a claim, who do so no more.
mail_checks::functions mail_checks::released(const claim& of) {
  const auto found = waiting_.extract(of);
  if (found.empty())
    return {};
  how_many_wait_ -= found.mapped().told.size();
  return std::move(found.mapped().told);
}

mail_checks::functions mail_checks::released_all() {
  functions all;
  while (!waiting_.empty()) {
    for (auto& each : released(waiting_.begin()->first))
      all.push_back(std::move(each));
  }
  return all;
}

// On the controlling thread
// ----------------------------------------------------

/// Meanwhile another mail may have led to it, and the table may be another one.
void mail_checks::want(const claim& what) {
  const moment now = read_clocks().steady;
  {
    const std::lock_guard alone{access_};
    --posted_;
    if (known_.find(what, now))
      return;
  }
  const auto table = table_.load();
  const table::listing* const by =
      table->decided_by_mail(what.domain, what.client);
  if (by != nullptr && by->waits->domain == what.domain)
    return carry_out(docket_.wanted(what, *by->waits, now));
  functions told;
  {
    const std::lock_guard alone{access_};
    told = released(what);
  }
  call(told);
}

void mail_checks::ended(std::uint64_t number, const spf::host_check& made) {
  carry_out(docket_.ended(number, made, read_clocks().steady));
}

/// The log is told once a minute at most: a spammer decides how often it is.
void mail_checks::put_aside(const dns::name& domain, std::size_t bytes) {
  {
    const std::lock_guard alone{access_};
    ++put_aside_;
  }
  const moment now = read_clocks().steady;
  if (told_aside_at_ && now - *told_aside_at_ < std::chrono::minutes{1})
    return;
  told_aside_at_ = now;
  log_.write(event_of<kind::mail_check_put_aside>{}
                 .with("domain", domain.to_string())
                 .with("answer_bytes", bytes));
}

void mail_checks::give_up_all() {
  if (checks_)
    checks_->give_up_all();
}

void mail_checks::carry_out(docket::effect what) {
  functions told;
  {
    const std::lock_guard alone{access_};
    totals_.checks = docket_.counted();
    for (const docket::knowledge& each : what.know) {
      known_.put(each.of, each.said, each.until);
      if (each.said == verdict::sought)
        continue;
      for (auto& one : released(each.of))
        told.push_back(std::move(one));
    }
  }
  call(told);
  for (const dns::name& each : what.everybody)
    log_.write(event_of<kind::mail_passes_everybody>{}.with("domain",
                                                            each.to_string()));
  for (const dns::name& each : what.no_more)
    log_.write(
        event_of<kind::mail_passes_some>{}.with("domain", each.to_string()));
  if (!checks_)
    return;
  for (const std::uint64_t each : what.given_up)
    checks_->give_up(each);
  for (const docket::check& each : what.begin) {
    checks_->begin(each.number, each.of, rules_(each.of.domain),
                   life_.guarded([this, number = each.number](
                                     const spf::host_check& made) {
                     ended(number, made);
                   }));
  }
  if (const auto next = docket_.next())
    late_.set(*next);
}

} // namespace spfblock::server
