#include "server/commands/suggest_looks.hpp"

#include "core/domains/expansion_rules.hpp"
#include "core/spf/asked_check.hpp"
#include "core/spf/crawl.hpp"
#include "core/spf/rules.hpp"
#include "core/suggest/look_of.hpp"
#include "server/commands/progress_line.hpp"
#include "server/dns/make_resolver.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

namespace spfblock::server {
namespace {

/// Names that are expanded at a time.
constexpr std::size_t most_at_once = 64;

/// What one of them may cost: there are many, and each is an enemy's.
constexpr std::uint64_t most_work = spf::work_limit / 20;

/// Counts what is asked.
class counted_resolver : public dns::resolver {
public:
  counted_resolver(std::shared_ptr<dns::resolver> from, std::size_t& left)
      : from_{std::move(from)},
        left_{&left} {}

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override {
    *left_ -= std::min<std::size_t>(*left_, 1);
    from_->resolve(asked, std::move(by), std::move(done));
  }

private:
  std::shared_ptr<dns::resolver> from_;
  std::size_t* left_;
};

using expansions = std::unordered_map<dns::name, spf::expansion>;
using envelopes = std::vector<spf::envelope>;

/// Expands names, some at a time, as long as there is a budget.
class round {
public:
  round(std::vector<domains::domain_book::assignment> due,
        domains::domain_book& book, const configuration& by,
        std::size_t& budget)
      : due_{std::move(due)},
        book_{&book},
        left_{&budget},
        questions_{std::make_shared<counted_resolver>(
            make_resolver(io_, log_, by), budget)},
        crawl_{std::make_shared<spf::crawl>(std::weak_ptr{questions_})},
        progress_{io_, due_.size()} {}

  expansions run() {
    while (next_ < due_.size() && under_way_ < most_at_once)
      begin();
    io_.run();
    return std::move(made_);
  }

private:
  void begin() {
    const auto& of = due_[next_++];
    if (*left_ == 0) {
      progress_.one_more();
      return;
    }
    ++under_way_;
    spf::rules by = of.by;
    by.work = most_work;
    crawl_->expand(of.domain, by,
                   [this, as = of.role](const spf::expansion& result) {
                     end(as, result);
                   });
  }

  void end(domains::role as, const spf::expansion& result) {
    --under_way_;
    book_->settle(as, result, read_clocks());
    if (as == domains::role::listed)
      made_.emplace(result.domain, result);
    progress_.one_more();
    while (next_ < due_.size() && under_way_ < most_at_once)
      begin();
  }

  std::vector<domains::domain_book::assignment> due_;
  domains::domain_book* book_;
  std::size_t* left_;
  boost::asio::io_context io_{1};
  log_sink log_{level::warning};
  std::shared_ptr<dns::resolver> questions_;
  std::shared_ptr<spf::crawl> crawl_;
  progress_line progress_;
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  expansions made_;
};

/// Lists the names; none of them is configured.
void list(const std::vector<dns::name>& names, config::settings& in) {
  for (const dns::name& each : names) {
    config::spf_domain made;
    made.name = each;
    made.on_permerror = in.on_permerror;
    made.limits = in.limits;
    in.domains.emplace_back(std::move(made), in.action);
  }
  // What one of them lists has nothing to do with the others.
  in.limits.total = {std::nullopt, std::nullopt};
}

/// The mails about which a term of the mail decides.
envelopes undecided_mails(const std::vector<const suggest::sender*>& senders,
                          const expansions& by) {
  envelopes made;
  for (const suggest::sender* of : senders) {
    for (const suggest::sending& each : of->sendings) {
      const auto at = by.find(each.domain);
      if (at == by.end() ||
          !at->second.residue.addresses.contains(each.address))
        continue;
      if (auto about = spf::envelope::of(each.address, each.sender, each.helo))
        made.push_back(*std::move(about));
    }
  }
  return made;
}

/// Has check_host() run for each, one after the other.
void check(const envelopes& mails, const configuration& by, std::size_t& budget,
           suggest::looks_by_name& into) {
  for (const spf::envelope& each : mails) {
    if (budget == 0)
      return;
    boost::asio::io_context io{1};
    const log_sink log{level::warning};
    const auto questions =
        std::make_shared<counted_resolver>(make_resolver(io, log, by), budget);
    spf::ask_and_check(each, domains::rules_for(each.domain, by.settings),
                       std::weak_ptr<dns::resolver>{questions},
                       [&](const spf::host_check& made) {
                         const net::address_set host{net::ip_prefix::containing(
                             each.client, net::width(each.client.family()))};
                         suggest::look& of = into.at(each.domain);
                         if (made.result == spf::host_result::pass)
                           of.passes |= host;
                         else if (made.result == spf::host_result::temperror)
                           of.undecided |= host;
                         io.stop();
                       });
    io.run();
  }
}

} // namespace

suggest::looks_by_name
look_at(const std::vector<dns::name>& names,
        const std::vector<const suggest::sender*>& senders,
        domains::domain_book& book, configuration& by, std::size_t& budget) {
  list(names, by.settings);
  book.apply(by.settings, own_addresses(), read_clocks());
  const expansions found =
      round{book.take_due(read_clocks()), book, by, budget}.run();
  suggest::looks_by_name made;
  for (const domains::known_domain& each : book.domains()) {
    const auto at = found.find(each.domain.name);
    if (each.role == domains::role::listed && at != found.end())
      made.emplace(at->first,
                   suggest::look_of(at->second, each, book.allowed()));
  }
  check(undecided_mails(senders, found), by, budget, made);
  return made;
}

} // namespace spfblock::server
