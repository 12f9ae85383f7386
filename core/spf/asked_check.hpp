// check_host() for mails, by asking the DNS.
#pragma once

#include "core/dns/name.hpp"
#include "core/dns/resolver.hpp"
#include "core/spf/answer_room.hpp"
#include "core/spf/check_host.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/rules.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace spfblock::spf {

/// Checks of mails that are under way: asks what check_host() lacks until it
/// lacks nothing.
///
/// What the answers to all of them take together is bounded, as of looks at
/// domains (answer_room): the check that holds most is put aside, and begins
/// anew when there is room.  So a domain whose answers are large makes its own
/// checks late, and no others.  They share the records that were parsed, so
/// that many at a time hold no more of them than one.
///
/// Not thread-safe: belongs to the thread of the resolver.
class asked_checks : public std::enable_shared_from_this<asked_checks>,
                     private answer_room::holder {
public:
  /// What the answers to one check may take of memory: more than twice what is
  /// on one way within the limits of RFC 7208, where all of them are as large
  /// as they can be.  Beyond it nothing more is asked, and what that leaves
  /// open is over the work (permerror).
  static constexpr std::size_t most_answer_bytes = std::size_t{32} << 20U;

  /// What those to all checks may take.
  static constexpr std::size_t most_bytes = std::size_t{64} << 20U;

  using receiver = std::function<void(const host_check&)>;
  /// Is told that the check of a mail was put aside, and what it held; once of
  /// each.
  using aside_receiver = std::function<void(const dns::name&, std::size_t)>;

  /// @param from if it is destroyed, nothing is asked or reported any more
  /// @param most bytes of all answers
  explicit asked_checks(std::weak_ptr<dns::resolver> from,
                        aside_receiver told_aside = {},
                        std::size_t most = most_bytes);
  asked_checks(const asked_checks&) = delete;
  asked_checks& operator=(const asked_checks&) = delete;
  ~asked_checks() override = default;

  /// Begins a check.
  /// @param number not that of a check under way
  /// @param done is called once, later or within this call, unless it is given
  ///        up; its `questions` count those asked before it was put aside
  void begin(std::uint64_t number, const envelope& of, const rules& by,
             receiver done);

  /// Gives back what the check holds; `done` is not called.  Nothing happens
  /// if it has ended.
  void give_up(std::uint64_t number);
  void give_up_all();

  /// What the answers take, and how many checks wait for room.
  [[nodiscard]] std::size_t held() const noexcept { return room_.held(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return room_.waiting(); }

private:
  struct task;

  // What it holds of the room.
  [[nodiscard]] std::size_t looks() const override { return under_way_.size(); }
  [[nodiscard]] std::size_t largest(answer_room::ticket since) const override;
  [[nodiscard]] std::size_t all(answer_room::ticket since) const override;
  void drop_unused() override {}
  void put_aside(answer_room::ticket since) override;

  void begin(std::shared_ptr<task> of);
  void end(const std::shared_ptr<task>& of);
  void advance(const std::shared_ptr<task>& of);
  void answered(const std::shared_ptr<task>& of, const dns::question& asked,
                const dns::answer& given);

  std::weak_ptr<dns::resolver> from_;
  aside_receiver told_aside_;
  answer_room room_;
  parsed_records parsed_;
  std::vector<std::shared_ptr<task>> under_way_;
  std::unordered_map<std::uint64_t, answer_room::ticket> waiting_;
};

/// One check, which is not given up.
/// @param done is called once, later or within this call; not at all if the
///        resolver is destroyed before
void ask_and_check(const envelope& of, const rules& by,
                   std::weak_ptr<dns::resolver> from,
                   asked_checks::receiver done);

} // namespace spfblock::spf
