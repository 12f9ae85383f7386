#include "core/dns/zone.hpp"

#include "core/dns/ldns_record.hpp"
#include "core/dns/master_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::dns {
namespace {

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
    return at_line(line(), what);
  }

  /// Where the entry that next() read begins.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
  [[nodiscard]] std::size_t position() const {
    return static_cast<std::size_t>(std::ftell(file_.get()));
  }
  /// What is wrong with a record that ldns accepts; empty if nothing.
  [[nodiscard]] std::string_view objection(const ldns_rr& read) const;

  std::string_view text_;
  std::unique_ptr<std::FILE, free_by<&std::fclose>> file_;
  std::size_t entry_ = 0; ///< where the entry begins
  std::size_t line_ = 1;  ///< of it
  std::uint32_t default_ttl_ = 0;
  ldns_rdf* origin_;
  ldns_rdf* previous_owner_ = nullptr;
};

result<ldns_rr_ptr> master_file::next() {
  const auto former = std::exchange(entry_, entry_after(text_, position()));
  const auto passed = text_.substr(former, entry_ - former);
  line_ +=
      static_cast<std::size_t>(std::count(passed.begin(), passed.end(), '\n'));
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
  if (!previous_owner_)
    return "first record without an owner";
  if (ldns_rr_get_type(&read) == 0)
    return "unknown record type";
  if (ldns_rr_get_class(&read) != LDNS_RR_CLASS_IN)
    return "class is not IN";
  return {};
}

/// The name above.
/// @pre not the root
name parent_of(const name& child) {
  const std::string& wire = child.wire();
  const auto label = static_cast<unsigned char>(wire.front());
  return *name::from_wire(std::string_view{wire}.substr(label + 1U));
}

/// `*.` and the name.
/// @return errc::malformed if that is too long for a name
result<name> wildcard_below(const name& encloser) {
  return name::from_wire(std::string{"\x01*", 2} + encloser.wire());
}

bool is_wildcard(const name& owner) {
  return owner.wire().starts_with(std::string_view{"\x01*", 2});
}

void add_with_ancestors(record_set& to, const name& owner) {
  to.add(owner);
  for (name above = owner; !above.is_root();) {
    above = parent_of(above);
    to.add(above);
  }
}

} // namespace

result<zone> zone::parse(std::string text) {
  if (auto wrong = prepare_master_text(text))
    return *std::move(wrong);
  zone made;
  if (text.empty())
    return made;
  master_file file{text};
  if (!file.is_open())
    throw std::bad_alloc{};
  std::vector<std::pair<name, std::size_t>> lines; // of each owner
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
    lines.emplace_back(*owner, file.line());
    if (const auto wrong = made.add(*owner, rr))
      return file.fault(*wrong);
  }
  for (const auto& [owner, line] : lines)
    if (const name* const above = made.renamed_above(owner))
      return at_line(line, owner.to_string() + " is below the DNAME of " +
                               above->to_string());
  return made;
}

/// @return what is wrong with the record
std::optional<std::string> zone::add(const name& owner, const ldns_rr& rr) {
  if (const auto target = dname_target(rr)) {
    if (is_wildcard(owner))
      return "DNAME of a wildcard";
    if (has_alias(owner))
      return "CNAME and DNAME of " + owner.to_string();
    if (!renamings_.try_emplace(owner, renaming{*target, ldns_rr_ttl(&rr)})
             .second)
      return "second DNAME of " + owner.to_string();
    ++size_;
    return std::nullopt;
  }
  if (!is_answering(rr))
    return std::nullopt;
  auto record = to_record(rr);
  if (!record)
    return record.error().message;
  const auto* const cname = std::get_if<alias>(&record->data);
  if (cname && records_.contradicts(owner, *cname))
    return "second CNAME of " + owner.to_string();
  if (cname && renamings_.contains(owner))
    return "CNAME and DNAME of " + owner.to_string();
  const auto* const others = records_.find(owner);
  if (others && !others->empty() && has_alias(owner) != (cname != nullptr))
    return "CNAME and other records of " + owner.to_string();
  records_.add(owner, *std::move(record));
  ++size_;
  return std::nullopt;
}

/// Whether the owner has a CNAME: it is the only record then (RFC 2181 §10.1).
bool zone::has_alias(const name& owner) const {
  const auto* const there = records_.find(owner);
  return there && !there->empty() &&
         std::holds_alternative<alias>(there->front().data);
}

/// The nearest name above `owner` that has a DNAME; null without one.
const name* zone::renamed_above(const name& owner) const {
  if (renamings_.empty())
    return nullptr;
  for (name above = owner; !above.is_root();) {
    above = parent_of(above);
    if (const auto found = renamings_.find(above); found != renamings_.end())
      return &found->first;
  }
  return nullptr;
}

/// What answers for a name: itself, what a DNAME above it makes of it, or the
/// wildcard at its closest encloser (RFC 4592 §3.3.1).
node zone::at(const name& owner) const {
  if (const name* const above = renamed_above(owner)) {
    const renaming& by = renamings_.find(*above)->second;
    const auto& wire = owner.wire();
    const auto kept = wire.size() - above->wire().size();
    auto target = name::from_wire(wire.substr(0, kept) + by.target.wire());
    if (!target)
      return {}; // too long: there is no such name (RFC 6672 §2.2)
    return {nullptr, node::renaming{*std::move(target), by.ttl}};
  }
  if (const auto* const there = records_.find(owner))
    return {there, std::nullopt};
  name encloser = owner;
  while (!encloser.is_root()) {
    encloser = parent_of(encloser);
    if (records_.find(encloser))
      break;
  }
  const auto wildcard = wildcard_below(encloser);
  return {wildcard ? records_.find(*wildcard) : nullptr, std::nullopt};
}

answer zone::resolve(const question& asked) const {
  answer found = follow(asked, [this](const name& owner) { return at(owner); });
  if (found.is_void())
    found.ttl = 0;
  return found;
}

} // namespace spfblock::dns
