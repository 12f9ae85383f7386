// When a domain is looked at again.
#pragma once

#include "core/config/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace spfblock::domains {

/// After an expansion that the DNS answered: the smallest TTL used if that is
/// followed, from `minimum` to `interval`.  A domain that changed at each of
/// the last `changes` looks waits `minimum` times 2^(changes-1) at least:
/// changing is free for the enemy.
/// @param ttl seconds
[[nodiscard]] std::chrono::seconds
wait_after_success(const config::refresh_settings& by, std::uint32_t ttl,
                   unsigned changes);

/// After a look that asked so many questions, and cost so much work: a second
/// for each four, and for each 100,000 ranges, whichever is longer, up to
/// `interval`.  So a record costs a name server, or a victim that it sends us
/// to, no more than that, however many questions it takes, and us no more than
/// a thousandth of a processor; the questions of 10 mx of 10 hosts each, and
/// 20,000 addresses each a term, take less than the default of `minimum`.
/// @param work in ranges touched, as spf::expansion::work
[[nodiscard]] std::chrono::seconds
wait_after_cost(const config::refresh_settings& by, std::size_t questions,
                std::uint64_t work);

/// After a DNS failure: `retry`, doubled by each of the `failures` in a row
/// before this one, up to `interval`.
[[nodiscard]] std::chrono::seconds
wait_after_failure(const config::refresh_settings& by, unsigned failures);

/// `wait` less up to a tenth, so that domains configured together are not
/// looked at together for ever.  Not below `minimum`, unless `wait` is.
/// @param fraction 0 to 1: how much of that tenth
[[nodiscard]] std::chrono::seconds spread(std::chrono::seconds wait,
                                          const config::refresh_settings& by,
                                          double fraction);

} // namespace spfblock::domains
