// Makes the pages of the admin port where nobody waits for anything else.
#pragma once

#include "server/admin/content_coding.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace spfblock::server {

/// What a GET is answered.
struct admin_reply {
  unsigned status = 200; ///< HTTP status code
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  content_coding coding = content_coding::identity; ///< of the body
  /// The entity tag of what may be kept, if it is asked for again (RFC 9110
  /// §8.8.3); of what may not, nothing.
  std::string etag{};
};

/// What bounds a page maker.
struct page_limits {
  std::size_t waiting = 12;                  ///< pages that wait for their turn
  std::chrono::milliseconds longest{10'000}; ///< that each of them does
  /// Octets of replies that were made and are not sent: while there are more,
  /// no page is begun.
  std::size_t held = std::size_t{64} << 20U;
};

/// Makes pages on a thread of its own, which gives way to lookups: one at a
/// time, in the order in which they were asked for.
///
/// Bounded by page_limits; whom there is no room or no time for is told so
/// (503).
///
/// Belongs to the thread of `io`.
class page_maker {
  struct order;
  struct state;

public:
  /// What makes a page; called on the maker's thread.
  using recipe = std::function<admin_reply()>;

  /// A page that somebody wants, from when he asks until the reply is sent: to
  /// destroy it is to give it up, or to say that it is sent.
  class wish {
  public:
    wish() = default;
    wish(wish&& other) noexcept = default;
    wish& operator=(wish&& other) noexcept;
    ~wish() { end(); }

    /// Whoever asked seems to be gone: if the page is not begun yet, it will
    /// not be, and the reply says so (503); nor is a large one compressed.
    void is_not_waited_for();

  private:
    friend class page_maker;
    wish(std::shared_ptr<state> with, std::shared_ptr<order> what);
    void end() noexcept;

    std::shared_ptr<state> with_;
    std::shared_ptr<order> what_;
  };

  /// @param io outlives this; wishes may outlive it
  explicit page_maker(boost::asio::io_context& io, page_limits within = {});
  ~page_maker();
  page_maker(const page_maker&) = delete;
  page_maker& operator=(const page_maker&) = delete;

  /// Has a page made, and then compressed if the coding says so and memory
  /// allows.
  /// @param done is called later on the thread of `io` with the reply, as long
  ///        as the wish is held and not after give_up()
  [[nodiscard]] wish make(recipe how, std::function<void(admin_reply)> done,
                          content_coding as = content_coding::identity);

  /// No page is begun any more, and nobody gets one.
  void give_up();

  /// @return whether its thread has nothing under way by then.
  /// @pre give_up() was called
  [[nodiscard]] bool ended_by(moment limit);

private:
  std::shared_ptr<state> state_;
  boost::asio::thread_pool thread_{1};
};

} // namespace spfblock::server
