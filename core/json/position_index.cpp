#include "core/json/position_index.hpp"

#include "core/support/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace spfblock::json {

std::string child_pointer(std::string_view parent, std::string_view key) {
  std::string pointer{parent};
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

std::string child_pointer(std::string_view parent, std::size_t index) {
  return fmt::format("{}/{}", parent, index);
}

std::size_t line_at(std::string_view text, std::size_t offset) noexcept {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<std::size_t>(
                 std::count(before.begin(), before.end(), '\n'));
}

namespace {

/// Tells through a shared number how many bytes the lexer has taken.
class counting_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, std::size_t& taken)
      : at_{at},
        taken_{&taken} {}

  reference operator*() const { return *at_; }
  counting_iterator& operator++() {
    ++at_;
    ++*taken_;
    return *this;
  }
  friend bool operator==(const counting_iterator& a,
                         const counting_iterator& b) {
    return a.at_ == b.at_;
  }

private:
  const char* at_;
  std::size_t* taken_;
};

/// The finding in an nlohmann-json message, without its identifier and its
/// own account of the place.
std::string finding(std::string_view message) {
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

} // namespace

/// Takes nlohmann-json's SAX events.
class position_recorder {
public:
  position_recorder(std::string_view text, const std::size_t& taken)
      : text_{text},
        taken_{taken} {}

  bool null() { return scalar(); }
  bool boolean(bool /*value*/) { return scalar(); }
  bool string(const std::string& /*value*/) { return scalar(); }
  bool binary(const nlohmann::json::binary_t& /*value*/) { return scalar(); }
  bool number_integer(std::int64_t /*value*/) { return scalar(); }
  bool number_unsigned(std::uint64_t /*value*/) { return scalar(); }
  bool number_float(double /*value*/, const std::string& /*text*/) {
    return scalar();
  }

  bool start_object(std::size_t /*size*/) { return open(false); }
  bool start_array(std::size_t /*size*/) { return open(true); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(const std::string& name);

  bool parse_error(std::size_t taken, const std::string& /*token*/,
                   const nlohmann::json::exception& why) {
    fail(errc::malformed, finding(why.what()), taken);
    return false;
  }

  result<position_index> finish(bool complete) && {
    if (failure_)
      return std::move(*failure_);
    EXPECTS(complete);
    return std::move(index_);
  }

private:
  struct container {
    std::string pointer;
    bool is_array;
    std::size_t next_element = 0;
    std::unordered_map<std::string, std::size_t> key_lines;
    std::string last_key;
  };

  void fail(errc code, std::string message, std::size_t taken) {
    // The end of the text is on its last line, not behind it.
    const auto last = text_.find_last_not_of(" \t\r\n");
    const auto end = last == std::string_view::npos ? 0 : last;
    failure_ = failure{code, std::move(message),
                       std::min(end, taken == 0 ? 0 : taken - 1)};
  }

  /// The line of the last byte that the lexer took: that of the token, or what
  /// follows a number, whose end it cannot see otherwise.  A line feed counts
  /// as the end of its line, so both are on the line of the token.
  std::size_t current_line() {
    for (; counted_ + 1 < taken_; ++counted_)
      line_ += text_[counted_] == '\n' ? 1U : 0U;
    return line_;
  }

  std::string place_value() {
    if (containers_.empty())
      return {};
    container& around = containers_.back();
    return around.is_array
               ? child_pointer(around.pointer, around.next_element++)
               : child_pointer(around.pointer, around.last_key);
  }

  bool scalar() {
    index_.lines_[place_value()].value = current_line();
    return true;
  }

  bool open(bool is_array) {
    if (containers_.size() == position_index::deepest) {
      fail(errc::limit_exceeded,
           fmt::format("nested too deep (expected at most {} levels)",
                       position_index::deepest),
           taken_);
      return false;
    }
    std::string pointer = place_value();
    index_.lines_[pointer].value = current_line();
    containers_.push_back({std::move(pointer), is_array, 0, {}, {}});
    return true;
  }

  bool close() {
    containers_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::size_t& taken_;
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
  std::vector<container> containers_;
  position_index index_;
  std::optional<failure> failure_;
};

bool position_recorder::key(const std::string& name) {
  container& around = containers_.back();
  around.last_key = name;
  const std::size_t line = current_line();
  std::string pointer = child_pointer(around.pointer, name);
  index_.lines_[pointer].key = line;
  const auto [first, added] = around.key_lines.emplace(name, line);
  if (!added)
    index_.repeated_keys_.push_back({std::move(pointer), line, first->second});
  return true;
}

result<position_index> position_index::parse(std::string_view text) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return failure{errc::malformed, "NUL byte (expected JSON text)", nul};

  std::size_t taken = 0;
  std::size_t not_counted = 0;
  position_recorder recorder{text, taken};
  const bool complete = nlohmann::json::sax_parse(
      counting_iterator{text.data(), taken},
      counting_iterator{text.data() + text.size(), not_counted}, &recorder,
      nlohmann::json::input_format_t::json, true, true);
  return std::move(recorder).finish(complete);
}

std::size_t position_index::value_line(const std::string& pointer) const {
  const auto found = lines_.find(pointer);
  return found == lines_.end() ? 0 : found->second.value;
}

std::size_t position_index::key_line(const std::string& pointer) const {
  const auto found = lines_.find(pointer);
  if (found == lines_.end())
    return 0;
  return found->second.key != 0 ? found->second.key : found->second.value;
}

} // namespace spfblock::json
