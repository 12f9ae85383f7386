#include "core/spf/domain_spec.hpp"

#include "core/spf/syntax_fault.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace spfblock::spf {

namespace {

constexpr std::size_t max_name_length = 253; // RFC 7208 §7.3

bool is_letter_or_digit(char c) noexcept {
  return is_letter(c) || is_digit(c);
}

/// Reads a macro-string from left to right.
class macro_string_parser {
public:
  explicit macro_string_parser(std::string_view text) : text_{text} {}

  std::optional<failure> parse() {
    while (at_ < text_.size())
      if (auto bad = next())
        return bad;
    return std::nullopt;
  }

  std::vector<domain_spec::part> take_parts() { return std::move(parts_); }

  /// Where the literal text behind the last macro-expand begins.
  [[nodiscard]] std::size_t tail() const noexcept { return tail_; }

private:
  std::optional<failure> next() {
    const char c = text_[at_];
    if (c == '%')
      return macro_expand();
    if (c < '!' || c > '~')
      return malformed(fmt::format("forbidden octet 0x{:02x}",
                                   unsigned{static_cast<unsigned char>(c)}),
                       at_);
    literal(text_.substr(at_, 1));
    ++at_;
    return std::nullopt;
  }

  std::optional<failure> macro_expand() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("%{"))
      return braced_macro();
    if (rest.starts_with("%%"))
      literal("%");
    else if (rest.starts_with("%_"))
      literal(" ");
    else if (rest.starts_with("%-"))
      literal("%20");
    else
      return malformed(R"("%" without "{", "%", "_" or "-" behind it)", at_);
    at_ += 2;
    tail_ = at_;
    return std::nullopt;
  }

  std::optional<failure> braced_macro() {
    const auto end = text_.find('}', at_);
    if (end == std::string_view::npos)
      return malformed(R"(macro without "}")", at_);
    auto parsed = macro::parse(text_.substr(at_, end + 1 - at_));
    if (!parsed)
      return malformed(parsed.error().message, at_);
    parts_.emplace_back(*std::move(parsed));
    at_ = end + 1;
    tail_ = at_;
    return std::nullopt;
  }

  void literal(std::string_view text) {
    if (parts_.empty() || !std::holds_alternative<std::string>(parts_.back()))
      parts_.emplace_back(std::string{});
    std::get_if<std::string>(&parts_.back())->append(text);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t tail_ = 0;
  std::vector<domain_spec::part> parts_;
};

/// RFC 7208 §7.1, toplabel.
std::optional<failure> check_toplabel(std::string_view label,
                                      std::size_t offset) {
  if (label.empty())
    return malformed("last label of the domain-spec is empty", offset);
  if (std::all_of(label.begin(), label.end(), is_digit))
    return malformed(
        fmt::format("toplabel {} of digits only (an address belongs in ip4)",
                    shown(label)),
        offset);
  const bool fits =
      is_letter_or_digit(label.front()) && is_letter_or_digit(label.back()) &&
      std::all_of(label.begin(), label.end(),
                  [](char c) { return is_letter_or_digit(c) || c == '-'; });
  if (!fits)
    return malformed(fmt::format("{} is no toplabel", shown(label)), offset);
  return std::nullopt;
}

/// RFC 7208 §7.1, domain-end; `tail` as in macro_string_parser.
std::optional<failure> check_domain_end(std::string_view text,
                                        std::size_t tail) {
  if (text.empty())
    return malformed("domain-spec is empty", 0);
  if (tail == text.size())
    return std::nullopt;
  std::string_view end = text.substr(tail);
  if (end.ends_with('.'))
    end.remove_suffix(1);
  const auto dot = end.rfind('.');
  if (dot == std::string_view::npos)
    return malformed("domain-spec ends in neither .toplabel nor a macro", tail);
  return check_toplabel(end.substr(dot + 1), tail + dot + 1);
}

/// Cuts labels from the left until the text fits or no dot is left.
void truncate(std::string& name) {
  if (name.size() <= max_name_length)
    return;
  const auto dot = name.find('.', name.size() - max_name_length - 1);
  if (dot != std::string::npos)
    name.erase(0, dot + 1);
}

std::string spelling(std::string_view literal) {
  std::string out;
  while (!literal.empty()) {
    std::size_t read = 1;
    if (literal.starts_with("%20")) {
      out += "%-";
      read = 3;
    } else if (literal.front() == '%') {
      out += "%%";
    } else if (literal.front() == ' ') {
      out += "%_";
    } else {
      out += literal.front();
    }
    literal.remove_prefix(read);
  }
  return out;
}

} // namespace

result<domain_spec> domain_spec::parse(std::string_view text) {
  macro_string_parser parser{text};
  if (auto fault = parser.parse())
    return *std::move(fault);
  if (auto fault = check_domain_end(text, parser.tail()))
    return *std::move(fault);
  domain_spec parsed;
  parsed.parts_ = parser.take_parts();
  return parsed;
}

result<domain_spec> domain_spec::parse_macro_string(std::string_view text) {
  macro_string_parser parser{text};
  if (auto fault = parser.parse())
    return *std::move(fault);
  domain_spec parsed;
  parsed.parts_ = parser.take_parts();
  return parsed;
}

std::optional<std::string> domain_spec::unlistable_macro() const {
  for (const part& p : parts_) {
    const auto* m = std::get_if<macro>(&p);
    if (m != nullptr && !m->listable())
      return m->to_string();
  }
  return std::nullopt;
}

bool domain_spec::has_macro(std::string_view letters) const noexcept {
  return std::any_of(parts_.begin(), parts_.end(), [letters](const part& p) {
    const auto* m = std::get_if<macro>(&p);
    return m != nullptr && letters.find(m->letter) != std::string_view::npos;
  });
}

result<dns::name> domain_spec::expand(const macro_values& values) const {
  EXPECTS(values.mail != nullptr || !unlistable_macro());
  std::string text;
  for (const part& p : parts_) {
    if (const auto* literal = std::get_if<std::string>(&p))
      text += *literal;
    else if (const auto* m = std::get_if<macro>(&p))
      text += m->expand(values);
  }
  if (text.ends_with('.'))
    text.pop_back();
  truncate(text);
  return dns::name::from_text(text);
}

std::string domain_spec::to_string() const {
  std::string text;
  for (const part& p : parts_) {
    if (const auto* literal = std::get_if<std::string>(&p))
      text += spelling(*literal);
    else if (const auto* m = std::get_if<macro>(&p))
      text += m->to_string();
  }
  return text;
}

} // namespace spfblock::spf
