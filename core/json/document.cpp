#include "core/json/document.hpp"

#include "core/json/pointer.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace spfblock::json {

std::size_t line_at(std::string_view text, std::size_t offset) noexcept {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<std::size_t>(
                 std::count(before.begin(), before.end(), '\n'));
}

namespace {

/// Tells through a shared pointer how far the lexer has read.
class watched_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  watched_iterator(const char* at, const char*& read) : at_{at}, read_{&read} {}

  reference operator*() const { return *at_; }
  watched_iterator& operator++() {
    *read_ = ++at_;
    return *this;
  }
  friend bool operator==(const watched_iterator& a, const watched_iterator& b) {
    return a.at_ == b.at_;
  }

private:
  const char* at_;
  const char** read_;
};

/// The finding in an nlohmann-json message, without its identifier and its
/// own account of the place.
std::string finding(std::string_view message) {
  // nlohmann-json 3.12 has a message of its own for an empty text.
  if (message.find("attempting to parse an empty input") != message.npos)
    return "syntax error while parsing value - unexpected end of input; "
           "expected '[', '{', or a literal";
  const auto cut_after = [&message](std::string_view start,
                                    std::string_view mark) {
    const auto end = message.find(mark);
    if (message.starts_with(start) && end != std::string_view::npos)
      message.remove_prefix(end + mark.size());
  };
  cut_after("[json.exception", "] ");
  cut_after("parse error at line", ": ");
  // What was read last is then all that stands before the end of the text.
  if (message.find("invalid comment") != std::string_view::npos)
    message = message.substr(0, message.find("; last read"));
  return printable(message);
}

bool same_key(const member& a, const member& b) {
  return a.key == b.key;
}

} // namespace

/// Takes nlohmann-json's SAX events.
class document_builder {
public:
  document_builder(std::string_view text, const char* const& read)
      : text_{text},
        read_{read},
        counted_{text.data()} {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(const nlohmann::json::binary_t& /*value*/) { return false; }
  bool number_unsigned(std::uint64_t value) { return put(value); }
  bool number_integer(std::int64_t value) {
    return put(node::other_number{std::to_string(value)});
  }
  bool number_float(double /*value*/, const std::string& text) {
    return put(node::other_number{text});
  }

  bool start_object(std::size_t /*size*/) { return open(node::object{}); }
  bool start_array(std::size_t /*size*/) { return open(node::array{}); }
  bool end_object() {
    sort(std::get<node::object>(open_.back()->value));
    return end_array();
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool key(std::string& name) {
    std::get<node::object>(open_.back()->value)
        .push_back({std::move(name), current_line(), {}});
    return true;
  }

  bool parse_error(std::size_t taken, const std::string& /*token*/,
                   const nlohmann::json::exception& why) {
    return fail(errc::malformed, finding(why.what()), taken);
  }

  result<document> finish(bool complete) && {
    if (failure_)
      return std::move(*failure_);
    EXPECTS(complete);
    return std::move(made_);
  }

private:
  bool fail(errc code, std::string message, std::size_t taken) {
    // The end of the text is on its last line, not behind it.
    const auto last = text_.find_last_not_of(" \t\r\n");
    const auto end = last == std::string_view::npos ? 0 : last;
    failure_ = failure{code, std::move(message),
                       std::min(end, taken == 0 ? 0 : taken - 1)};
    return false;
  }

  /// The line of the last byte that the lexer took: that of the token, or what
  /// follows a number, whose end it cannot see otherwise.  A line feed counts
  /// as the end of its line, so both are on the line of the token.
  std::size_t current_line() {
    const char* const last = read_ - 1;
    const std::string_view passed{counted_,
                                  static_cast<std::size_t>(last - counted_)};
    // find() is memchr(3), much faster than std::count.
    for (auto at = passed.find('\n'); at != std::string_view::npos;
         at = passed.find('\n', at + 1))
      ++line_;
    counted_ = last;
    return line_;
  }

  node& next_place() {
    if (open_.empty())
      return made_.root_;
    auto& around = open_.back()->value;
    if (auto* const array = std::get_if<node::array>(&around))
      return array->emplace_back();
    return std::get<node::object>(around).back().value;
  }

  template <class Value>
  bool put(Value&& value) {
    node& place = next_place();
    place.value = std::forward<Value>(value);
    place.line = current_line();
    return true;
  }

  template <class Container>
  bool open(Container&& empty) {
    if (open_.size() == document::deepest)
      return fail(errc::limit_exceeded,
                  fmt::format("nested too deep (expected at most {} levels)",
                              document::deepest),
                  static_cast<std::size_t>(read_ - text_.data()));
    node& place = next_place();
    place.value = std::forward<Container>(empty);
    place.line = current_line();
    open_.push_back(&place);
    return true;
  }

  /// Puts the members of the innermost object in order; of those with the same
  /// key the last one stays.
  void sort(node::object& members);

  /// The pointer of the innermost container.
  [[nodiscard]] std::string pointer() const;

  std::string_view text_;
  const char* const& read_;
  const char* counted_;
  std::size_t line_ = 1;
  std::vector<node*> open_;
  document made_;
  std::optional<failure> failure_;
};

void document_builder::sort(node::object& members) {
  std::stable_sort(
      members.begin(), members.end(),
      [](const member& a, const member& b) { return a.key < b.key; });
  auto first = std::adjacent_find(members.begin(), members.end(), same_key);
  if (first == members.end())
    return;
  for (auto each = first + 1; each != members.end(); ++each) {
    if (each->key == first->key)
      made_.repeated_keys_.push_back({child_pointer(pointer(), each->key),
                                      each->key_line, first->key_line});
    else
      first = each;
  }
  // From behind, for it keeps the first one that it meets.
  members.erase(members.begin(),
                std::unique(members.rbegin(), members.rend(), same_key).base());
}

std::string document_builder::pointer() const {
  std::string made;
  for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
    const auto& around = open_[i]->value;
    if (const auto* const array = std::get_if<node::array>(&around))
      made = child_pointer(made, array->size() - 1);
    else
      made = child_pointer(made, std::get<node::object>(around).back().key);
  }
  return made;
}

result<document> document::parse(std::string_view text, comments in_it) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return failure{errc::malformed, "NUL byte (expected JSON text)", nul};

  const char* read = text.data();
  const char* end = text.data() + text.size();
  document_builder builder{text, read};
  const bool complete = nlohmann::json::sax_parse(
      watched_iterator{text.data(), read}, watched_iterator{end, end}, &builder,
      nlohmann::json::input_format_t::json, true, in_it == comments::taken);
  return std::move(builder).finish(complete);
}

} // namespace spfblock::json
