#include "core/json/text_edit.hpp"

#include "core/json/layout.hpp"
#include "core/json/writer.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::json {
namespace {

using kind = placed_value::kind;

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

bool is_line_end(char c) noexcept {
  return c == '\n' || c == '\r';
}

/// Where the blanks that end at `at` begin.
std::size_t before_blanks(std::string_view text, std::size_t at) {
  while (at > 0 && is_blank(text[at - 1]))
    --at;
  return at;
}

/// Where the blanks that begin at `at` end.
std::size_t behind_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at]))
    ++at;
  return at;
}

bool starts_line(std::string_view text, std::size_t at) {
  return at == 0 || is_line_end(text[at - 1]);
}

/// Whether nothing but blanks stands before it on its line.
bool is_first_on_line(std::string_view text, std::size_t at) {
  return starts_line(text, before_blanks(text, at));
}

/// The blanks that begin the line of that octet.
std::string indent_of(std::string_view text, std::size_t at) {
  const auto end = text.substr(0, at).find_last_of("\r\n");
  const std::size_t begin = end == std::string_view::npos ? 0 : end + 1;
  return std::string{text.substr(begin, behind_blanks(text, begin) - begin)};
}

/// By how much a level is indented more than the one around it.
std::string indent_step(std::string_view text, const placed_value& root) {
  constexpr const char* usual = "  ";
  if (root.children.empty())
    return usual;
  const std::size_t first = root.children.front().begin;
  const std::string indent = indent_of(text, first);
  return is_first_on_line(text, first) && !indent.empty() ? indent : usual;
}

std::string line_end(std::string_view text) {
  const auto first = text.find('\n');
  const bool is_crlf =
      first != std::string_view::npos && first > 0 && text[first - 1] == '\r';
  return is_crlf ? "\r\n" : "\n";
}

/// What stands between two octets of a text, and is no value.
struct filling {
  std::size_t first_line_end; ///< outside of block comments; or the end
  std::size_t last_line_end;  ///< likewise; or the end
  std::size_t end_of_first;   ///< of the comments on the first line, or begin
  std::size_t end_of_all;     ///< of all comments, or begin
  bool has_line_end = false;
};

filling filling_between(std::string_view text, std::size_t begin,
                        std::size_t end) {
  filling found{end, end, begin, begin};
  for (std::size_t at = begin; at < end;) {
    if (text[at] == '/') {
      at = end_of_comment(text, at);
      found.end_of_all = at;
      if (!found.has_line_end)
        found.end_of_first = at;
      continue;
    }
    const bool is_end = is_line_end(text[at]);
    const bool is_second =
        text[at] == '\n' && at > begin && text[at - 1] == '\r';
    if (is_end && !is_second) {
      found.last_line_end = at;
      if (!std::exchange(found.has_line_end, true))
        found.first_line_end = at;
    }
    ++at;
  }
  return found;
}

/// A text in which a new child is put into an array or an object.
struct insertion {
  std::string_view text;
  const placed_value& root;
  const placed_value& into;
  std::string_view child;

  [[nodiscard]] std::string made() const {
    return into.children.empty() ? in_empty() : behind_last();
  }

private:
  /// With `added` in place of the octets from `begin` up to `end`.
  [[nodiscard]] std::string with(std::size_t begin, std::size_t end,
                                 const std::string& added) const {
    std::string all{text.substr(0, begin)};
    return (all += added) += text.substr(end);
  }

  [[nodiscard]] std::string behind_last() const {
    const placed_child& last = into.children.back();
    const filling rest = filling_between(text, last.end(), into.end - 1);
    std::size_t at = rest.end_of_first;
    std::string between = usual_gap();
    const bool has_comment = rest.end_of_first != last.end();
    if (is_first_on_line(text, last.begin) ||
        (has_comment && rest.has_line_end)) {
      at = rest.has_line_end ? rest.first_line_end : at;
      between = line_end(text) + indent_beside(last);
    }
    std::string all{text.substr(0, last.end())};
    ((all += ',') += text.substr(last.end(), at - last.end())) += between;
    return (all += child) += text.substr(at);
  }

  /// What stands between the comma and the last child on the same line.
  [[nodiscard]] std::string usual_gap() const {
    const std::size_t begin = into.children.back().begin;
    const std::size_t blank = before_blanks(text, begin);
    const bool follows_comma = text[blank - 1] == ',';
    return follows_comma ? std::string{text.substr(blank, begin - blank)} : " ";
  }

  [[nodiscard]] std::string indent_beside(const placed_child& last) const {
    const auto line = text.substr(0, last.begin).find_last_of("\r\n");
    const bool opens_on_line =
        line == std::string_view::npos || into.begin > line;
    return indent_of(text, last.begin) +
           (opens_on_line ? indent_step(text, root) : "");
  }

