// What the page of the admin port is made of: a service at one moment, and what
// somebody asked.
#pragma once

#include "core/domains/domain_book.hpp"
#include "core/page/address_map.hpp"
#include "core/page/asked.hpp"
#include "core/table/snapshot.hpp"
#include "server/admin/page_maker.hpp"
#include "server/admin/service_view.hpp"

#include <memory>

namespace spfblock::server {

/// The page itself, with the answer to a question.
[[nodiscard]] admin_reply front_page(const service_view& of,
                                     const page::asked& question);

/// The map of the table and of what is allowed that was asked about last:
/// several pages, and several readers, look at one.
///
/// Not thread-safe.
class kept_map {
public:
  /// Valid until the next call.
  const page::address_map& of(const service_view& view);

private:
  std::weak_ptr<const table::snapshot> made_of_;
  std::weak_ptr<const domains::domain_book> allowed_by_;
  page::address_map map_;
};

} // namespace spfblock::server
