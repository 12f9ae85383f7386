#include "core/config/kept_configuration.hpp"

#include "core/json/read_document.hpp"
#include "core/json/writer.hpp"

#include <utility>

namespace spfblock::config {
namespace {

void write(json::writer& to, const list_file& of) {
  to.begin_object()
      .member("path", of.path)
      .member("identity", of.identity)
      .member("text", of.text)
      .end_object();
}

struct named_files {
  std::string pattern;
  std::vector<list_file> files;
};

struct list_size {
  std::string path;
  std::size_t entries = 0;
};

struct document {
  source_texts texts;
  std::vector<named_files> patterns;
  std::vector<list_size> sizes;
};

/// A text of `source_texts`.
template <class Member>
auto text_of(Member source_texts::*member) {
  return [=](const json::json_value& value, document& into) {
    if (value.is_null())
      return;
    if (const auto text = value.read_text())
      into.texts.*member = std::string{*text};
  };
}

const json::field_table<list_file>& file_fields() {
  static const json::field_table<list_file> fields{
      {"path", json::text(&list_file::path)},
      {"identity", json::text(&list_file::identity)},
      {"text", json::text(&list_file::text)},
  };
  return fields;
}

const json::field_table<document>& fields() {
  static const json::field_table<named_files> of_pattern{
      {"pattern", json::text(&named_files::pattern)},
      {"files", json::list(&named_files::files, file_fields())},
  };
  static const json::field_table<list_size> of_size{
      {"path", json::text(&list_size::path)},
      {"entries", json::count(&list_size::entries)},
  };
  static const json::field_table<document> all{
      {"file", text_of(&source_texts::file)},
      {"text", text_of(&source_texts::text)},
      {"zone", text_of(&source_texts::zone)},
      {"patterns", json::list(&document::patterns, of_pattern)},
      {"sizes", json::list(&document::sizes, of_size)},
  };
  return all;
}

} // namespace

std::string to_json(const source_texts& texts, const list_sizes& lists) {
  json::writer to{json::layout::indented};
  to.begin_object()
      .member("file", texts.file)
      .member("text", texts.text)
      .member("zone", texts.zone)
      .key("patterns")
      .begin_array();
  for (const auto& [pattern, files] : texts.lists) {
    to.begin_object().member("pattern", pattern).key("files").begin_array();
    for (const list_file& each : files)
      write(to, each);
    to.end_array().end_object();
  }
  to.end_array().key("sizes").begin_array();
  for (const auto& [path, entries] : lists)
    to.begin_object()
        .member("path", path)
        .member("entries", entries)
        .end_object();
  to.end_array().end_object();
  return std::move(to).text() + '\n';
}

result<kept_configuration> kept_from_json(std::string_view text) {
  auto parsed = json::read_document(text, "a kept configuration", fields());
  if (!parsed)
    return parsed.error();
  document read = *std::move(parsed);
  kept_configuration kept{std::move(read.texts), {}};
  for (named_files& each : read.patterns)
    kept.texts.lists[std::move(each.pattern)] = std::move(each.files);
  for (list_size& each : read.sizes)
    kept.lists[std::move(each.path)] = each.entries;
  return kept;
}

} // namespace spfblock::config
