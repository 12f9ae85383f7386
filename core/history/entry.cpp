#include "core/history/entry.hpp"

#include <algorithm>

namespace spfblock::history {

std::string_view text_of(happening of) noexcept {
  switch (of) {
  case happening::start: return "start";
  case happening::reload: return "reload";
  case happening::entry_new: return "entry_new";
  case happening::entry_changed: return "entry_changed";
  case happening::entry_gone: return "entry_gone";
  case happening::listed: return "listed";
  case happening::changed: return "changed";
  case happening::refused: return "refused";
  }
  return "";
}

std::string_view text_of(cause of) noexcept {
  switch (of) {
  case cause::none: return "none";
  case cause::start: return "start";
  case cause::configuration: return "configuration";
  case cause::end_of_entry: return "end_of_entry";
  case cause::first_look: return "first_look";
  case cause::record: return "record";
  case cause::record_gone: return "record_gone";
  case cause::undecided: return "undecided";
  case cause::waited: return "waited";
  case cause::allow: return "allow";
  case cause::seen: return "seen";
  case cause::limits: return "limits";
  }
  return "";
}

std::string_view words_of(cause of) noexcept {
  switch (of) {
  case cause::none: return "";
  case cause::start: return "it was so at the start";
  case cause::configuration: return "the configuration changed";
  case cause::end_of_entry: return "the day of its end came";
  case cause::first_look: return "the first look at its record";
  case cause::record: return "its record changed";
  case cause::record_gone: return "its record is gone";
  case cause::undecided: return "the DNS left it undecided for too long";
  case cause::waited: return "what grew has waited long enough";
  case cause::allow: return "what is allowed changed";
  case cause::seen: return "who delivered wanted mail changed";
  case cause::limits: return "its share in the limits changed";
  }
  return "";
}

bool portion::is_cut() const {
  std::uint64_t all = 0;
  for (const granted& each : named)
    all += each.networks.size();
  return all < count;
}

void portion::keep_only(const net::ip_address& address) {
  for (granted& each : named)
    std::erase_if(each.networks, [&address](const net::ip_prefix& network) {
      return !network.contains(address);
    });
  std::erase_if(named,
                [](const granted& each) { return each.networks.empty(); });
}

} // namespace spfblock::history
