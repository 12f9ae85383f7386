#include "server/admin/page_maker.hpp"

#include "server/system/background.hpp"
#include "server/system/gzip.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <new>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

admin_reply refusal(const char* why) {
  return {503, "text/plain; charset=utf-8", why};
}

admin_reply compressed(admin_reply reply, const std::atomic<bool>& given_up) {
  if (auto packed = gzip(reply.body, given_up)) {
    reply.body = *std::move(packed);
    reply.coding = content_coding::gzip;
  }
  return reply;
}

} // namespace

struct page_maker::order {
  recipe how;
  std::function<void(admin_reply)> done;
  moment since;
  content_coding as = content_coding::identity;
  std::atomic<bool> given_up = false;
  bool begun = false;   ///< `how` is the thread's
  std::size_t held = 0; ///< octets of the reply
};

/// Shared with the wishes and with what is under way; of the thread of `io`.
struct page_maker::state : std::enable_shared_from_this<state> {
  state(asio::io_context& loop, asio::thread_pool& on, page_limits within)
      : io{loop},
        thread{&on},
        limits{within} {}

  asio::io_context& io;
  asio::thread_pool* thread; ///< null: no page is begun any more
  const page_limits limits;
  std::deque<std::shared_ptr<order>> waiting;
  std::shared_ptr<order> under_way;
  std::size_t held = 0; ///< octets of all replies that are not sent

  void add(const std::shared_ptr<order>& what);
  void begin_next();
  void begin(const std::shared_ptr<order>& what);
  void made(const std::shared_ptr<order>& what, admin_reply reply);
  void answer(const std::shared_ptr<order>& what, admin_reply reply);
  void end(order& what);
  void drop(order& what);
  static void forget(order& of);
};

void page_maker::state::add(const std::shared_ptr<order>& what) {
  if (thread == nullptr)
    return;
  if (waiting.size() >= limits.waiting)
    return answer(what, refusal("too many pages are asked for at once\n"));
  waiting.push_back(what);
  begin_next();
}

void page_maker::state::begin_next() {
  while (thread != nullptr && !under_way && held <= limits.held &&
         !waiting.empty()) {
    const auto next = std::move(waiting.front());
    waiting.pop_front();
    if (next->given_up)
      answer(next, refusal("the client seems to be gone\n"));
    else if (clock::now() - next->since > limits.longest)
      answer(next, refusal("other pages take too long\n"));
    else
      begin(next);
  }
}

void page_maker::state::begin(const std::shared_ptr<order>& what) {
  under_way = what;
  what->begun = true;
  asio::post(*thread, [self = shared_from_this(), what]() mutable {
    admin_reply reply;
    try {
      reply = std::exchange(what->how, nullptr)();
      if (what->as == content_coding::gzip)
        reply = compressed(std::move(reply), what->given_up);
    } catch (const std::bad_alloc&) {
      reply = refusal("the page is too large for the memory\n");
    }
    auto& loop = self->io;
    asio::post(loop, [self = std::move(self), what = std::move(what),
                      reply = std::move(reply)]() mutable {
      self->made(what, std::move(reply));
    });
  });
}

void page_maker::state::made(const std::shared_ptr<order>& what,
                             admin_reply reply) {
  under_way = nullptr;
  if (const auto done = std::exchange(what->done, nullptr)) {
    what->held = reply.body.size();
    held += what->held;
    done(std::move(reply));
  }
  begin_next();
}

/// Without having it made.
void page_maker::state::answer(const std::shared_ptr<order>& what,
                               admin_reply reply) {
  drop(*what);
  asio::post(io, [what, reply = std::move(reply)]() mutable {
    if (const auto done = std::exchange(what->done, nullptr))
      done(std::move(reply));
  });
}

void page_maker::state::end(order& what) {
  what.given_up = true;
  forget(what);
  std::erase_if(waiting, [&](const auto& each) { return each.get() == &what; });
  drop(what);
  held -= std::exchange(what.held, 0);
  begin_next();
}

/// Nobody is told.  Who was to be may hold the wish and end here, which leads
/// to this again.
void page_maker::state::forget(order& of) {
  const auto gone = std::exchange(of.done, nullptr);
}

/// What a recipe holds may be large, and this the last who holds it.
void page_maker::state::drop(order& what) {
  if (!what.begun && what.how && thread != nullptr)
    asio::post(*thread, [how = std::exchange(what.how, nullptr)] {});
}

page_maker::wish::wish(std::shared_ptr<state> with, std::shared_ptr<order> what)
    : with_{std::move(with)},
      what_{std::move(what)} {}

page_maker::wish& page_maker::wish::operator=(wish&& other) noexcept {
  if (this != &other) {
    end();
    with_ = std::move(other.with_);
    what_ = std::move(other.what_);
  }
  return *this;
}

void page_maker::wish::is_not_waited_for() {
  if (what_)
    what_->given_up = true;
}

void page_maker::wish::end() noexcept {
  if (const auto with = std::move(with_))
    with->end(*std::exchange(what_, nullptr));
}

page_maker::page_maker(asio::io_context& io, page_limits within)
    : state_{std::make_shared<state>(io, thread_, within)} {
  asio::post(thread_, give_way_to_lookups);
}

page_maker::~page_maker() {
  give_up();
  thread_.join();
}

page_maker::wish page_maker::make(recipe how,
                                  std::function<void(admin_reply)> done,
                                  content_coding as) {
  auto what = std::make_shared<order>();
  what->how = std::move(how);
  what->done = std::move(done);
  what->as = as;
  what->since = clock::now();
  state_->add(what);
  return wish{state_, std::move(what)};
}

void page_maker::give_up() {
  state_->thread = nullptr;
  if (state_->under_way) {
    state_->under_way->given_up = true;
    state::forget(*state_->under_way);
  }
  // To let go of who waits ends wishes, which look there.
  const auto waited = std::exchange(state_->waiting, {});
  for (const auto& each : waited)
    state::forget(*each);
}

bool page_maker::ended_by(moment limit) {
  std::promise<void> promised;
  const auto ended = promised.get_future();
  asio::post(thread_, [promised = std::move(promised)]() mutable {
    promised.set_value();
  });
  return ended.wait_until(limit) == std::future_status::ready;
}

} // namespace spfblock::server
