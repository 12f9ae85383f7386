#include "core/table/action.hpp"

#include "core/support/contract.hpp"
#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace spfblock::table {

namespace {

struct access_word {
  std::string_view name;
  bool needs_text;
};

constexpr std::array<access_word, 14> access_words{{
    {"OK", false},
    {"REJECT", false},
    {"DEFER", false},
    {"DEFER_IF_REJECT", false},
    {"DEFER_IF_PERMIT", false},
    {"WARN", false},
    {"HOLD", false},
    {"DISCARD", false},
    {"INFO", false},
    {"PREPEND", true},
    {"REDIRECT", true},
    {"FILTER", true},
    {"BCC", true},
    {"DUNNO", false},
}};

// What inet_ntop(3) can write at most (INET6_ADDRSTRLEN without its NUL), and
// the same with "/128".
constexpr std::size_t longest_address = 45;
constexpr std::size_t longest_network = longest_address + 4;

const access_word* find_word(std::string_view text) noexcept {
  const auto* const found = std::find_if(
      access_words.begin(), access_words.end(),
      [text](const access_word& word) { return iequals(word.name, text); });
  return found == access_words.end() ? nullptr : found;
}

std::string known_words() {
  std::string list;
  for (const access_word& word : access_words)
    list.append(word.name).append(", ");
  return list + "4NN or 5NN with a text, or a restriction class";
}

failure wrong(std::string_view finding, std::string_view expected,
              std::size_t offset = 0) {
  return {errc::malformed, fmt::format("{} (expected {})", finding, expected),
          offset};
}

bool is_smtp_code(std::string_view word) noexcept {
  return word.size() == 3 && (word[0] == '4' || word[0] == '5') &&
         is_digit(word[1]) && is_digit(word[2]);
}

struct code_point {
  std::uint32_t value;
  std::size_t size;
};

struct utf8_form {
  std::size_t size;
  std::uint32_t lead_bits;
  std::uint32_t lowest; ///< less is an overlong form
};

std::optional<utf8_form> form_of(unsigned char lead) noexcept {
  if (lead < 0x80)
    return utf8_form{1, lead, 0};
  if (lead >= 0xc0 && lead < 0xe0)
    return utf8_form{2, lead & 0x1fU, 0x80};
  if (lead >= 0xe0 && lead < 0xf0)
    return utf8_form{3, lead & 0x0fU, 0x800};
  if (lead >= 0xf0 && lead < 0xf8)
    return utf8_form{4, lead & 0x07U, 0x10000};
  return std::nullopt;
}

/// The code point that `text` starts with (RFC 3629 §3); nothing if it starts
/// with none.
/// @pre !text.empty()
std::optional<code_point> first_code_point(std::string_view text) noexcept {
  const auto form = form_of(static_cast<unsigned char>(text.front()));
  if (!form || text.size() < form->size)
    return std::nullopt;
  std::uint32_t value = form->lead_bits;
  for (const char c : text.substr(1, form->size - 1)) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xc0U) != 0x80)
      return std::nullopt;
    value = value << 6U | (octet & 0x3fU);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < form->lowest || value > 0x10ffff || surrogate)
    return std::nullopt;
  return code_point{value, form->size};
}

bool is_control(std::uint32_t value) noexcept {
  return value < 0x20 || (value >= 0x7f && value < 0xa0);
}

std::optional<failure> check_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = first_code_point(text.substr(at));
    if (!next)
      return wrong("not UTF-8 in " + in_quotes(text), "valid UTF-8", at);
    if (is_control(next->value))
      return wrong("control character in " + in_quotes(text),
                   "a line of printable text", at);
    at += next->size;
  }
  return std::nullopt;
}

std::optional<failure> check_size(std::string_view text) {
  if (text.size() <= action::longest)
    return std::nullopt;
  return wrong(
      fmt::format("{} octets long: {}", text.size(), in_quotes(text, 40)),
      fmt::format("at most {}", action::longest), action::longest);
}

std::optional<failure>
check_words(std::string_view text,
            const std::vector<std::string>& restriction_classes) {
  const auto is_class = [&](std::string_view word) {
    return std::find(restriction_classes.begin(), restriction_classes.end(),
                     word) != restriction_classes.end();
  };
  if (is_class(text))
    return std::nullopt;

  const auto word = text.substr(0, text.find(' '));
  const bool has_text = !trimmed(text.substr(word.size())).empty();
  if (is_smtp_code(word)) {
    if (has_text)
      return std::nullopt;
    return wrong(fmt::format("{} without a text, which Postfix takes for OK",
                             in_quotes(text)),
                 fmt::format("{} and a text", word));
  }
  if (const access_word* const known = find_word(word)) {
    if (has_text || !known->needs_text)
      return std::nullopt;
    return wrong(in_quotes(text) + " without a text",
                 fmt::format("{} and a text", known->name));
  }
  if (is_class(word))
    return wrong("text after the restriction class in " + in_quotes(text),
                 fmt::format("{} alone", in_quotes(word)), word.size());
  return wrong("unknown action " + in_quotes(text), known_words());
}

