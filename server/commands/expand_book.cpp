#include "server/commands/expand_book.hpp"

#include "core/spf/crawl.hpp"
#include "server/commands/last_known.hpp"
#include "server/commands/progress_line.hpp"
#include "server/dns/make_resolver.hpp"
#include "server/system/clocks.hpp"
#include "server/system/own_addresses.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <utility>

namespace spfblock::server {

void expand_due(domains::domain_book& book, const configuration& by) {
  boost::asio::io_context io{1};
  const log_sink log{level::warning};
  const auto questions = make_resolver(io, log, by);
  const auto round = std::make_shared<spf::crawl>(std::weak_ptr{questions});
  const auto due = book.take_due(read_clocks());
  progress_line progress{io, due.size()};
  for (const auto& each : due) {
    round->expand(each.domain, each.by,
                  [&, as = each.role](const spf::expansion& result) {
                    book.settle(as, result, read_clocks());
                    progress.one_more();
                  });
  }
  io.run();
}

domains::domain_book expanded_book(const configuration& by) {
  const timestamp now = read_clocks();
  domains::domain_book book;
  if (auto known = read_last_known(by.settings, now))
    book = (*std::move(known)).book;
  else
    book.apply(by.settings, own_addresses(), now);
  expand_due(book, by);
  book.let_go();
  return book;
}

} // namespace spfblock::server
