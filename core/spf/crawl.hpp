// One refresh: expands domains by asking every question once, however many
// domains need the answer.
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"
#include "core/dns/resolver.hpp"
#include "core/spf/answer_room.hpp"
#include "core/spf/expansion.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/rules.hpp"

#include <tsl/hopscotch_map.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace spfblock::spf {

/// Expands domains independently of each other over shared answers.
///
/// Looks what is missing, asks for all of that at once, and looks again when
/// the answers are in; each round goes one include deeper.  Evaluates when
/// nothing is to be expected any more.  Each domain is an
/// asker of its own: one that is slow, silent or over rules::dns_queries
/// neither delays nor changes another.  What has to be sent for a question,
/// because servers are silent or truncate, counts for nothing: a question is
/// one.
///
/// All looks at a domain may cost rules::work together, and so may an
/// evaluation that finds something missing, and the last one: three times as
/// much in all.  When it is spent before all is known, or the answers take more
/// than most_answer_bytes, nothing more is asked, and whom that leaves
/// undecided is over the work (permerror).
///
/// What the answers of all domains take together is bounded (answer_room): the
/// look that holds most begins anew when there is room.
///
/// Belongs to one thread.  Lives as long as an expansion is under way, or waits
/// for room.
class crawl : public std::enable_shared_from_this<crawl>,
              private answer_room::holder {
public:
  /// Questions of one domain that are asked at once; what is read at a time of
  /// answers that are as large as they can be is bounded by it.
  static constexpr std::size_t most_at_once = 256;

  /// What the answers to the questions of one domain may take of memory: more
  /// than four times what 10 mx of 10 hosts each take where all answers are as
  /// large as they can be.
  static constexpr std::size_t most_answer_bytes = std::size_t{64} << 20U;

  /// Decides when a look is done; see `dear`.
  /// @param dear how much is to be expected of it, compared with others
  using scheduler =
      std::function<void(std::uint64_t dear, std::function<void()> look)>;

  /// What a crawl may leave to others; each may be empty.
  struct surroundings {
    scheduler later = {};                   ///< else each look is done at once
    std::shared_ptr<answer_room> room = {}; ///< else of its own
    /// Is told that the look at a domain was put aside, and what it held; once
    /// of each.
    std::function<void(const dns::name&, std::size_t bytes)> put_aside = {};
  };

  /// @param from if it is destroyed, the crawl is abandoned: nothing is done
  ///        or reported any more
  explicit crawl(std::weak_ptr<dns::resolver> from)
      : crawl{std::move(from), surroundings{}} {}
  crawl(std::weak_ptr<dns::resolver> from, surroundings among);
  crawl(const crawl&) = delete;
  crawl& operator=(const crawl&) = delete;
  ~crawl() override;

  /// Expands `domain`; `done` is called once, later or within this call.
  /// Where it is given up (rules::given_up), `done` is not called.
  void expand(const dns::name& domain, const rules& by,
              std::function<void(const expansion&)> done);

private:
  struct task;

  // What it holds of the room.
  [[nodiscard]] std::size_t looks() const override;
  [[nodiscard]] std::size_t largest(answer_room::ticket since) const override;
  [[nodiscard]] std::size_t all(answer_room::ticket since) const override;
  void drop_unused() override;
  void put_aside(answer_room::ticket since) override;

  void begin(const dns::name& domain, const rules& by,
             std::function<void(const expansion&)> done,
             answer_room::stay in_room);
  void end(const std::shared_ptr<task>& of);
  void keep(const dns::question& asked, const dns::answer& given);

  void advance_later(const std::shared_ptr<task>& of);
  void advance(const std::shared_ptr<task>& of);
  void ask(const std::shared_ptr<task>& of, std::vector<dns::question> missing);
  void ask_next(const std::shared_ptr<task>& of);
  void answered(const std::shared_ptr<task>& of, const dns::question& asked,
                const dns::answer& given);
  void take(task& of, const dns::question& asked, const dns::answer& given);

  std::weak_ptr<dns::resolver> from_;
  surroundings among_;
  dns::answer_store answers_;
  /// By how many looks under way each answer was asked for.
  tsl::hopscotch_map<dns::question, std::size_t> users_;
  std::size_t unused_ = 0; ///< answers that none did
  std::vector<std::shared_ptr<task>> under_way_;
  parsed_records parsed_;
};

} // namespace spfblock::spf