  [[nodiscard]] std::string in_empty() const {
    const std::size_t begin = into.begin + 1;
    const std::size_t end = into.end - 1;
    const filling inside = filling_between(text, begin, end);
    const std::string eol = line_end(text);
    const std::string step = indent_step(text, root);
    if (inside.has_line_end)
      return with(inside.last_line_end, inside.last_line_end,
                  eol + indent_of(text, end) + step + std::string{child});
    const bool is_on_one_line = trimmed(text).find('\n') == std::string::npos;
    if (is_on_one_line)
      return with(inside.end_of_all, end, std::string{child});
    const std::string indent = indent_of(text, into.begin);
    return with(inside.end_of_all, end,
                eol + indent + step + std::string{child} + eol + indent);
  }
};

failure unexpected(const placed_value& value, const char* expected) {
  return {errc::malformed,
          std::string{"found another value (expected "} + expected + ')',
          value.begin};
}

/// The text with a member more, at the end of the object at `path`, unless it
/// has it.
result<std::string> with_member(std::string text, const member_path& path,
                                std::string_view name, const char* empty) {
  const auto root = layout_of(text);
  if (!root)
    return root.error();
  const placed_value* into = &*root;
  for (const std::string_view each : path)
    into = into->member(each);
  if (into->is != kind::object)
    return unexpected(*into, "an object");
  if (into->member(name) != nullptr)
    return text;
  std::string child;
  append_string(child, name);
  (child += ": ") += empty;
  return insertion{text, *root, *into, child}.made();
}

/// Octets that go.
struct cut {
  std::size_t begin;
  std::size_t end;
};

/// The cut and the blanks that it would leave behind.
cut with_blanks(std::string_view text, cut of) {
  const std::size_t left = before_blanks(text, of.begin);
  const std::size_t right = behind_blanks(text, of.end);
  const bool ends_line = right == text.size() || is_line_end(text[right]);
  if (starts_line(text, left) && ends_line) {
    const bool is_crlf = text.substr(right).starts_with("\r\n");
    return {left, std::min(right + (is_crlf ? 2 : 1), text.size())};
  }
  if (ends_line)
    return {left, right};
  const bool is_last = text[right] == ']' && text[left - 1] != '[';
  return {of.begin, is_last ? of.end : right};
}

bool is_space(std::string_view text) {
  return trimmed(text).empty();
}

/// The element and the comma behind it or, behind the last one, before it; two
/// cuts where a comment stands between.
std::vector<cut> cuts_for(std::string_view text, const placed_value& array,
                          std::size_t index) {
  const placed_child& gone = array.children[index];
  const cut value{gone.begin, gone.end()};
  if (index + 1 < array.children.size()) {
    const std::size_t comma = next_token(text, gone.end());
    if (is_space(text.substr(gone.end(), comma - gone.end())))
      return {with_blanks(text, {gone.begin, comma + 1})};
    return {with_blanks(text, value), with_blanks(text, {comma, comma + 1})};
  }
  if (index == 0)
    return {with_blanks(text, value)};
  const std::size_t comma = next_token(text, array.children[index - 1].end());
  if (before_blanks(text, gone.begin) == comma + 1)
    return {with_blanks(text, {comma, gone.end()})};
  return {{comma, comma + 1}, with_blanks(text, value)};
}

} // namespace

result<std::string> with_element(std::string_view text, const member_path& path,
                                 std::string_view element) {
  EXPECTS(!path.empty());
  std::string made{text};
  member_path there;
  for (const std::string_view name : path) {
    const bool is_array = there.size() + 1 == path.size();
    auto next = with_member(made, there, name, is_array ? "[]" : "{}");
    if (!next)
      return next.error();
    made = *std::move(next);
    there.push_back(name);
  }
  const auto root = layout_of(made);
  if (!root)
    return root.error();
  const placed_value* into = &*root;
  for (const std::string_view name : path)
    into = into->member(name);
  if (into->is != kind::array)
    return unexpected(*into, "an array");
  return insertion{made, *root, *into, element}.made();
}

result<std::string> without_element(std::string_view text,
                                    const member_path& path,
                                    std::size_t index) {
  const auto root = layout_of(text);
  if (!root)
    return root.error();
  const placed_value* array = &*root;
  for (const std::string_view name : path) {
    array = array->member(name);
    EXPECTS(array != nullptr);
  }
  EXPECTS(array->is == kind::array && index < array->children.size());
  std::string made{text};
  const auto cuts = cuts_for(text, *array, index);
  for (auto each = cuts.rbegin(); each != cuts.rend(); ++each)
    made.erase(each->begin, each->end - each->begin);
  return made;
}

} // namespace spfblock::json
