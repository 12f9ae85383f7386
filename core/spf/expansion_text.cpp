#include "core/spf/expansion_text.hpp"

#include "core/spf/rules.hpp"
#include "core/support/paragraph.hpp"
#include "core/support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace spfblock::spf {
namespace {

constexpr std::size_t narrowest_tree = 34;
constexpr std::size_t widest_tree = 39;

/// In ten characters at most: "2.3e+18".
std::string figure(std::uint64_t count) {
  constexpr std::uint64_t longest = 9'999'999'999;
  return count > longest ? fmt::format("{:.1e}", static_cast<double>(count))
                         : std::to_string(count);
}

/// "8 networks, 3584 IPv4 addresses, 2 IPv6 /64s"
std::string size_of(const net::address_set& set) {
  std::string text = counted(set.prefix_count(), "network");
  if (const auto ipv4 = set.ipv4_count(); ipv4 > 0)
    text += ", " + counted(ipv4, "IPv4 address", "IPv4 addresses");
  if (const auto ipv6 = set.ipv6_slash64_count(); ipv6 > 0)
    text += ", " + counted(ipv6, "IPv6 /64", "IPv6 /64s");
  return text;
}

/// One line of the tree; only terms have figures.
struct row {
  enum class kind { heading, record, term, carve_out, remark };
  kind what = kind::record;
  std::string tree; ///< with the branches in front
  std::string networks;
  std::string ipv4;
  std::string ipv6;
  std::string dns_terms;
  std::string void_lookups;
};

class tree_builder {
public:
  explicit tree_builder(const expansion& of)
      : of_{of},
        overruled_{overruled_terms(of)} {}

  std::vector<row> build() {
    rows_.push_back({row::kind::heading, of_.domain.to_string(), "NETS", "IPV4",
                     "IPV6 /64", "DNS", "VOID"});
    add_record(0, "");
    return std::move(rows_);
  }

private:
  /// A record is long, and a remark may be: each goes on at the next line.
  void add(row::kind what, const std::string& branches, std::string_view head,
           const std::string& text) {
    const std::size_t indent = what == row::kind::remark ? 2 : 4;
    std::string lines;
    append_paragraph(lines, branches + std::string{head}, text,
                     branches + std::string(indent, ' '));
    lines.pop_back();
    for (const std::string_view line : split(lines, '\n'))
      rows_.push_back({what, std::string{line}, {}, {}, {}, {}, {}});
  }

  void add_record(std::size_t index, const std::string& branches) {
    const record_visit& record = of_.records[index];
    if (!record.error.empty()) {
      add(row::kind::remark, branches, "! ",
          record.domain.to_string() + ": " + record.error);
      return;
    }
    add(row::kind::record, branches, fmt::format("TTL {} s  ", record.ttl),
        record.text);
    std::vector<std::size_t> terms;
    for (std::size_t i = 0; i < of_.terms.size(); ++i) {
      if (of_.terms[i].record == index)
        terms.push_back(i);
    }
    for (const std::size_t term : terms)
      add_term(term, branches, term == terms.back());
  }

  void add_term(std::size_t index, const std::string& branches, bool is_last) {
    const term_visit& term = of_.terms[index];
    row line{row::kind::term,
             branches + (is_last ? "`- " : "|- ") + term.text,
             {},
             {},
             {},
             {},
             {}};
    if (!term.granted.empty()) {
      add_figures(line, term.granted, "");
    } else if (!term.refused.empty() && term.kind != term_kind::all) {
      line.what = row::kind::carve_out;
      add_figures(line, term.refused, "-");
    }
    if (term.dns_terms > 0)
      line.dns_terms = fmt::format("{}/{}", term.dns_terms, dns_term_limit);
    if (term.void_lookups > 0)
      line.void_lookups =
          fmt::format("{}/{}", term.void_lookups, void_lookup_limit);
    rows_.push_back(std::move(line));

    const std::string inner = branches + (is_last ? "   " : "|  ");
    for (const std::string& remark : term.remarks)
      add(row::kind::remark, inner, "! ", remark);
    if (!overruled_[index].empty())
      add(row::kind::remark, inner, "! ", std::string{overruled_[index]});
    for (std::size_t i = 1; i < of_.records.size(); ++i) {
      if (of_.records[i].via == index)
        add_record(i, inner);
    }
  }

  static void add_figures(row& to, const net::address_set& set,
                          std::string_view sign) {
    to.networks = fmt::format("{}{}", sign, set.prefix_count());
    if (const auto ipv4 = set.ipv4_count(); ipv4 > 0)
      to.ipv4 = fmt::format("{}{}", sign, figure(ipv4));
    if (const auto ipv6 = set.ipv6_slash64_count(); ipv6 > 0)
      to.ipv6 = fmt::format("{}{}", sign, figure(ipv6));
  }

  const expansion& of_;
  const std::vector<std::string_view> overruled_;
  std::vector<row> rows_;
};

std::string_view colour_of(row::kind what) {
  switch (what) {
  case row::kind::heading: return "\x1b[1m";
  case row::kind::record: return "\x1b[2m";
  case row::kind::carve_out: return "\x1b[33m";
  case row::kind::remark: return "\x1b[31m";
  case row::kind::term: break;
  }
  return "";
}

std::string without_end_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void append_row(std::string& out, const row& line, std::size_t width,
                colour with_colour) {
  std::string text = line.tree;
  const bool has_figures = !line.networks.empty() || !line.dns_terms.empty();
  if (has_figures) {
    if (text.size() > width)
      text += '\n' + std::string(width, ' ');
    else
      text.resize(width, ' ');
    text +=
        fmt::format("{:>5} {:>11} {:>11} {:>5} {:>4}", line.networks, line.ipv4,
                    line.ipv6, line.dns_terms, line.void_lookups);
  }
  text = without_end_blanks(std::move(text));
  const std::string_view start =
      with_colour == colour::on ? colour_of(line.what) : "";
  out += fmt::format("{}{}{}\n", start, text, start.empty() ? "" : "\x1b[0m");
}

std::string paragraph(const std::string& text) {
  std::string out;
  append_paragraph(out, "", text, 2);
  return out;
}

std::string listing_text(const expansion& of) {
  const std::string domain = of.domain.to_string();
  if (of.outcome == outcome::no_record)
    return domain + ": no SPF record\n";
  std::string out;
  for (const net::ip_prefix& network : of.pass.to_prefixes())
    out += network.to_string() + '\n';
  out += paragraph(
      fmt::format("{}: {}; TTL {} s, {}", domain, size_of(of.pass), of.ttl,
                  counted(of.questions, "DNS question", "DNS questions")));
  for (const open_question& each : of.open_questions)
    out += paragraph(domain + ": " + text_of(each));
  if (!of.residue.terms.empty()) {
    std::string terms;
    for (const std::size_t each : of.residue.terms)
      terms += (terms.empty() ? "" : "; ") + chain(of, each);
    out +=
        paragraph(fmt::format("{}: the mail decides about {}: {}", domain,
                              clients_of({{}, of.residue.addresses}), terms));
  }
  return out;
}

} // namespace

std::string to_text(const expansion& of, colour with_colour) {
  const std::vector<row> rows = tree_builder{of}.build();
  std::size_t width = narrowest_tree;
  for (const row& line : rows) {
    if (line.what == row::kind::term || line.what == row::kind::carve_out)
      width = std::max(width, line.tree.size());
  }
  width = std::min(width, widest_tree);

  std::string out;
  for (const row& line : rows)
    append_row(out, line, width, with_colour);
  return out + '\n' + listing_text(of);
}

} // namespace spfblock::spf
