#include "server/admin/page_answers.hpp"

#include "core/page/front_page.hpp"
#include "core/reports/explanation.hpp"
#include "core/reports/health.hpp"
#include "server/admin/view_reports.hpp"
#include "server/page/page_files.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::server {
namespace {

/// Domains in trouble that are shown on the page itself.
constexpr std::size_t most_in_trouble = 10;

std::size_t decided_by_mail(const reports::status_report& domains) {
  return static_cast<std::size_t>(
      std::count_if(domains.domains.begin(), domains.domains.end(),
                    [](const auto& each) { return !each.by_mail.empty(); }));
}

page::address_answer about(const net::ip_address& address,
                           const service_view& of,
                           const reports::status_report& domains) {
  page::address_answer answer;
  answer.why = reports::explain(address, *of.table, *of.book, of.at);
  for (const reports::listing_reason& each : answer.why.reasons)
    answer.hits.push_back(of.hits_of(each.listing));
  answer.by_mail = of.sees_mail ? decided_by_mail(domains) : 0;
  return answer;
}

const domains::known_domain* named(const domains::domain_book::pages& among,
                                   const dns::name& name) {
  const auto found =
      std::find_if(among.begin(), among.end(),
                   [&](const auto& each) { return each.domain.name == name; });
  return found == among.end() ? nullptr : &*found;
}

page::answer about(const dns::name& name, const service_view& of,
                   const reports::status_report& domains) {
  const domains::domain_book& book = *of.book;
  if (const auto* known = named(book.domains(), name)) {
    const auto status = std::find_if(
        domains.domains.begin(), domains.domains.end(),
        [&](const auto& each) { return each.name == name.to_string(); });
    if (status != domains.domains.end())
      return page::domain_answer{*status, page::include_tree(*known, book)};
  }
  if (const auto* provider = named(book.providers(), name))
    return page::provider_answer{page::include_tree(*provider, book)};
  return name;
}

page::answer answer_to(const page::asked& question, const service_view& of,
                       const reports::status_report& domains) {
  if (const auto* address = std::get_if<net::ip_address>(&question.about))
    return about(*address, of, domains);
  if (const auto* name = std::get_if<dns::name>(&question.about))
    return about(*name, of, domains);
  return std::monostate{};
}

} // namespace

admin_reply front_page(const service_view& of, const page::asked& question) {
  const auto domains = report_of(of);
  page::front_page made{.at = of.at.wall,
                        .problem = problem_of(of, domains),
                        .concern = reports::concern(domains),
                        .brief = reports::in_brief(domains),
                        .in_trouble = {},
                        .question = question,
                        .answer = answer_to(question, of, domains)};
  for (const reports::domain_status& each : domains.domains) {
    if (!reports::is_in_trouble(each))
      continue;
    if (made.in_trouble.size() < most_in_trouble)
      made.in_trouble.push_back(each);
    else
      ++made.more_in_trouble;
  }
  return {200, "text/html; charset=utf-8", page::to_html(made, front_html())};
}

const page::address_map& kept_map::of(const service_view& view) {
  if (made_of_.lock() != view.table || allowed_by_.lock() != view.book) {
    map_ = page::address_map{*view.table, view.book->allowed().all()};
    made_of_ = view.table;
    allowed_by_ = view.book;
  }
  return map_;
}

} // namespace spfblock::server
