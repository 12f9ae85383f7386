// What the admin port answers, page by page.
#pragma once

#include "core/reports/status.hpp"
#include "server/admin/admin_port.hpp"
#include "server/admin/page_answers.hpp"
#include "server/admin/page_maker.hpp"
#include "server/admin/service_view.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace spfblock::server {

/// The documents of the admin port; reading one changes nothing.
///
/// A request takes a view of the service; the page is made of that elsewhere
/// (page_maker), exports and what is told of the history apart from all others,
/// which do not wait for them.
///
/// Belongs to the controlling thread, the one of `io`.
class admin_pages {
public:
  /// All that `of` refers to outlives the pages, and so does `io`.
  admin_pages(boost::asio::io_context& io, service_parts of)
      : parts_{std::move(of)},
        pages_{io},
        exports_{io},
        histories_{io} {}

  /// How many domains have series of their own, from now on.
  void limit_series(std::size_t most) noexcept { most_series_ = most; }

  /// The page of the path that was asked for; 404 with the paths that there
  /// are for any other one.
  [[nodiscard]] admin_answer answer(const admin_request& request);

  /// What others get: /metrics, made anew once a second at most, and nothing
  /// else.
  [[nodiscard]] admin_answer answer_others(const admin_request& request);

  /// No page is made any more.
  void give_up();

  /// @return whether nothing is under way by then.  @pre give_up() was called
  [[nodiscard]] bool ended_by(moment limit);

private:
  /// The page for others; of the thread that makes pages.
  struct kept_page {
    admin_reply page;
    std::optional<moment> made_at;
  };

  template <class Make>
  admin_answer of_view(Make make);
  [[nodiscard]] admin_answer status(const admin_request& request);
  [[nodiscard]] admin_answer explain(const admin_request& request);
  [[nodiscard]] admin_answer domains(const admin_request& request);
  [[nodiscard]] admin_answer map(const admin_request& request);
  [[nodiscard]] admin_answer exported(const admin_request& request);
  [[nodiscard]] admin_answer senders();
  [[nodiscard]] admin_answer hits(const admin_request& request);
  [[nodiscard]] admin_answer top(const admin_request& request);
  [[nodiscard]] admin_answer history(const admin_request& request);

  service_parts parts_;
  std::size_t most_series_ = config::metrics_settings{}.domains;
  std::shared_ptr<kept_page> for_others_ = std::make_shared<kept_page>();
  /// Of the thread that makes pages.
  std::shared_ptr<kept_map> map_ = std::make_shared<kept_map>();
  page_maker pages_;
  page_maker exports_;
  page_maker histories_;
};

} // namespace spfblock::server
