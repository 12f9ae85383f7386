// One row for each member of an object: its name and how it is read.
#pragma once

#include "core/json/json_value.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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
  bool may_lack = false; ///< an earlier version of the program did not write it
};

/// All members that an object may have, in the order in which they are read
/// and named in messages.
template <class Into>
using field_table = std::vector<field<Into>>;

/// Reads an object that a person wrote.  A member that is not there leaves its
/// default, one with a fault does too; one that the table does not name is a
/// fault.
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

/// Reads an object that a program wrote.  A member that is not there is a
/// fault, unless it may lack; one that the table does not name is passed over.
template <class Into>
void read_members(const json_value& object, const field_table<Into>& fields,
                  Into& into) {
  if (!object.read_object())
    return;
  for (const auto& one : fields) {
    if (const auto value = object.member(one.name))
      one.read(*value, into);
    else if (!one.may_lack)
      object.missing(one.name);
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

/// Any whole number that fits the member.
template <class Into, class Number>
auto count(Number Into::*member) {
  return integer(member, 0, std::numeric_limits<Number>::max());
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

/// A time in seconds since 1970.
template <class Into>
auto time(std::chrono::sys_seconds Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_time())
      into.*member = *read;
  };
}

/// A time, or null.
template <class Into>
auto time(std::optional<std::chrono::sys_seconds> Into::*member) {
  return [=](const json_value& value, Into& into) {
    into.*member = value.is_null() ? std::nullopt : value.read_time();
  };
}

/// A number of seconds, bounded as times are.
template <class Into>
auto span(std::chrono::seconds Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_time())
      into.*member = read->time_since_epoch();
  };
}

/// A number of seconds, or null.
template <class Into>
auto span(std::optional<std::chrono::seconds> Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (value.is_null())
      into.*member = std::nullopt;
    else if (const auto read = value.read_time())
      into.*member = read->time_since_epoch();
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
auto short_duration(std::chrono::milliseconds Into::*member,
                    std::chrono::milliseconds shortest,
                    std::chrono::milliseconds longest) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_short_duration(shortest, longest))
      into.*member = *read;
  };
}

/// A day of the calendar.
template <class Into>
auto day(std::optional<std::chrono::sys_days> Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_day())
      into.*member = read;
  };
}

template <class Into>
auto boolean(bool Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_boolean())
      into.*member = *read;
  };
}

/// @param member of a type that a std::string can be assigned to
template <class Into, class Text>
auto text(Text Into::*member) {
  return [=](const json_value& value, Into& into) {
    if (const auto read = value.read_text())
      into.*member = std::string{*read};
  };
}

template <class Into>
auto texts(std::vector<std::string> Into::*member) {
  return [=](const json_value& value, Into& into) {
    for (const json_value& each : value.read_elements()) {
      if (const auto read = each.read_text())
        (into.*member).emplace_back(*read);
    }
  };
}

/// One of a few words.
template <class Into, class Value>
auto choice(Value Into::*member,
            const std::vector<std::pair<std::string_view, Value>>& words) {
  std::vector<std::string_view> names;
  std::vector<Value> values;
  for (const auto& [name, value] : words) {
    names.push_back(name);
    values.push_back(value);
  }
  return [member, names = std::move(names),
          values = std::move(values)](const json_value& value, Into& into) {
    if (const auto index = value.read_word(names))
      into.*member = values[*index];
  };
}

/// One of the words that text_of() has for `values`.
template <class Into, class Value, std::size_t Count>
auto choice(Value Into::*member, const std::array<Value, Count>& values) {
  std::vector<std::pair<std::string_view, Value>> words;
  for (const Value value : values)
    words.emplace_back(text_of(value), value);
  return choice(member, words);
}

/// An object that a function of its own reads.
template <class Into, class Section>
auto section(Section Into::*member, void (*read)(const json_value&, Section&)) {
  return
      [=](const json_value& value, Into& into) { read(value, into.*member); };
}

/// A list of objects that a program wrote.
/// @param fields must outlive what is given
template <class Into, class Element>
auto list(std::vector<Element> Into::*member,
          const field_table<Element>& fields) {
  return [member, &fields](const json_value& value, Into& into) {
    for (const json_value& each : value.read_elements())
      read_members(each, fields, (into.*member).emplace_back());
  };
}

} // namespace spfblock::json
