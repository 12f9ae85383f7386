#include "core/json/problem_list.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace spfblock::json {

void problem_list::add(std::size_t line, std::string pointer,
                       std::string message) {
  if (!file_.empty() || problems_.empty())
    problems_.push_back({file_, line, std::move(pointer), std::move(message)});
}

void problem_list::add(std::vector<problem> problems) {
  std::move(problems.begin(), problems.end(), std::back_inserter(problems_));
}

std::string problem_list::place(std::size_t line) const {
  return fmt::format("{}:{}", printable(file_), line);
}

std::vector<problem> problem_list::in_order() const {
  const auto rank = [this](const problem& p) {
    return p.file == file_ ? p.line : std::numeric_limits<std::size_t>::max();
  };
  std::vector<problem> sorted = problems_;
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [&](const problem& a, const problem& b) { return rank(a) < rank(b); });
  return sorted;
}

} // namespace spfblock::json
