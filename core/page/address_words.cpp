#include "core/page/address_words.hpp"

#include "core/page/domain_words.hpp"
#include "core/support/calendar.hpp"
#include "core/support/text.hpp"

#include <algorithm>

namespace spfblock::page {
namespace {

/// An address that nobody lists is kept off every domain that passes everybody.
constexpr std::size_t most_shown = 20;

void add_time(markup& to, literal label,
              const std::optional<std::chrono::sys_seconds>& at,
              std::chrono::sys_seconds now) {
  if (!at)
    return;
  to.tags(label)
      .tags("<dd><time>")
      .text(utc_text(*at))
      .element("</time>, ", span_text(now - *at), " ago</dd>");
}

/// The chain as nested steps, the term last.
void add_chain(markup& to, const std::string& chain) {
  to.tags("<ol class=\"chain\">");
  for (const std::string& step : steps_of(chain))
    to.element("<li><code>", step, "</code></li>");
  to.tags("</ol>");
}

void add_reason(markup& to, const reports::listing_reason& reason,
                std::uint64_t hits, std::chrono::sys_seconds now) {
  to.tags("<dl><dt>by</dt><dd>");
  add_domain_link(to, reason.listing);
  to.element("</dd><dt>network</dt><dd><code>", reason.network,
             "</code></dd><dt>how</dt><dd>");
  add_chain(to, reason.chain);
  to.tags("</dd>");
  add_time(to, "<dt>since</dt>", reason.first_seen, now);
  add_time(to, "<dt>last found so</dt>", reason.last_seen, now);
  if (!reason.undecided.empty())
    to.element("<dt>undecided</dt><dd class=\"warn\">", reason.undecided,
               "</dd>");
  to.element("<dt>hits of this listing</dt><dd>", std::to_string(hits),
             " since the server started</dd>");
  to.element("<dt>Postfix is told</dt><dd><code>",
             reason.answer.empty() ? reason.action : reason.answer,
             "</code></dd></dl>");
}

/// How a line of smtpd(8) names the client, whatever his name.
void add_log_search(markup& to, const std::string& address) {
  to.tags("<h4>In the mail log</h4>");
  add_command(to, "grep -F '[" + address + "]' /var/log/mail.log");
}

void add_exempting(markup& to, const reports::explanation& of) {
  to.tags("<h4>To exempt it</h4>");
  add_command(to, "spfblock allow " + of.address + " --comment 'ticket '");
  to.tags("<p class=\"aside\">At once, and as long as you say with "
          "<code>--until</code>.</p>");
}

/// All listings but the one that answers.
void add_others(markup& to, const address_answer& of) {
  const auto& reasons = of.why.reasons;
  const std::size_t shown = std::min(reasons.size(), most_shown);
  for (std::size_t i = 1; i < shown; ++i) {
    to.element("<details><summary>Also listed by <code>", reasons[i].listing,
               "</code></summary>");
    add_reason(to, reasons[i], of.hits[i], of.why.at);
    to.tags("</details>");
  }
  if (shown < reasons.size())
    to.element("<p>And by ", std::to_string(reasons.size() - shown),
               " more.</p>");
}

void add_listed(markup& to, const address_answer& of) {
  const auto& why = of.why;
  to.element(
      "<h3 class=\"listed\"><span class=\"verdict\">Listed</span> <code>",
      why.address, "</code> by <code>");
  to.text(why.reasons.front().listing).tags("</code></h3>");
  add_reason(to, why.reasons.front(), of.hits.front(), why.at);
  add_log_search(to, why.address);
  add_exempting(to, why);
  add_others(to, of);
}

void add_exemptions(markup& to, const reports::explanation& why) {
  if (why.exemptions.empty())
    return;
  to.tags("<h4>What keeps it off</h4><dl>");
  const std::size_t shown = std::min(why.exemptions.size(), most_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    to.tags("<dt>");
    add_domain_link(to, why.exemptions[i].listing);
    to.element("</dt><dd>", why.exemptions[i].reason, "</dd>");
  }
  to.tags("</dl>");
  if (shown < why.exemptions.size())
    to.element("<p>Kept off ", std::to_string(why.exemptions.size() - shown),
               " more.</p>");
}

void add_not_listed(markup& to, const address_answer& of) {
  to.element("<h3 class=\"unlisted\"><span class=\"verdict\">Not listed</span> "
             "<code>",
             of.why.address, "</code></h3>");
  if (!of.why.allowed_by.empty())
    to.element("<p>Allowed by ", of.why.allowed_by,
               ": no listing has it, whoever names it.</p>");
  else if (of.why.exemptions.empty())
    to.tags("<p>No listed domain authorises it, and no network by hand holds "
            "it. Postfix is told that it is not listed.</p>");
  add_exemptions(to, of.why);
}

} // namespace

void add_address(markup& to, const address_answer& of) {
  if (of.why.reasons.empty()) {
    add_not_listed(to, of);
    add_log_search(to, of.why.address);
  } else {
    add_listed(to, of);
    add_exemptions(to, of.why);
  }
  if (of.by_mail == 0)
    return;
  to.element("<p class=\"aside\">With ", counted(of.by_mail, "listed domain"),
             " the mail decides, too. Of a certain mail it says:</p>");
  add_command(to, "spfblock explain --sender USER@DOMAIN " + of.why.address);
}

void add_command(markup& to, std::string_view command) {
  to.element("<pre class=\"command\"><code>", command, "</code></pre>");
}

std::string shell_word(std::string_view word) {
  const bool is_plain =
      !word.empty() && word.front() != '-' &&
      std::all_of(word.begin(), word.end(), [](char each) {
        return is_letter(each) || is_digit(each) ||
               std::string_view{"-._:/"}.find(each) != std::string_view::npos;
      });
  if (is_plain)
    return std::string{word};
  std::string quoted = "'";
  for (const char each : word) {
    if (each == '\'')
      quoted += "'\\''";
    else
      quoted += each;
  }
  return quoted + '\'';
}

} // namespace spfblock::page
