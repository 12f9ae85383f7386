// What the page says of a domain.
#pragma once

#include "core/page/front_page.hpp"
#include "core/page/markup.hpp"

#include <string>

namespace spfblock::page {

/// How it fares, and its tree of includes.
void add_domain(markup& to, const domain_answer& of,
                std::chrono::sys_seconds now);

/// That it is never listed, and its tree of includes.
void add_provider(markup& to, const provider_answer& of);

/// A name, which leads to what the page says of it.
/// @param of a domain, or a network
void add_domain_link(markup& to, const std::string& of);

/// What is to be said of a domain, the most pressing first; empty if nothing
/// is.
[[nodiscard]] std::string remark_on(const reports::domain_status& of);

} // namespace spfblock::page
