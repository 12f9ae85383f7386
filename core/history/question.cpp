#include "core/history/question.hpp"

#include "core/config/domain_name.hpp"
#include "core/support/text.hpp"

namespace spfblock::history {
namespace {

/// Whether the text of a line may be this name; where JSON had to escape it the
/// whole line tells.
bool is_of(std::string_view text, const std::string& name) {
  return text == name || text.find('\\') != std::string_view::npos;
}

} // namespace

result<question> question::about(std::string_view about) {
  question made;
  if (about.empty())
    return made;
  if (const auto address = net::ip_address::parse(about)) {
    made.address = *address;
    return made;
  }
  if (const auto network = net::ip_prefix::parse(about)) {
    made.listing = network->to_string();
    return made;
  }
  const auto name = config::parse_domain(about);
  if (!name)
    return failure{errc::malformed,
                   in_quotes(about) +
                       " is neither a domain, a network nor an address: " +
                       name.error().message};
  made.listing = name->to_string();
  return made;
}

void inquiry::read(std::string_view line) {
  const auto head = head_of(line);
  if (!head)
    return;
  if (!begins_)
    begins_ = head->at;
  const bool is_about_all = head->listing.empty();
  if (head->at < what_.since ||
      (!what_.listing.empty() && !is_of(head->listing, what_.listing)) ||
      (what_.address && is_about_all))
    return;
  auto read = entry_of_line(line);
  if (read && answers(*read))
    to_(*std::move(read));
}

/// Of what is about an address, leaves the networks that hold it.
bool inquiry::answers(entry& of) {
  if (!what_.address)
    return what_.listing.empty() || of.listing == what_.listing;
  if (!what_.listing.empty() && of.listing != what_.listing)
    return false;
  const net::ip_address& address = *what_.address;
  if (const auto network = net::ip_prefix::parse(of.listing))
    return network->contains(address);
  bool is_named = false;
  bool is_cut = false;
  for (portion* each : {&of.added, &of.removed, &of.refused}) {
    is_cut = is_cut || each->is_cut();
    each->keep_only(address);
    is_named = is_named || !each->named.empty();
  }
  if (!is_named && is_cut)
    ++cut_;
  return is_named;
}

} // namespace spfblock::history
