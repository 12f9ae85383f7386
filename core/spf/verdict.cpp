#include "core/spf/verdict.hpp"

#include "core/support/paragraph.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace spfblock::spf {
namespace {

using kind = verdict::kind;

/// The chain to the term of `grants` that holds the address.
std::optional<std::string> granting(const std::vector<grant>& grants,
                                    const net::ip_address& address,
                                    const expansion& of) {
  const auto found =
      std::find_if(grants.begin(), grants.end(), [&](const grant& each) {
        return each.addresses.contains(address);
      });
  if (found == grants.end())
    return std::nullopt;
  return chain(of, found->term);
}

/// Whether what a record says is what the domain says: it is the domain's own,
/// or the domain's redirects to it.
bool speaks_for_domain(std::size_t record, const expansion& of) {
  while (const auto via = of.records[record].via) {
    if (!of.records[record].is_redirect)
      return false;
    record = of.terms[*via].record;
  }
  return true;
}

/// The chain to the term that matched the address without pass; empty if none
/// did.
std::string refusing(const net::ip_address& address, const expansion& of) {
  for (std::size_t i = 0; i < of.terms.size(); ++i) {
    const term_visit& term = of.terms[i];
    if (term.refused.contains(address) && speaks_for_domain(term.record, of))
      return chain(of, i);
  }
  return {};
}

std::string undecided_by(const net::ip_address& address, const expansion& of) {
  for (const open_question& each : of.open_questions) {
    if (each.undecided.contains(address))
      return each.why;
  }
  return of.reason;
}

/// What is wrong with a record as a whole: that it cannot be used, or the first
/// of its terms that cannot be read.
std::string error_of_record(std::size_t record, const expansion& of) {
  for (std::size_t i = 0; i < of.terms.size(); ++i) {
    const term_visit& term = of.terms[i];
    if (term.record == record && term.in_error && !term.remarks.empty())
      return chain(of, i) + ": " + term.remarks.back();
  }
  const record_visit& visited = of.records[record];
  const std::string where = visited.via ? chain(of, *visited.via) + ": " : "";
  return where + visited.domain.to_string() + ": " +
         (visited.error.empty() ? "permerror" : visited.error);
}

/// The error that the address met, with the term.
std::string error_met_by(const net::ip_address& address, const expansion& of) {
  for (const met_error& each : of.met_errors) {
    if (!each.addresses.contains(address))
      continue;
    return each.term ? chain(of, *each.term) + ": permerror: " + each.why
                     : error_of_record(each.record, of);
  }
  return {};
}

/// Terms that settings keep from being followed, and those that the mail
/// decides about.
std::vector<std::string> doubts_about(const net::ip_address& address,
                                      const expansion& of) {
  constexpr std::size_t most = 5;
  std::vector<std::string> all;
  for (std::size_t i = 0; i < of.terms.size() && all.size() < most; ++i) {
    for (const std::string& remark : of.terms[i].remarks) {
      if (remark.starts_with("not followed: "))
        all.push_back(chain(of, i) + ": " + remark);
    }
  }
  if (!of.residue.addresses.contains(address))
    return all;
  for (const std::size_t each : of.residue.terms) {
    if (all.size() >= most)
      break;
    all.push_back("the mail decides: " + chain(of, each));
  }
  return all;
}

verdict refusal_of(const net::ip_address& address, const expansion& of) {
  if (of.temperror.contains(address))
    return {kind::temperror, undecided_by(address, of)};
  if (auto by = granting(of.too_wide, address, of))
    return {kind::too_wide, *std::move(by)};
  if (of.permerror.contains(address))
    return {kind::permerror, error_met_by(address, of)};
  return {kind::other, refusing(address, of)};
}

std::string_view words(kind what) {
  switch (what) {
  case kind::pass: return "passes";
  case kind::other: return "does not pass";
  case kind::too_wide: return "passes only by a term too wide to count in";
  case kind::permerror: return "meets an error of";
  case kind::temperror: return "is left undecided by the DNS of";
  case kind::no_record: return "does not pass: there is no SPF record at";
  }
  return "";
}

} // namespace

verdict verdict_on(const net::ip_address& address, const expansion& of) {
  if (of.outcome == outcome::no_record)
    return {kind::no_record, {}};
  if (of.pass.contains(address))
    return {kind::pass, granting(of.grants, address, of).value_or("")};
  verdict on = refusal_of(address, of);
  on.doubts = doubts_about(address, of);
  return on;
}

std::string to_text(const verdict& of, const net::ip_address& address,
                    const dns::name& domain) {
  std::string text;
  append_paragraph(text, "",
                   address.to_string() + ' ' + std::string{words(of.what)} +
                       ' ' + domain.to_string(),
                   2);
  if (!of.by.empty())
    append_paragraph(text, "  ", of.by, 4);
  for (const std::string& each : of.doubts)
    append_paragraph(text, "  ", "but " + each, 4);
  return text;
}

} // namespace spfblock::spf
