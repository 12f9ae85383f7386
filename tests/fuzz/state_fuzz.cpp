// The state file: any text in place of one, and whatever an expansion finds.
//
// Input: what stands behind the checksum of a state file, which is put in
// front of it; or "zone", LF, and a zone (line_zone.hpp), whose expansion, and
// for whom the mail decides, has to survive a restart.
#include "core/domains/residue.hpp"
#include "core/domains/state.hpp"
#include "tests/fuzz/finding.hpp"
#include "tests/fuzz/line_zone.hpp"

#include <boost/crc.hpp>
#include <fmt/format.h>

#include <string>
#include <string_view>

using namespace spfblock;
using fuzz::require;

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view zone_mark = "zone\n";

std::string with_head(std::string_view body) {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  return fmt::format("{{\"spfblock_state\":{},\"crc32\":\"{:08x}\",\n{}",
                     domains::state_version, crc.checksum(), body);
}

/// @return whether the text is a state
bool check_text(const std::string& text) {
  const auto read = domains::state_from_json(text);
  if (!read) {
    require(fuzz::is_printable(read.error().message) &&
                !read.error().message.empty(),
            "why a text is no state is safe to print");
    return false;
  }
  const std::string written = domains::to_json(*read);
  const auto again = domains::state_from_json(written);
  require(again.has_value(), "what was read can be written and read");
  require(*again == *read, "what was read is the same when read again");
  require(domains::to_json(*again) == written, "and is written as before");
  return true;
}

/// Notes for whom the mail decides, as the first look at a domain does.
void keep_residue(const spf::expansion& made, domains::domain_state& kept) {
  domains::known_domain looked_at;
  looked_at.domain.name = made.domain;
  domains::book_change change;
  domains::note_residue(looked_at, made, seconds{3600}, spfblock::moment{},
                        change);
  if (looked_at.waits_for_mail)
    kept.waits_for_mail = *looked_at.waits_for_mail;
  kept.mail_terms = looked_at.mail_terms;
}

void check_expansion(const fuzz::line_zone& zone) {
  const spf::expansion made = zone.expand(fuzz::line_zone::domain(), zone.by);
  const sys_seconds now{seconds{1'700'000'000}};
  domains::domain_state kept;
  kept.name = made.domain;
  kept.good = domains::finding_of(made, {}, now);
  kept.good_at = now;
  kept.trouble = domains::trouble_in(made);
  keep_residue(made, kept);
  domains::state all;
  all.written = now;
  all.domains.push_back(kept);
  // Compared as text, for the IPv4-mapped numbers in a set are not kept.
  const std::string written = domains::to_json(all);
  const auto read = domains::state_from_json(written);
  const bool survives = read.has_value() && domains::to_json(*read) == written;
  if (!survives)
    std::fprintf(stderr, "\n%s%s\n", zone.description.c_str(),
                 read ? "another state" : read.error().message.c_str());
  require(survives, "what an expansion found survives a restart");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  if (input.starts_with(zone_mark)) {
    check_expansion(fuzz::line_zone{input.substr(zone_mark.size())});
    return 0;
  }
  const std::string text = with_head(input);
  check_text(std::string{input});
  if (check_text(text))
    require(!domains::state_from_json(text + ' '),
            "the checksum covers all that follows it");
  return 0;
}
