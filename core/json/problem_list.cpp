#include "core/json/problem_list.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace spfblock::json {

void problem_list::add(std::size_t line, std::string pointer,
                       std::string message) {
  if (!file_.empty() || faults_.empty())
    faults_.push_back({file_, line, std::move(pointer), std::move(message)});
}

void problem_list::add(problem of_other_file) {
  faults_.push_back(std::move(of_other_file));
}

void problem_list::add_unknown(std::size_t line, std::string pointer,
                               std::string message) {
  if (unknown_ == unknown_keys::are_faults)
    add(line, std::move(pointer), std::move(message));
  else
    warn({file_, line, std::move(pointer), std::move(message)});
}

void problem_list::warn(problem odd) {
  odd.is_warning = true;
  const bool is_of_other_line = odd.file != file_ && odd.line != 0;
  if (is_of_other_line && of_other_lines_ == most_warnings) {
    ++not_kept_;
    return;
  }
  of_other_lines_ += is_of_other_line ? 1U : 0U;
  warnings_.push_back(std::move(odd));
}

void problem_list::forgive(std::size_t first) {
  const auto begin = faults_.begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<problem> forgiven{std::make_move_iterator(begin),
                                std::make_move_iterator(faults_.end())};
  faults_.erase(begin, faults_.end());
  for (problem& each : forgiven)
    warn(std::move(each));
}

void problem_list::warn_of_all(const problem_list& of_other_file) {
  for (const auto* const each :
       {&of_other_file.faults_, &of_other_file.warnings_}) {
    for (const problem& one : of_other_file.sorted(*each))
      warn(one);
  }
  not_kept_ += of_other_file.not_kept_;
}

std::vector<problem> problem_list::in_order() const {
  return sorted(faults_);
}

std::vector<problem> problem_list::warnings() const {
  std::vector<problem> first = sorted(warnings_);
  if (first.size() + not_kept_ <= most_warnings)
    return first;
  const std::size_t kept = std::min(first.size(), most_warnings);
  const std::size_t more = first.size() - kept + not_kept_;
  first.resize(kept);
  first.push_back({file_, 0, {}, "and " + counted(more, "more warning"), true});
  return first;
}

std::vector<problem> problem_list::sorted(std::vector<problem> problems) const {
  constexpr auto last = std::numeric_limits<std::size_t>::max();
  const auto rank = [this](const problem& p) {
    if (p.file == file_)
      return p.line;
    return p.is_warning && p.line == 0 ? last - 1 : last;
  };
  std::stable_sort(
      problems.begin(), problems.end(),
      [&](const problem& a, const problem& b) { return rank(a) < rank(b); });
  return problems;
}

} // namespace spfblock::json
