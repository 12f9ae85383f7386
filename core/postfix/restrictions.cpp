#include "core/postfix/restrictions.hpp"

#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock::postfix {
namespace {

/// How deep classes may lie in classes: Postfix has no bound, we need one.
constexpr unsigned deepest = 16;

class reader {
public:
  reader(const setup& postfix, const service& of)
      : postfix_{postfix},
        of_{of},
        classes_{elements_of(postfix.value(of, "smtpd_restriction_classes"))} {}

  void read(const std::string& list, unsigned depth = 0) {
    const auto elements = elements_of(postfix_.value(of_, list));
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const std::string_view each = elements[i];
      std::string name = to_lower(each);
      if (has_argument(name) && i + 1 < elements.size()) {
        found_.push_back({std::move(name), elements[++i]});
      } else if (is_class(each) && depth < deepest) {
        reached_.push_back(each);
        read(std::string{each}, depth + 1);
      } else if (each.find(':') != std::string_view::npos) {
        found_.push_back({"", each});
      } else {
        found_.push_back({std::move(name), {}});
      }
    }
  }

  [[nodiscard]] std::vector<restriction> found() && {
    return std::move(found_);
  }

  /// The classes that were not met.
  [[nodiscard]] std::vector<std::string_view> unmet() const {
    std::vector<std::string_view> others;
    for (const auto each : classes_) {
      if (std::find(reached_.begin(), reached_.end(), each) == reached_.end())
        others.push_back(each);
    }
    return others;
  }

private:
  [[nodiscard]] bool is_class(std::string_view name) const {
    return std::find(classes_.begin(), classes_.end(), name) != classes_.end();
  }

  const setup& postfix_;
  const service& of_;
  std::vector<std::string_view> classes_;
  std::vector<restriction> found_;
  std::vector<std::string_view> reached_;
};

} // namespace

std::vector<restriction> restrictions_of(const setup& postfix,
                                         const service& of,
                                         const std::string& list) {
  reader all{postfix, of};
  all.read(list);
  return std::move(all).found();
}

std::vector<std::string_view> classes_without_list(const setup& postfix,
                                                   const service& of) {
  reader all{postfix, of};
  for (const char* const list : restriction_lists)
    all.read(list);
  return all.unmet();
}

std::vector<asked_server> servers_of(const restriction& of) {
  if (of.name != "check_policy_service")
    return servers_of_table(of.argument);
  const auto server = policy_server(of.argument);
  return server ? std::vector{*server} : std::vector<asked_server>{};
}

bool has_argument(std::string_view name) {
  return name.starts_with("check_") || name.starts_with("reject_rbl") ||
         name.starts_with("reject_rhsbl") || name.starts_with("permit_dnswl") ||
         name.starts_with("permit_rhswl") || name == "sleep";
}

bool is_option_astray(const restriction& of) {
  return of.argument.empty() && of.name.find('=') != std::string::npos;
}

} // namespace spfblock::postfix
