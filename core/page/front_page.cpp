#include "core/page/front_page.hpp"

#include "core/page/address_words.hpp"
#include "core/page/domain_words.hpp"
#include "core/page/markup.hpp"

#include <array>
#include <utility>

namespace spfblock::page {
namespace {

/// Whether all is well, in a line.
markup health(const front_page& of) {
  markup to;
  if (of.problem)
    to.element("<strong class=\"bad\">Not well</strong> <span>", *of.problem,
               "</span>");
  else if (of.concern)
    to.element("<strong class=\"warn\">Well, but</strong> <span>", *of.concern,
               "</span>");
  else
    to.element("<strong class=\"good\">All is well</strong> <span>", of.brief,
               "</span>");
  return to;
}

void add_trouble(markup& to, const reports::domain_status& of) {
  to.tags("<tr><th scope=\"row\">");
  add_domain_link(to, of.name);
  to.element("</th><td><span class=\"state trouble\">",
             reports::text_of(of.condition), "</span></td><td>");
  to.text(remark_on(of)).tags("</td></tr>");
}

markup trouble(const front_page& of) {
  markup to;
  if (of.in_trouble.empty())
    return to;
  to.tags("<section id=\"trouble\" aria-labelledby=\"trouble-title\">"
          "<h2 id=\"trouble-title\">Look at these</h2>"
          "<div class=\"scroll\" tabindex=\"0\" role=\"region\""
          " aria-labelledby=\"trouble-title\"><table><thead><tr>"
          "<th scope=\"col\">domain</th><th scope=\"col\">state</th>"
          "<th scope=\"col\">remark</th></tr></thead><tbody>");
  for (const reports::domain_status& each : of.in_trouble)
    add_trouble(to, each);
  to.tags("</tbody></table></div>");
  if (of.more_in_trouble != 0)
    to.element("<p>And ", std::to_string(of.more_in_trouble),
               " more: <code>spfblock status --trouble</code></p>");
  return to.tags("</section>");
}

void add_unknown(markup& to, const dns::name& domain) {
  to.element("<h3>", domain.to_string(), " is not configured</h3>");
  to.tags("<p>It is neither listed nor allowed. To see what its record would "
          "list:</p>");
  add_command(to, "spfblock expand " + shell_word(domain.to_string()));
}

/// What the answer is about, for scripts.
void add_subject(markup& to, const answer& of) {
  if (const auto* address = std::get_if<address_answer>(&of)) {
    to.element(" data-address=\"", address->why.address, "\"");
    if (!address->why.reasons.empty())
      to.element(" data-listing=\"", address->why.reasons.front().listing,
                 "\"");
  } else if (const auto* domain = std::get_if<domain_answer>(&of)) {
    to.element(" data-domain=\"", domain->status.name, "\"");
  }
}

markup answer_to(const front_page& of) {
  markup to;
  if (of.question.text.empty())
    return to;
  to.tags("<article id=\"answer\" aria-label=\"Answer\"");
  add_subject(to, of.answer);
  to.tags(">");
  if (const auto* address = std::get_if<address_answer>(&of.answer))
    add_address(to, *address);
  else if (const auto* domain = std::get_if<domain_answer>(&of.answer))
    add_domain(to, *domain, of.at);
  else if (const auto* provider = std::get_if<provider_answer>(&of.answer))
    add_provider(to, *provider);
  else if (const auto* unknown = std::get_if<dns::name>(&of.answer))
    add_unknown(to, *unknown);
  else
    to.tags("<h3>No address or domain in it</h3>"
            "<p>Ask for an address, a domain, or paste a line of the mail log "
            "that has an address in brackets.</p>");
  return to.tags("</article>");
}

} // namespace

std::string to_html(const front_page& of, std::string_view around) {
  const std::array<std::pair<std::string_view, std::string>, 4> places{{
      {"<!--health-->", health(of).html()},
      {"<!--asked-->", escaped(of.question.text)},
      {"<!--answer-->", answer_to(of).html()},
      {"<!--trouble-->", trouble(of).html()},
  }};
  // In the order of the page, so that what is filled in is not looked through.
  std::string page;
  for (const auto& [mark, content] : places) {
    const auto at = around.find(mark);
    if (at == std::string_view::npos)
      continue;
    page.append(around.substr(0, at)).append(content);
    around.remove_prefix(at + mark.size());
  }
  return page.append(around);
}

} // namespace spfblock::page
