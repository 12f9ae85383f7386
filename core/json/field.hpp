// One row for each setting: its name and how it is read.
#pragma once

#include "core/json/json_value.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::json {

/// A member of a JSON object and how it gets into an `Into`.
template <class Into>
struct field {
  std::string_view name;
  std::function<void(const json_value&, Into&)> read;
};

/// All members that an object may have, in the order in which they are read
/// and named in messages.
template <class Into>
using field_table = std::vector<field<Into>>;

/// Reads an object by its table.  A member that is not there leaves its
/// default, one with a fault does too.
template <class Into>
void read_fields(const json_value& object, const field_table<Into>& fields,
                 Into& into) {
  std::vector<std::string_view> names;
  for (const auto& one : fields)
    names.push_back(one.name);
  if (!object.read_object(names))
    return;
  for (const auto& one : fields) {
    if (const auto value = object.member(one.name))
      one.read(*value, into);
  }
}

// What a row may be made of.  Each gives a function that reads a value into
// the member.

/// @pre `highest` fits the member
template <class Into, class Number>
auto integer(Number Into::*member, std::uint64_t lowest,
             std::uint64_t highest) {
  return [=](const json_value& value, Into& into) {
    if (const auto number = value.read_integer(lowest, highest))
      into.*member = static_cast<Number>(*number);
  };
}

/// A limit: null switches it off.
/// @pre `highest` fits the member
template <class Into, class Number>
auto limit(std::optional<Number> Into::*member, std::uint64_t lowest,
           std::uint64_t highest) {
  return [=](const json_value& value, Into& into) {
    if (value.is_null())
      into.*member = std::nullopt;
    else if (const auto number =
                 value.read_integer(lowest, highest, ", or null"))
      into.*member = static_cast<Number>(*number);
  };
}

template <class Into>
auto duration(std::chrono::seconds Into::*member, std::chrono::seconds shortest,
              std::chrono::seconds longest) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_duration(shortest, longest))
      into.*member = *read;
  };
}

template <class Into>
auto boolean(bool Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_boolean())
      into.*member = *read;
  };
}

template <class Into>
auto text(std::string Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (auto read = value.read_text())
      into.*member = std::move(*read);
  };
}

/// One of a few words.
template <class Into, class Value>
auto choice(Value Into::*member,
            std::vector<std::pair<std::string_view, Value>> words) {
  return
      [member, words = std::move(words)](const json_value& value, Into& into) {
        std::vector<std::string_view> names;
        for (const auto& [name, unused] : words)
          names.push_back(name);
        if (const auto index = value.read_word(names))
          into.*member = words[*index].second;
      };
}

/// An object that a function of its own reads.
template <class Into, class Section>
auto section(Section Into::*member, void (*read)(const json_value&, Section&)) {
  return
      [=](const json_value& value, Into& into) { read(value, into.*member); };
}

} // namespace spfblock::json
