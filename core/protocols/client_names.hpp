// The names of clients, as a table is told them.
#pragma once

#include "core/dns/name.hpp"
#include "core/table/snapshot.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace spfblock::protocols {

/// Remembers the name that stands before an address, of one connection.
///
/// check_client_access of Postfix asks a table for the client's name, which the
/// DNS has confirmed (or "unknown"), and then for its address, on one
/// connection, before it asks for another client (Postfix smtpd_check.c,
/// check_namadr_access()).  The keys of other restrictions, and of several
/// clients at once (proxymap(8)), come in another order; where they do, no name
/// counts on that connection any more: a name never counts for an address that
/// it was not asked with.
///
/// As large as a pointer: an idle client costs memory.
class client_names {
  struct release {
    void operator()(const dns::name* of) const noexcept;
  };

public:
  using held_name = std::unique_ptr<const dns::name, release>;

  /// A key that is no address.
  /// @param table what listed domains may be named in
  void name_came(std::string_view key, const table::snapshot& table);

  /// An address.
  /// @return its name, where that may decide about anybody; null otherwise
  [[nodiscard]] held_name address_came() noexcept {
    held_name name = std::move(name_); // the next one is expected
    if (!name || name.get() == &no_more)
      give_up();
    return is_mark(name.get()) ? nullptr : std::move(name);
  }

  /// What is no key: for good.
  void give_up() noexcept { name_.reset(&no_more); }

private:
  // Marks in place of a name.
  static const dns::name of_nobody; ///< one that decides about nobody
  static const dns::name no_more;   ///< none counts any more

  [[nodiscard]] static bool is_mark(const dns::name* of) noexcept {
    return of == &of_nobody || of == &no_more;
  }

  /// Of the address that is expected; null: a name is.
  held_name name_;
};

} // namespace spfblock::protocols
