#include "core/protocols/client_names.hpp"

#include "core/dns/unicode_name.hpp"

namespace spfblock::protocols {

const dns::name client_names::of_nobody;
const dns::name client_names::no_more;

void client_names::release::operator()(const dns::name* of) const noexcept {
  if (!is_mark(of))
    delete of;
}

void client_names::name_came(std::string_view key,
                             const table::snapshot& table) {
  if (name_)
    return give_up();
  name_.reset(&of_nobody);
  if (!table.finds_by_name())
    return;
  auto name = dns::name_from_unicode(key);
  if (name && table.may_find_by_name(*name))
    name_.reset(new dns::name{*std::move(name)});
}

} // namespace spfblock::protocols
