#include "core/reports/status_change.hpp"

#include "core/reports/all_printable.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace spfblock::reports {
namespace {

auto size_of(const domain_status& domain) {
  return std::tie(domain.networks, domain.ipv4_addresses, domain.ipv6_slash64s);
}

/// The domains of a report by what they are.
class by_name {
public:
  explicit by_name(const status_report& of) {
    for (const domain_status& each : of.domains)
      domains_[key_of(each)] = &each;
  }

  /// The one of the same name and role; null if there is none.
  [[nodiscard]] const domain_status* find(const domain_status& like) const {
    const auto found = domains_.find(key_of(like));
    return found == domains_.end() ? nullptr : found->second;
  }

private:
  using key = std::pair<std::string_view, domains::role>;

  static key key_of(const domain_status& of) { return {of.name, of.role}; }

  std::map<key, const domain_status*> domains_;
};

bool is_listed(const domain_status& of) {
  return of.role == domains::role::listed;
}

std::string amount(const domain_status& of) {
  if (of.networks == 0)
    return "nothing";
  std::string text = counted(of.networks, "network");
  if (of.ipv4_addresses != 0)
    text += ", " + counted(of.ipv4_addresses, "IPv4 address", "IPv4 addresses");
  if (of.ipv6_slash64s != 0)
    text += ", " + counted(of.ipv6_slash64s, "IPv6 network of 64 bits",
                           "IPv6 networks of 64 bits");
  return text;
}

/// What is to be known beside the amount, if anything is.
std::string remark(const domain_status& of) {
  if (of.condition == domain_condition::waiting)
    return "; the first look at it is under way";
  if (of.condition == domain_condition::fresh || of.trouble.empty())
    return "";
  return "; " + all_printable(of.trouble);
}

std::string now_text(const domain_status& of, const domain_status* before) {
  std::string text = fmt::format("{} {}{}", is_listed(of) ? "lists" : "allows",
                                 amount(of), remark(of));
  if (before != nullptr)
    text += fmt::format(" (before: {})", amount(*before));
  return text;
}

std::string gone_text(const domain_status& of) {
  return fmt::format("is not {} any more (before: {})",
                     is_listed(of) ? "listed" : "allowed", amount(of));
}

} // namespace

std::string change_text(const status_report& before,
                        const status_report& after) {
  constexpr std::size_t indent = 4;
  std::string text;
  const auto tell = [&text](const domain_status& of, const std::string& what) {
    append_paragraph(text, printable(of.name) + ' ', what, indent);
  };
  const by_name former_ones{before};
  const by_name later_ones{after};
  for (const domain_status& each : after.domains) {
    const domain_status* const former = former_ones.find(each);
    if (former == nullptr || size_of(*former) != size_of(each))
      tell(each, now_text(each, former));
  }
  for (const domain_status& each : before.domains) {
    if (later_ones.find(each) == nullptr)
      tell(each, gone_text(each));
  }
  return text;
}

} // namespace spfblock::reports