std::string encoded_domain(std::string_view domain) {
  std::string out;
  for (const char c : domain) {
    const auto before = out.size();
    append_percent_encoded(out, {&c, 1});
    if (out.size() > action::longest_domain) {
      out.resize(before);
      break;
    }
  }
  return out;
}

} // namespace

result<action>
action::parse(std::string_view text,
              const std::vector<std::string>& restriction_classes) {
  if (auto why = check_size(text))
    return std::move(*why);
  if (auto why = check_characters(text))
    return std::move(*why);
  if (auto why = check_words(text, restriction_classes))
    return std::move(*why);

  action made;
  made.text_ = text;
  made.compile();
  if (made.longest_filled() > longest_reply)
    return wrong("too many placeholders in " + in_quotes(text, 40),
                 fmt::format("a reply of at most {} octets with the longest "
                             "values filled in",
                             longest_reply));
  return made;
}

bool action::is_word(std::string_view text) noexcept {
  return find_word(text) != nullptr;
}

void action::compile() {
  struct spelling {
    std::string_view text;
    placeholder stands_for;
  };
  static constexpr std::array<spelling, 3> spellings{{
      {"{domain}", placeholder::domain},
      {"{network}", placeholder::network},
      {"{address}", placeholder::address},
  }};

  reply_ = "200 ";
  for (std::string_view rest = text_; !rest.empty();) {
    const auto* const found = std::find_if(
        spellings.begin(), spellings.end(),
        [rest](const spelling& one) { return rest.starts_with(one.text); });
    if (found == spellings.end()) {
      append_percent_encoded(reply_, rest.substr(0, 1));
      rest.remove_prefix(1);
    } else {
      slots_.push_back({reply_.size(), found->stands_for});
      rest.remove_prefix(found->text.size());
    }
  }
  reply_ += '\n';
}

std::size_t action::longest_filled() const noexcept {
  std::size_t size = reply_.size();
  for (const slot& one : slots_) {
    switch (one.stands_for) {
    case placeholder::domain: size += longest_domain; break;
    case placeholder::network: size += longest_network; break;
    case placeholder::address: size += longest_address; break;
    }
  }
  return size;
}

action action::bind(std::string_view domain) const {
  const std::string encoded = encoded_domain(domain);
  action made;
  made.text_ = text_;
  made.bound_ = true;
  std::size_t done = 0;
  for (const slot& one : slots_) {
    made.reply_.append(reply_, done, one.offset - done);
    done = one.offset;
    if (one.stands_for == placeholder::domain)
      made.reply_ += encoded;
    else
      made.slots_.push_back({made.reply_.size(), one.stands_for});
  }
  made.reply_.append(reply_, done);
  return made;
}

void action::append_reply(std::string& out, const net::ip_address& address,
                          const net::ip_prefix& network) const {
  EXPECTS(bound_);
  std::size_t done = 0;
  for (const slot& one : slots_) {
    out.append(reply_, done, one.offset - done);
    done = one.offset;
    out += one.stands_for == placeholder::address ? address.to_string()
                                                  : network.to_string();
  }
  out.append(reply_, done);
}

std::string action::filled(const net::ip_prefix& network,
                           std::string_view address) const {
  EXPECTS(bound_);
  std::size_t done = std::string_view{"200 "}.size();
  std::string out;
  // A slot never parts a %XX.
  const auto append_until = [&](std::size_t end) {
    const std::string_view reply{reply_};
    out += percent_decode(reply.substr(done, end - done)).value();
    done = end;
  };
  for (const slot& one : slots_) {
    append_until(one.offset);
    if (one.stands_for == placeholder::address)
      out += address;
    else
      out += network.to_string();
  }
  append_until(reply_.size() - 1); // the LF
  return out;
}

bool action::blocks() const noexcept {
  static constexpr std::array<std::string_view, 4> blocking{
      "REJECT", "DEFER", "DEFER_IF_PERMIT", "DISCARD"};
  const std::string_view text{text_};
  const auto word = text.substr(0, text.find(' '));
  return (is_smtp_code(word) && word.size() < text.size()) ||
         std::any_of(blocking.begin(), blocking.end(),
                     [word](auto each) { return iequals(each, word); });
}

} // namespace spfblock::table
