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

/// What must stand behind a word.
enum class argument : std::uint8_t { free, header, mailbox, destination };

struct access_word {
  std::string_view name;
  argument takes = argument::free;
};

constexpr std::array<access_word, 14> access_words{{
    {"OK"},
    {"REJECT"},
    {"DEFER"},
    {"DEFER_IF_REJECT"},
    {"DEFER_IF_PERMIT"},
    {"WARN"},
    {"HOLD"},
    {"DISCARD"},
    {"INFO"},
    {"PREPEND", argument::header},
    {"REDIRECT", argument::mailbox},
    {"FILTER", argument::destination},
    {"BCC", argument::mailbox},
    {"DUNNO"},
}};

/// What smtpd takes as well, and access(5) does not describe.
constexpr std::array<std::string_view, 2> other_words{"RELAY", "HANGUP"};

struct spelling {
  std::string_view text;
  placeholder stands_for;
};

constexpr std::array<spelling, 4> spellings{{
    {"{domain}", placeholder::domain},
    {"{network}", placeholder::network},
    {"{address}", placeholder::address},
    {"{since}", placeholder::since},
}};

// What inet_ntop(3) can write at most (INET6_ADDRSTRLEN without its NUL), and
// the same with "/128".
constexpr std::size_t longest_address = 45;
constexpr std::size_t longest_network = longest_address + 4;
constexpr std::size_t longest_day = std::string_view{"2027-01-01"}.size();

const access_word* find_word(std::string_view text) noexcept {
  const auto* const found = std::find_if(
      access_words.begin(), access_words.end(),
      [text](const access_word& word) { return iequals(word.name, text); });
  return found == access_words.end() ? nullptr : found;
}

/// The placeholder that `text` starts with.
const spelling* first_placeholder(std::string_view text) noexcept {
  const auto* const found = std::find_if(
      spellings.begin(), spellings.end(),
      [text](const spelling& one) { return text.starts_with(one.text); });
  return found == spellings.end() ? nullptr : found;
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

/// A name in braces at the beginning of `text`, with them; empty if there is
/// none.
std::string_view name_in_braces(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin() + 1, text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
  const auto size = static_cast<std::size_t>(end - text.begin());
  const bool is_one = size > 1 && end != text.end() && *end == '}';
  return is_one ? text.substr(0, size + 1) : std::string_view{};
}

std::optional<failure> check_placeholders(std::string_view text) {
  for (auto at = text.find('{'); at != text.npos; at = text.find('{', at + 1)) {
    const std::string_view rest = text.substr(at);
    const std::string_view name = name_in_braces(rest);
    if (!name.empty() && first_placeholder(rest) == nullptr)
      return wrong("unknown placeholder " + in_quotes(name) + " in " +
                       in_quotes(text),
                   "{domain}, {network}, {address} or {since}", at);
  }
  return std::nullopt;
}

/// `text` with a letter for each placeholder.
std::string without_placeholders(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const spelling* const found = first_placeholder(text);
    out += found == nullptr ? text.front() : 'x';
    text.remove_prefix(found == nullptr ? 1 : found->text.size());
  }
  return out;
}

/// As is_header(3) of Postfix: a name in printable ASCII, blanks, a colon.
bool is_header(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  if (name.size() == text.size())
    return false;
  const std::string_view word = name.substr(0, name.find(' '));
  return !word.empty() && trimmed(name.substr(word.size())).empty() &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

/// Whether smtpd does what a word says with this behind it, or warns and passes
/// it over.
bool is_taken(argument kind, const std::string& text) {
  switch (kind) {
  case argument::free: return true;
  case argument::header: return is_header(text);
  case argument::mailbox: return text.find('@') != text.npos;
  case argument::destination: return text.find(':') != text.npos;
  }
  return false;
}

std::string_view text_of(argument kind) {
  switch (kind) {
  case argument::free: break;
  case argument::header: return "header: text";
  case argument::mailbox: return "user@domain";
  case argument::destination: return "transport:destination";
  }
  return "a text";
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
  const auto behind = trimmed(text.substr(word.size()));
  if (is_smtp_code(word)) {
    if (!behind.empty())
      return std::nullopt;
    return wrong(fmt::format("{} without a text, which Postfix takes for OK",
                             in_quotes(text)),
                 fmt::format("{} and a text", word));
  }
  if (const access_word* const known = find_word(word)) {
    if (is_taken(known->takes, without_placeholders(behind)))
      return std::nullopt;
    return wrong(in_quotes(text) + ", which Postfix warns of and passes over",
                 fmt::format("{} {}", known->name, text_of(known->takes)));
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
  if (auto why = check_placeholders(text))
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
  return find_word(text) != nullptr ||
         std::any_of(other_words.begin(), other_words.end(),
                     [text](auto each) { return iequals(each, text); });
}

bool action::tells_since() const noexcept {
  return text_.find("{since}") != text_.npos;
}

void action::compile() {
  reply_ = "200 ";
  for (std::string_view rest = text_; !rest.empty();) {
    const spelling* const found = first_placeholder(rest);
    if (found == nullptr) {
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
    case placeholder::since: size += longest_day; break;
    }
  }
  return size;
}

action action::bind(std::string_view domain, std::string_view since) const {
  EXPECTS(since.size() <= longest_day);
  const std::string encoded = encoded_domain(domain);
  action made;
  made.text_ = text_;
  made.bound_ = true;
  std::size_t done = 0;
  for (const slot& one : slots_) {
    made.reply_.append(reply_, done, one.offset - done);
    done = one.offset;
    switch (one.stands_for) {
    case placeholder::domain: made.reply_ += encoded; break;
    case placeholder::since: made.reply_ += since; break;
    case placeholder::network:
    case placeholder::address:
      made.slots_.push_back({made.reply_.size(), one.stands_for});
      break;
    }
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

std::string action::filled(const net::ip_prefix& network) const {
  const bool single = network.length() == net::width(network.family());
  return filled(network,
                single ? network.first().to_string() : network.to_string());
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
