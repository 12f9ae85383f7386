#include "core/spf/asked_check.hpp"

#include "core/dns/asker.hpp"

#include <cstddef>
#include <utility>

namespace spfblock::spf {
namespace {

struct task {
  envelope of;
  rules by;
  std::weak_ptr<dns::resolver> from;
  std::function<void(const host_check&)> done;
  std::shared_ptr<parsed_records> parsed;
  std::shared_ptr<dns::asker> asker = std::make_shared<dns::asker>();
  dns::answer_store answers{};
  std::size_t outstanding = 0; ///< answers to wait for
};

void advance(const std::shared_ptr<task>& what) {
  const auto from = what->from.lock();
  if (!from)
    return;
  const host_check now =
      check_host(what->of, what->answers, what->by, *what->parsed);
  if (now.missing.empty())
    return what->done(now);
  what->outstanding = now.missing.size();
  for (const dns::question& asked : now.missing)
    from->resolve(asked, what->asker, [what, asked](const dns::answer& given) {
      what->answers.put(asked, given);
      if (--what->outstanding == 0)
        advance(what);
    });
}

} // namespace

void ask_and_check(const envelope& of, const rules& by,
                   std::weak_ptr<dns::resolver> from,
                   std::function<void(const host_check&)> done,
                   std::shared_ptr<parsed_records> parsed) {
  advance(std::make_shared<task>(
      task{of, by, std::move(from), std::move(done), std::move(parsed)}));
}

} // namespace spfblock::spf
