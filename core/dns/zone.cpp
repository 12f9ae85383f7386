#include "core/dns/zone.hpp"

#include "core/dns/ldns_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

namespace spfblock::dns {
namespace {

failure at_line(std::size_t line, std::string_view what) {
  return {errc::malformed, fmt::format("line {}: {}", line, what), line};
}

/// Finds what ldns 1.8.3 reads past without a word, swallowing the lines that
/// follow: quotes and parentheses that are not closed, and characters that it
/// drops or takes for the end of a line even within quotes.
std::optional<failure> find_unbalanced(std::string_view text) {
  std::size_t line = 1;
  std::size_t depth = 0;
  std::size_t opened_at = 0;
  bool quoted = false;
  bool comment = false;
  bool escaped = false;
  for (const char c : text) {
    if (c == '\0' || c == '\f' || c == '\v')
      return at_line(line, "control character");
    if (c == '\n') {
      if (quoted || escaped)
        return at_line(line, quoted ? "quote is not closed"
                                    : "backslash at the end of the line");
      comment = false;
      ++line;
    }
    if (comment || std::exchange(escaped, false))
      continue;
    escaped = c == '\\';
    if (c == '"')
      quoted = !quoted;
    if (quoted)
      continue;
    comment = c == ';';
    if (c == '(' && depth++ == 0)
      opened_at = line;
    if (c == ')' && depth-- == 0)
      return at_line(line, "parenthesis was not opened");
  }
  if (quoted)
    return at_line(line, "quote is not closed");
  if (depth != 0)
    return at_line(opened_at, "parenthesis is not closed");
  return std::nullopt;
}

/// Where the next record or directive after `from` begins: behind blank lines
/// and comments.
std::size_t entry_after(std::string_view text, std::size_t from) {
  for (;;) {
    const auto content = text.find_first_not_of(" \t\r\n\f\v", from);
    if (content == std::string_view::npos || text[content] != ';') {
      const auto line = text.rfind('\n', content);
      return line == std::string_view::npos ? from : std::max(from, line + 1);
    }
    from = std::min(text.find('\n', content), text.size());
  }
}

/// ldns's reader of master files, entry by entry.
class master_file {
public:
  explicit master_file(std::string_view text)
      : text_{text},
        // Mode "r" does not write to it.
        file_{fmemopen(const_cast<char*>(text.data()), text.size(), "r")},
        origin_{to_ldns(name{}).release()} {}
  master_file(const master_file&) = delete;
  master_file& operator=(const master_file&) = delete;
  ~master_file() {
    ldns_rdf_deep_free(origin_);
    ldns_rdf_deep_free(previous_owner_);
  }

  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
  [[nodiscard]] bool at_end() const noexcept {
    return std::feof(file_.get()) != 0;
  }

  /// The record of the next entry; null if it is a directive or empty.
  result<ldns_rr_ptr> next();

  /// A failure of the entry that next() read.
  [[nodiscard]] failure fault(std::string_view what) const {
    const auto before = text_.substr(0, entry_);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    return at_line(static_cast<std::size_t>(lines) + 1, what);
  }

private:
  [[nodiscard]] std::size_t position() const {
    return static_cast<std::size_t>(std::ftell(file_.get()));
  }
  /// What is wrong with a record that ldns accepts; empty if nothing.
  [[nodiscard]] std::string_view objection(const ldns_rr& read) const;

  std::string_view text_;
  std::unique_ptr<std::FILE, free_by<&std::fclose>> file_;
  std::size_t entry_ = 0; ///< where the entry begins
  std::uint32_t default_ttl_ = 0;
  ldns_rdf* origin_;
  ldns_rdf* previous_owner_ = nullptr;
};

result<ldns_rr_ptr> master_file::next() {
  entry_ = entry_after(text_, position());
  ldns_rr* rr = nullptr;
  const auto status = ldns_rr_new_frm_fp_l(&rr, file_.get(), &default_ttl_,
                                           &origin_, &previous_owner_, nullptr);
  switch (status) {
  case LDNS_STATUS_OK: break;
  case LDNS_STATUS_SYNTAX_TTL:
  case LDNS_STATUS_SYNTAX_ORIGIN:
  case LDNS_STATUS_SYNTAX_EMPTY: return ldns_rr_ptr{};
  case LDNS_STATUS_SYNTAX_INCLUDE: return fault("$INCLUDE is not supported");
  default: return fault(ldns_get_errorstr_by_id(status));
  }
  ldns_rr_ptr read{rr};
  if (const auto wrong = objection(*read); !wrong.empty())
    return fault(wrong);
  return read;
}

std::string_view master_file::objection(const ldns_rr& read) const {
  if (position() - entry_ > LDNS_MAX_PACKETLEN)
    return "record over 65535 octets"; // of which ldns drops the rest
  if (text_[entry_] == '$')
    return "unknown directive";
  if (!previous_owner_)
    return "first record without an owner";
  if (ldns_rr_get_type(&read) == 0)
    return "unknown record type";
  if (ldns_rr_get_class(&read) != LDNS_RR_CLASS_IN)
    return "class is not IN";
  return {};
}

void add_with_ancestors(record_set& to, const name& owner) {
  to.add(owner);
  for (name child = owner; !child.is_root();) {
    const std::string& wire = child.wire();
    const auto label = static_cast<unsigned char>(wire.front());
    child = *name::from_wire(std::string_view{wire}.substr(label + 1U));
    to.add(child);
  }
}

} // namespace

result<zone> zone::parse(const std::string& text) {
  if (auto unbalanced = find_unbalanced(text))
    return *std::move(unbalanced);
  zone made;
  if (text.empty())
    return made;
  master_file file{text};
  if (!file.is_open())
    throw std::bad_alloc{};
  while (!file.at_end()) {
    const auto read = file.next();
    if (!read)
      return read.error();
    if (!*read)
      continue;
    const ldns_rr& rr = **read;
    const auto owner = owner_of(rr);
    if (!owner)
      return file.fault(owner.error().message);
    add_with_ancestors(made.records_, *owner);
    if (!is_answering(rr))
      continue;
    auto record = to_record(rr);
    if (!record)
      return file.fault(record.error().message);
    const auto* const cname = std::get_if<alias>(&record->data);
    if (cname && made.records_.contradicts(*owner, *cname))
      return file.fault("second CNAME of " + owner->to_string());
    made.records_.add(*owner, *std::move(record));
    ++made.size_;
  }
  return made;
}

answer zone::resolve(const question& asked) const {
  answer found = records_.resolve(asked);
  if (found.is_void())
    found.ttl = 0;
  return found;
}

} // namespace spfblock::dns
