// For whom the mail decides after a look at a listed domain, and what of it is
// kept.
#pragma once

#include "core/domains/book_change.hpp"
#include "core/domains/known_domain.hpp"
#include "core/spf/expansion.hpp"

namespace spfblock::domains {

/// Notes in `of` for whom the mail decides by a look, and by which terms.
///
/// Whom the look left undecided keeps what was so before; all do where the
/// record is gone for the first time.  No more is kept than twice the networks
/// that the domain may list, but at least 131,072, the widest of them
/// (`mail_not_kept` says what is not): of whom is not kept no mail is asked
/// about, and no name decides about him.  An allowed domain has none.
///
/// To be called before the look changes anything else of `of`: it goes by what
/// was good until then.
void note_residue(known_domain& of, const spf::expansion& result,
                  book_change& change);

} // namespace spfblock::domains
