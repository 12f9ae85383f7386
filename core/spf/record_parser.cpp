#include "core/spf/record_parser.hpp"

#include "core/spf/directive_parser.hpp"
#include "core/spf/syntax_fault.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace spfblock::spf {

namespace {

constexpr std::string_view version = "v=spf1";

using term_value = decltype(term::value);

/// Nothing, or the first octet that no term may contain.
std::optional<failure> find_stray_octet(std::string_view text) {
  const auto stray = std::find_if(text.begin(), text.end(),
                                  [](char c) { return c < '!' || c > '~'; });
  if (stray == text.end())
    return std::nullopt;
  return malformed(fmt::format("forbidden octet 0x{:02x}",
                               unsigned{static_cast<unsigned char>(*stray)}),
                   static_cast<std::size_t>(stray - text.begin()));
}

std::optional<mechanism> mechanism_named(std::string_view name) {
  for (const auto each :
       {mechanism::all, mechanism::include, mechanism::a, mechanism::mx,
        mechanism::ptr, mechanism::ip4, mechanism::ip6, mechanism::exists}) {
    if (iequals(name, to_string(each)))
      return each;
  }
  return std::nullopt;
}

/// The mechanism that a modifier of this name was meant to be, if it looks like
/// one: "ip4=192.0.2.1", and what people write instead of ip4 and ip6.
std::optional<mechanism> mechanism_meant(std::string_view name) {
  if (iequals(name, "ip") || iequals(name, "ipv4"))
    return mechanism::ip4;
  return iequals(name, "ipv6") ? mechanism::ip6 : mechanism_named(name);
}

/// The terms of one record, one after the other.
class term_parser {
public:
  /// The offset of a failure is within `text`.
  term_value parse(std::string_view text) {
    if (auto fault = find_stray_octet(text))
      return *std::move(fault);
    // RFC 7208 §4.6.1: "=" right behind the name, before any ":" or "/".
    const auto end = text.find_first_not_of(name_characters);
    if (end != std::string_view::npos && text[end] == '=')
      return parse_modifier(text, end);
    auto parsed = parse_directive(text);
    if (!parsed)
      return parsed.error();
    return *std::move(parsed);
  }

private:
  static constexpr std::string_view name_characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

  term_value parse_modifier(std::string_view text, std::size_t name_end) {
    const std::string_view name = text.substr(0, name_end);
    const std::string_view value = text.substr(name_end + 1);
    if (name.empty() || !is_letter(name.front()))
      return malformed(
          fmt::format("modifier name {} begins with no letter", shown(name)),
          0);
    const bool redirect = iequals(name, "redirect");
    const bool explanation = iequals(name, "exp");
    if (redirect && std::exchange(redirect_seen_, true))
      return malformed("a second redirect=", 0);
    if (explanation && std::exchange(exp_seen_, true))
      return malformed("a second exp=", 0);
    auto spec = redirect || explanation
                    ? domain_spec::parse(value)
                    : domain_spec::parse_macro_string(value);
    if (!spec)
      return malformed(spec.error().message,
                       name_end + 1 + spec.error().offset);
    if (redirect)
      return redirect_modifier{*std::move(spec)};
    return ignored_modifier{mechanism_meant(name)};
  }

  bool redirect_seen_ = false;
  bool exp_seen_ = false;
};

// The canonical spelling of a term's value; `written` is the term in the
// record.
struct term_printer {
  std::string_view written;

  std::string operator()(const directive& d) const { return to_string(d); }

  std::string operator()(const redirect_modifier& m) const {
    return "redirect=" + m.target.to_string();
  }

  std::string operator()(const ignored_modifier&) const {
    const auto end = std::min(written.find('='), written.size());
    return to_lower(written.substr(0, end)).append(written.substr(end));
  }

  std::string operator()(const failure& f) const {
    return fmt::format("<error: {}>", f.message);
  }
};

/// Counts the terms of a record that are kept for people alone.
class idle_terms {
public:
  /// Whether to keep one more term.
  bool takes(const term_value& value) {
    if (std::holds_alternative<ignored_modifier>(value))
      return ++ignored_ <= record::most_idle;
    if (std::holds_alternative<failure>(value))
      return ++in_error_ <= record::most_idle;
    return true;
  }

private:
  std::size_t ignored_ = 0;
  std::size_t in_error_ = 0;
};

/// The text between blanks that begins at `at`.
std::string_view term_text(std::string_view record, std::size_t at) {
  return record.substr(at, std::min(record.find(' ', at), record.size()) - at);
}

} // namespace

bool is_spf_record(std::string_view text) noexcept {
  return iequals(text.substr(0, version.size()), version) &&
         (text.size() == version.size() || text[version.size()] == ' ');
}

record parse_record(std::string_view text) {
  EXPECTS(is_spf_record(text));
  record parsed;
  parsed.text = text;
  term_parser parser;
  idle_terms idle;
  auto at = text.find_first_not_of(' ', version.size());
  while (at != std::string_view::npos) {
    const std::string_view written = term_text(text, at);
    term_value value = parser.parse(written);
    if (idle.takes(value)) {
      if (auto* f = std::get_if<failure>(&value)) {
        f->offset += at;
        f->message += " in " + shown(written);
      }
      parsed.terms.push_back(
          {printable_in_part(written, term::most_text), at, std::move(value)});
    }
    at = text.find_first_not_of(' ', at + written.size());
  }
  return parsed;
}

std::string to_string(const record& parsed) {
  std::string out{version};
  for (const term& t : parsed.terms) {
    out += ' ';
    out += std::visit(term_printer{term_text(parsed.text, t.offset)}, t.value);
  }
  return out;
}

} // namespace spfblock::spf
