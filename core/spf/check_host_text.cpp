#include "core/spf/check_host_text.hpp"

#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace spfblock::spf {

std::string to_text(const host_check& of, const envelope& about) {
  std::string text;
  for (const check_step& each : of.steps) {
    const std::string indent(2 * std::size_t{each.depth} - 2, ' ');
    append_paragraph(text, indent, each.text, indent + "    ");
  }
  const std::string helo =
      about.helo.empty() ? "" : ", HELO " + printable(about.helo);
  append_paragraph(text, "",
                   fmt::format("{}: {} from {}@{}{}", text_of(of.result),
                               about.client.to_string(),
                               printable(about.local_part),
                               about.domain.to_string(), helo),
                   2);
  if (!of.why.empty())
    append_paragraph(text, "  ", of.why, 4);
  return text;
}

} // namespace spfblock::spf
