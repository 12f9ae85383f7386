#include "core/config/publish_section.hpp"

#include "core/config/sections.hpp"
#include "core/json/field.hpp"
#include "core/json/first_places.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace spfblock::config {
namespace {

using namespace std::chrono_literals;

/// A published file while its members are read.
struct publish_draft {
  std::optional<exports::format> as;
  std::optional<std::string> file;
  std::optional<std::chrono::seconds> every;
};

void read_format(const json::json_value& value, publish_draft& into) {
  const auto index = value.read_word(
      {exports::format_names.begin(), exports::format_names.end()});
  if (index)
    into.as = static_cast<exports::format>(*index);
}

void read_published_path(const json::json_value& value, publish_draft& into) {
  auto path = read_path(value);
  if (!path)
    return;
  if (path->empty() || path->back() == '/')
    value.unexpected("the name of a file");
  else
    into.file = std::move(path);
}

void read_every(const json::json_value& value, publish_draft& into) {
  into.every = value.read_duration(1s, 24h);
}

/// The file that an object describes, if it does.
std::optional<published_file> read_published(const json::json_value& value) {
  static const json::field_table<publish_draft> fields{
      {"format", read_format},
      {"file", read_published_path},
      {"every", read_every},
  };
  publish_draft read;
  const auto problems_before = value.problems().size();
  json::read_fields(value, fields, read);
  if (!value.is_object())
    return std::nullopt;
  value.require("format", "one of the formats of spfblock export");
  value.require("file", "the name of a file");
  if (value.problems().size() != problems_before || !read.as || !read.file)
    return std::nullopt;
  if (*read.as == exports::format::cdb && !read.file->ends_with(cdb_ending)) {
    value.member("file")->unexpected(
        fmt::format("a name that ends with {}: Postfix appends that to the "
                    "name of a cdb: table",
                    cdb_ending));
    return std::nullopt;
  }
  return published_file{*read.as, *std::move(read.file),
                        read.every.value_or(default_every(*read.as))};
}

} // namespace

std::chrono::seconds default_every(exports::format as) {
  return as == exports::format::cdb ? 10s : 60s;
}

void read_publish(const json::json_value& value,
                  std::vector<published_file>& into) {
  json::first_places places;
  for (const json::json_value& element : value.read_elements()) {
    auto read = read_published(element);
    if (read && places.is_new(element, read->file))
      into.push_back(*std::move(read));
  }
}

} // namespace spfblock::config
