// One refresh: expands domains by asking every question once, however many
// domains need the answer.
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/rules.hpp"
#include "server/resolver.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace spfblock::server {

/// Expands domains independently of each other over shared answers.
///
/// Evaluates, asks at once for all that is missing, and evaluates again when
/// the answers are in; each round goes one include deeper.  A slow name server
/// delays the domains that need it and no other.
///
/// Belongs to one thread.  Lives as long as an expansion is under way.
class crawl : public std::enable_shared_from_this<crawl> {
public:
  /// @param from if it is destroyed, the crawl is abandoned: nothing is done
  ///        or reported any more
  explicit crawl(std::weak_ptr<resolver> from);

  /// Expands `domain`; `done` is called once, later or within this call.
  void expand(const dns::name& domain, const spf::rules& by,
              std::function<void(const spf::expansion&)> done);

  /// Questions asked so far.
  [[nodiscard]] std::size_t questions() const noexcept { return questions_; }

private:
  struct task {
    dns::name domain;
    spf::rules by;
    std::function<void(const spf::expansion&)> done;
    std::size_t outstanding = 0; ///< answers to wait for
  };

  void advance(const std::shared_ptr<task>& of);
  void await_answer(const dns::question& asked, std::shared_ptr<task> by);
  void answered(const dns::question& asked, const dns::answer& given);

  std::weak_ptr<resolver> from_;
  dns::answer_store answers_;
  tsl::hopscotch_map<dns::question, std::vector<std::shared_ptr<task>>>
      waiting_;
  std::size_t questions_ = 0;
};

} // namespace spfblock::server
