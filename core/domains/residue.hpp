// For whom the mail decides after a look at a listed domain, and what of it is
// kept.
#pragma once

#include "core/domains/book_change.hpp"
#include "core/domains/known_domain.hpp"
#include "core/spf/expansion.hpp"
#include "core/support/timestamp.hpp"

#include <chrono>
#include <optional>

namespace spfblock::domains {

/// Notes in `of` for whom the mail decides by a look, and by which terms.
///
/// Whom the look left undecided keeps what was so before, until `longest` has
/// passed since it was found, each with an age of its own; all keep it where
/// the record is gone for the first time.  Ages that differ by less than a
/// `most_ages`th of `longest` become one, the longer: failures that alternate
/// renew none.  No more is kept than twice the networks
/// that the domain may list, but at least 131,072, the widest of them
/// (`mail_not_kept` says what is not): of whom is not kept no mail is asked
/// about, and no name decides about him.  An allowed domain has none.
///
/// To be called before the look changes anything else of `of`: it goes by what
/// was good until then.
void note_residue(known_domain& of, const spf::expansion& result,
                  std::chrono::seconds longest, moment now,
                  book_change& change);
inline constexpr int most_ages = 64;

/// When the first of those who are kept so are not any more.
[[nodiscard]] std::optional<moment>
residue_ends_at(const known_domain& of, std::chrono::seconds longest);

} // namespace spfblock::domains
