#include "core/json/layout.hpp"

#include "core/json/document.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace spfblock::json {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A string as it is written, quotes and all, without its escapes.
std::string unescaped(std::string_view written) {
  if (written.find('\\') == std::string_view::npos)
    return std::string{written.substr(1, written.size() - 2)};
  const auto read = document::parse(written);
  return std::get<std::string>(read->root().value);
}

/// Goes once through a text that is known to be valid.
class scanner {
public:
  explicit scanner(std::string_view text)
      : text_{text},
        at_{text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0} {}

  /// Recurses as deep as the text is nested: document::deepest.
  placed_value value() {
    skip();
    placed_value made;
    made.begin = at_;
    switch (text_[at_]) {
    case '[':
      made.is = placed_value::kind::array;
      take_children(made, ']');
      break;
    case '{':
      made.is = placed_value::kind::object;
      take_children(made, '}');
      break;
    case '"': string(); break;
    default:
      at_ = std::min(text_.find_first_of(" \t\r\n,]}/", at_), text_.size());
    }
    made.end = at_;
    return made;
  }

private:
  void skip() { at_ = next_token(text_, at_); }

  /// Goes behind the string that begins here.
  std::string_view string() {
    const std::size_t begin = at_++;
    for (; text_[at_] != '"'; ++at_)
      at_ += text_[at_] == '\\' ? 1U : 0U;
    ++at_;
    return text_.substr(begin, at_ - begin);
  }

  void take_children(placed_value& of, char closing) {
    ++at_;
    for (skip(); text_[at_] != closing; skip()) {
      placed_child& child = of.children.emplace_back();
      child.begin = at_;
      if (of.is == placed_value::kind::object) {
        child.key = unescaped(string());
        skip();
        ++at_; // the colon
      }
      child.value = value();
      skip();
      at_ += text_[at_] == ',' ? 1U : 0U;
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_;
};

} // namespace

const placed_value* placed_value::member(std::string_view name) const {
  const auto found =
      std::find_if(children.rbegin(), children.rend(),
                   [name](const auto& each) { return each.key == name; });
  const bool is_there = is == kind::object && found != children.rend();
  return is_there ? &found->value : nullptr;
}

result<placed_value> layout_of(std::string_view text) {
  const auto valid = document::parse(text, comments::taken);
  if (!valid)
    return valid.error();
  return scanner{text}.value();
}

std::optional<std::string> string_at(std::string_view text,
                                     const placed_value& value) {
  if (text[value.begin] != '"')
    return std::nullopt;
  return unescaped(text.substr(value.begin, value.end - value.begin));
}

std::size_t next_token(std::string_view text, std::size_t from) noexcept {
  for (;;) {
    from = std::min(text.find_first_not_of(blanks, from), text.size());
    if (from == text.size() || text[from] != '/')
      return from;
    from = end_of_comment(text, from);
  }
}

std::size_t end_of_comment(std::string_view text, std::size_t from) noexcept {
  if (text[from + 1] == '*')
    return text.find("*/", from + 2) + 2;
  return std::min(text.find_first_of("\r\n", from), text.size());
}

} // namespace spfblock::json
