// The command line of a bench program: `--NAME VALUE`, in any order.
#pragma once

#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace spfblock::bench {

/// Throws std::invalid_argument, from each of its functions.
class arguments {
public:
  arguments(int count, const char* const* words) {
    for (int i = 1; i < count; i += 2) {
      const std::string_view name{words[i]};
      if (!name.starts_with("--") || i + 1 == count)
        throw std::invalid_argument{"not --NAME VALUE: " + std::string{name}};
      values_[std::string{name}] = words[i + 1];
    }
  }

  /// @return the value of the option, which is used up by that
  std::optional<std::string> take(const std::string& name) {
    const auto found = values_.extract(name);
    return found ? std::optional{std::move(found.mapped())} : std::nullopt;
  }

  /// Overwrites `value` if the option is given.
  void take(const std::string& name, std::string& value) {
    value = take(name).value_or(std::move(value));
  }

  template <class Number>
  void take(const std::string& name, Number& value) {
    const auto text = take(name);
    if (!text)
      return;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || stop != end || value <= 0)
      throw std::invalid_argument{name + ": no number above 0: " + *text};
  }

  template <class Number>
  void take(const std::string& name, std::optional<Number>& value) {
    if (values_.contains(name))
      take(name, value.emplace());
  }

  /// Refuses options that nobody has taken.
  void end() const {
    if (!values_.empty())
      throw std::invalid_argument{"no such option: " + values_.begin()->first};
  }

private:
  std::map<std::string, std::string> values_;
};

} // namespace spfblock::bench
