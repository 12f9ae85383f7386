#include "core/spf/asked_check.hpp"

#include "core/dns/asker.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::spf {

struct asked_checks::task {
  std::uint64_t number = 0;
  envelope of;
  rules by;
  receiver done;
  std::size_t asked = 0; ///< questions, before it was put aside too
  answer_room::stay stay{};
  std::shared_ptr<dns::asker> asker = std::make_shared<dns::asker>();
  dns::answer_store answers{};
  std::size_t outstanding = 0; ///< answers to wait for
  bool is_over = false;        ///< it ended, or was put aside
};

asked_checks::asked_checks(std::weak_ptr<dns::resolver> from,
                           aside_receiver told_aside, std::size_t most)
    : from_{std::move(from)},
      told_aside_{std::move(told_aside)},
      room_{most} {
  room_.enter(*this);
}

void asked_checks::begin(std::uint64_t number, const envelope& of,
                         const rules& by, receiver done) {
  const auto made =
      std::make_shared<task>(task{number, of, by, std::move(done)});
  made->stay = room_.begin();
  begin(made);
}

void asked_checks::begin(std::shared_ptr<task> of) {
  under_way_.push_back(of);
  advance(of);
}

void asked_checks::give_up(std::uint64_t number) {
  const auto found = std::find_if(
      under_way_.begin(), under_way_.end(),
      [number](const auto& each) { return each->number == number; });
  if (found != under_way_.end())
    end(std::shared_ptr{*found});
  if (const auto waits = waiting_.extract(number); !waits.empty())
    room_.withdraw(waits.mapped());
  room_.let_in();
}

void asked_checks::give_up_all() {
  room_.give_up();
  waiting_.clear();
  while (!under_way_.empty())
    end(std::shared_ptr{under_way_.back()});
}

void asked_checks::end(const std::shared_ptr<task>& of) {
  of->is_over = true;
  of->answers = {};
  room_.end(of->stay);
  room_.gave_back(of->stay.bytes);
  std::erase(under_way_, of);
}

std::size_t asked_checks::largest(answer_room::ticket since) const {
  const auto found = answer_room::largest_of(under_way_, since);
  return found == under_way_.end() ? 0 : (*found)->stay.bytes;
}

std::size_t asked_checks::all(answer_room::ticket since) const {
  return answer_room::all_of(under_way_, since);
}

/// It may need twice as much as it held, as a look at a domain does
/// (crawl::put_aside).
void asked_checks::put_aside(answer_room::ticket since) {
  const auto of = *answer_room::largest_of(under_way_, since);
  end(of);
  const std::size_t needed = std::min(2 * of->stay.bytes, most_answer_bytes);
  const auto anew = std::make_shared<task>(
      task{of->number, of->of, of->by, std::move(of->done), of->asked});
  waiting_[of->number] = room_.wait(needed, [this, needed, anew] {
    waiting_.erase(anew->number);
    anew->stay = room_.begin(needed);
    begin(anew);
  });
  if (told_aside_ && of->stay.promised == 0) // not again and again
    told_aside_(of->of.domain, of->stay.bytes);
}

void asked_checks::advance(const std::shared_ptr<task>& of) {
  const auto from = from_.lock();
  if (!from)
    return;
  rules by = of->by;
  if (of->stay.bytes > most_answer_bytes)
    by.asks_no_more = over_work;
  host_check now = check_host(of->of, of->answers, by, parsed_);
  if (now.missing.empty()) {
    now.questions = std::max(now.questions, of->asked);
    const auto self = shared_from_this();
    end(of);
    of->done(now);
    room_.let_in();
    return;
  }
  of->asked += now.missing.size();
  of->outstanding = now.missing.size();
  for (const dns::question& asked : now.missing)
    from->resolve(
        asked, of->asker,
        [self = shared_from_this(), of, asked](const dns::answer& given) {
          self->answered(of, asked, given);
        });
}

void asked_checks::answered(const std::shared_ptr<task>& of,
                            const dns::question& asked,
                            const dns::answer& given) {
  if (of->is_over)
    return;
  of->answers.put(asked, given);
  of->stay.bytes += given.bytes();
  room_.took(given.bytes());
  --of->outstanding;
  room_.make_room();
  if (!of->is_over && of->outstanding == 0)
    advance(of);
}

void ask_and_check(const envelope& of, const rules& by,
                   std::weak_ptr<dns::resolver> from,
                   asked_checks::receiver done) {
  std::make_shared<asked_checks>(std::move(from))
      ->begin(0, of, by, std::move(done));
}

} // namespace spfblock::spf
