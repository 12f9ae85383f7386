#include "core/page/domain_words.hpp"

#include "core/page/address_words.hpp"
#include "core/support/calendar.hpp"
#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"

#include <algorithm>
#include <string_view>

namespace spfblock::page {
namespace {

/// Of a record: more than anybody reads.
constexpr std::size_t most_terms = 100;

void add_field(markup& to, literal label, const std::string& value) {
  if (!value.empty())
    to.tags(label).element("<dd>", value, "</dd>");
}

void add_fields(markup& to, literal label,
                const std::vector<std::string>& values) {
  for (const std::string& each : values)
    add_field(to, label, each);
}

std::string size_of(const reports::domain_status& of) {
  return counted(of.networks, "network") + ", " +
         counted(of.ipv4_addresses, "IPv4 address", "IPv4 addresses") + ", " +
         counted(of.ipv6_slash64s, "IPv6 /64", "IPv6 /64s");
}

void add_state(markup& to, const reports::domain_status& of,
               std::chrono::sys_seconds now) {
  to.tags("<dl>");
  to.tags(reports::is_in_trouble(of)
              ? literal{"<dt>state</dt><dd><span class=\"state trouble\">"}
              : literal{"<dt>state</dt><dd><span class=\"state\">"});
  to.text(reports::text_of(of.condition)).tags("</span></dd>");
  add_field(to, "<dt>trouble</dt>", of.trouble);
  add_fields(to, "<dt>refused</dt>", of.refusals);
  add_field(to, "<dt>gap</dt>", reports::gap_in(of));
  add_field(to, "<dt>size</dt>", size_of(of));
  if (of.kept_off != 0)
    add_field(to, "<dt>kept off</dt>",
              counted(of.kept_off, "network") + ", by what is allowed");
  if (of.changed_at)
    add_field(to, "<dt>last change</dt>",
              utc_text(*of.changed_at) + ", " +
                  span_text(now - *of.changed_at) + " ago");
  if (of.age)
    add_field(to, "<dt>last found good</dt>", span_text(*of.age) + " ago");
  if (of.hits)
    add_field(to, "<dt>hits</dt>",
              std::to_string(*of.hits) + " since the server started");
  add_field(to, "<dt>action</dt>", of.action);
  add_field(to, "<dt>until</dt>", of.until);
  add_field(to, "<dt>comment</dt>", of.comment);
  add_fields(to, "<dt>the mail decides by</dt>", of.by_mail);
  to.tags("</dl>");
}

void add_sharing(markup& to, const tree_record& of) {
  if (of.sharing == 0)
    return;
  to.tags(" <span class=\"shared\">also used by ");
  for (std::size_t i = 0; i < of.also_in.size(); ++i) {
    if (i != 0)
      to.tags(", ");
    add_domain_link(to, of.also_in[i]);
  }
  if (of.sharing > of.also_in.size())
    to.element(" and ", std::to_string(of.sharing - of.also_in.size()),
               " more");
  to.tags("</span>");
}

void add_term(markup& to, const tree_term& of) {
  to.element("<li><code>", of.term, "</code> <small>");
  to.text(counted(of.networks, "network"))
      .element(", since ",
               day_text(std::chrono::floor<std::chrono::days>(of.since)), "");
  if (of.is_kept)
    to.tags(", kept: the DNS does not decide");
  to.tags("</small></li>");
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as includes are followed
void add_record(markup& to, const tree_record& of) {
  to.element("<li><code class=\"record\">", of.step, "</code>");
  add_sharing(to, of);
  to.tags("<ul>");
  const std::size_t shown = std::min(of.terms.size(), most_terms);
  for (std::size_t i = 0; i < shown; ++i)
    add_term(to, of.terms[i]);
  if (shown < of.terms.size())
    to.element("<li>and ", std::to_string(of.terms.size() - shown),
               " more terms</li>");
  for (const tree_record& each : of.below)
    add_record(to, each);
  to.tags("</ul></li>");
}

void add_tree(markup& to, const tree_record& of) {
  if (of.terms.empty() && of.below.empty())
    return;
  to.tags("<h4>Its records</h4><ul class=\"tree\">");
  add_record(to, of);
  to.tags("</ul>");
}

} // namespace

void add_domain(markup& to, const domain_answer& of,
                std::chrono::sys_seconds now) {
  const bool is_listed = of.status.role == domains::role::listed;
  to.tags(is_listed ? literal{"<h3 class=\"listed\"><span class=\"verdict\">"
                              "Listed domain</span> <code>"}
                    : literal{"<h3 class=\"unlisted\"><span class=\"verdict\">"
                              "Allowed domain</span> <code>"});
  to.text(of.status.name).tags("</code></h3>");
  add_state(to, of.status, now);
  add_tree(to, of.tree);
  if (is_listed) {
    to.tags("<h4>To take it out</h4>");
    add_command(to, "spfblock remove " + shell_word(of.status.name));
  }
}

void add_provider(markup& to, const provider_answer& of) {
  to.element("<h3 class=\"unlisted\"><span class=\"verdict\">Allowed provider"
             "</span> <code>",
             of.tree.step, "</code></h3>");
  to.tags("<p>One of <code>allow.providers</code>: what its record authorises "
          "is never listed, unless you list the provider itself.</p>");
  add_tree(to, of.tree);
}

void add_domain_link(markup& to, const std::string& of) {
  to.element("<a href=\"/?address=", percent_encode_query(of), "\"><code>");
  to.text(of).tags("</code></a>");
}

std::string remark_on(const reports::domain_status& of) {
  if (!of.refusals.empty())
    return of.refusals.front();
  if (auto gap = reports::gap_in(of); !gap.empty())
    return gap;
  return of.trouble;
}

} // namespace spfblock::page
