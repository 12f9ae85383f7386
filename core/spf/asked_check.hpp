// check_host() for one mail, by asking the DNS.
#pragma once

#include "core/dns/resolver.hpp"
#include "core/spf/check_host.hpp"
#include "core/spf/parsed_records.hpp"
#include "core/spf/rules.hpp"

#include <functional>
#include <memory>

namespace spfblock::spf {

/// Asks what check_host() lacks until it lacks nothing.
/// @param done is called once, later or within this call; not at all if the
///        resolver is destroyed before
/// @param parsed keeps the records for other checks of this thread, so that
///        many at a time hold no more than one; not null
void ask_and_check(const envelope& of, const rules& by,
                   std::weak_ptr<dns::resolver> from,
                   std::function<void(const host_check&)> done,
                   std::shared_ptr<parsed_records> parsed =
                       std::make_shared<parsed_records>());

} // namespace spfblock::spf
