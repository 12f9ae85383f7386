// What the admin port answers, page by page.
#pragma once

#include "core/table/snapshot.hpp"
#include "server/admin_port.hpp"
#include "server/published.hpp"
#include "server/refresher.hpp"

namespace spfblock::server {

/// The documents of the admin port; reading one changes nothing.
///
/// Belongs to the thread of the refresher.
class admin_pages {
public:
  /// Everything given outlives the pages.
  admin_pages(const published<table::snapshot>& table,
              const refresher& refresher)
      : table_{table},
        refresher_{refresher} {}

  /// The page of the path that was asked for; 404 with the paths that there
  /// are for any other one.
  [[nodiscard]] admin_reply answer(const admin_request& request) const;

private:
  [[nodiscard]] admin_reply status() const;
  [[nodiscard]] admin_reply explain(const admin_request& request) const;

  const published<table::snapshot>& table_;
  const refresher& refresher_;
};

} // namespace spfblock::server
