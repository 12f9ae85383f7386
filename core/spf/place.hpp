// Where an evaluation is: at a term of a record, and how it came there.
#pragma once

#include "core/dns/name.hpp"
#include "core/spf/account.hpp"

namespace spfblock::spf {

/// A record that is being walked through.
struct frame {
  const dns::name& domain;
  unsigned depth = 1; ///< 1: the listed domain's own record
  /// Whether a pass of this record is a pass of the listed domain: every
  /// include on the way is qualified by `+`.  Otherwise it lists nothing.
  bool granting = true;
  const frame* from = nullptr; ///< the record that led here

  /// Whether the record of `target` is being walked through, too.
  [[nodiscard]] bool is_inside(const dns::name& target) const {
    for (const frame* at = this; at != nullptr; at = at->from) {
      if (at->domain == target)
        return true;
    }
    return false;
  }
};

/// A term of it.
struct place {
  const frame& record;
  account::entry term;
};

} // namespace spfblock::spf
