// Records of an enemy who wants their expansion to take long, within every
// limit.
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/name.hpp"

#include <string>

namespace spfblock::testing {

/// A domain of his, l.test, with every answer that its expansion asks for.
struct costly_domain {
  std::string shape; ///< what it is made of, for people
  dns::answer_store answers;
};

/// The domain with this number; the same number is the same domain.
///
/// Carve-outs by hosts of thousands of addresses part everybody in cohorts of
/// many ranges each; thousands of terms then go through all of them: `all` and
/// networks with any qualifier, in the record, in includes one after the other
/// or within each other, in a redirect, in a tree of includes through which
/// each address goes a way of its own.
/// @param scale 1: as much as answers of 65,535 octets can hold
[[nodiscard]] costly_domain costly_record(unsigned number, double scale = 1);

} // namespace spfblock::testing
