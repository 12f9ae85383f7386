#include "server/publish/file_publisher.hpp"

#include "core/log/event.hpp"
#include "core/reports/status.hpp"
#include "server/system/background.hpp"
#include "server/system/clocks.hpp"

#include <boost/asio/post.hpp>
#include <fmt/ranges.h>

#include <algorithm>
#include <future>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using log::event_of;
using log::kind;
using outcome = domains::file_upkeep::outcome;

namespace {

/// Whether every domain was looked at, so that the table is no beginning.
bool is_whole(const file_publisher::content& of) {
  const auto counts = reports::count_conditions(*of.book, read_clocks());
  return of.is_current &&
         counts[static_cast<std::size_t>(reports::domain_condition::waiting)] ==
             0;
}

} // namespace

struct file_publisher::publication {
  publication(file_publisher& owner, config::published_file what,
              const exports::provenance& from)
      : as{std::move(what)},
        upkeep{as.every},
        wakes{owner.io_,
              [this, &owner] {
                owner.follow(*this, upkeep.woken(read_clocks().steady));
              }},
        file{std::make_shared<table_file>(as, from)} {
    told.status.format = exports::text_of(as.as);
    told.status.file = as.file;
  }

  config::published_file as;
  domains::file_upkeep upkeep;
  alarm wakes; ///< for upkeep
  published_state told;
  std::shared_ptr<table_file> file; ///< of the thread that writes
  lifetime life;                    ///< until it is published no more
};

file_publisher::file_publisher(asio::io_context& io, const log_sink& log,
                               std::function<content()> present)
    : io_{io},
      log_{log},
      present_{std::move(present)} {
  asio::post(writer_, give_way_to_lookups);
}

file_publisher::~file_publisher() {
  give_up();
  writer_.join();
}

void file_publisher::apply(const std::vector<config::published_file>& files,
                           const exports::provenance& from) {
  const moment now = read_clocks().steady;
  auto former = std::exchange(files_, {});
  for (const config::published_file& each : files) {
    const auto known =
        std::find_if(former.begin(), former.end(),
                     [&](const auto& one) { return one && one->as == each; });
    if (known != former.end()) {
      files_.push_back(std::move(*known));
      follow(*files_.back(), files_.back()->upkeep.hurried(now));
      continue;
    }
    files_.push_back(std::make_unique<publication>(*this, each, from));
    if (has_table_)
      follow(*files_.back(), files_.back()->upkeep.changed(now));
  }
  for (const auto& each : former) {
    if (each && std::none_of(files.begin(), files.end(), [&](const auto& one) {
          return one.file == each->as.file;
        }))
      log_.write(
          event_of<kind::file_published_no_more>{}.with("file", each->as.file));
  }
}

void file_publisher::table_changed() {
  has_table_ = true;
  for (const auto& each : files_)
    follow(*each, each->upkeep.changed(read_clocks().steady));
}

void file_publisher::follow(publication& of, const domains::step& next) {
  switch (next.what) {
  case domains::step::kind::nothing: return;
  case domains::step::kind::act: return keep(of);
  case domains::step::kind::wake: return of.wakes.set(next.at);
  }
}

void file_publisher::keep(publication& of) {
  auto done = of.life.guarded(
      [this, &of](table_file::report what) { kept(of, std::move(what)); });
  asio::post(writer_, [&io = io_, begun = has_begun_, file = of.file,
                       what = present_(), done = std::move(done)]() mutable {
    *begun = *begun || is_whole(what);
    auto report = file->keep(what.table,
                             *begun ? table_file::replaceable::yes
                                    : table_file::replaceable::no,
                             read_clocks().wall);
    what = {};
    asio::post(io,
               [done = std::move(done), report = std::move(report)]() mutable {
                 done(std::move(report));
               });
  });
}

void file_publisher::kept(publication& of, table_file::report what) {
  tell(of, what);
  reports::file_status& status = of.told.status;
  status.trouble = what.trouble;
  if (what.how == outcome::failed)
    ++of.told.totals.failed;
  if (what.how == outcome::written)
    ++of.told.totals.written;
  if (what.how == outcome::written || what.how == outcome::same) {
    status.entries = what.contents.entries;
    status.left_out = std::move(what.contents.left_out);
  }
  if (what.changed_at)
    status.changed_at = what.changed_at;
  const auto next = of.upkeep.ended(what.how, read_clocks().steady);
  follow(of, next);
}

void file_publisher::tell(publication& of, const table_file::report& what) {
  const std::string& told = of.told.status.trouble;
  if (what.how == outcome::written) {
    auto event = event_of<kind::file_published>{}
                     .with("file", of.as.file)
                     .with("format", exports::text_of(of.as.as))
                     .with("entries", what.contents.entries);
    if (!what.contents.left_out.empty())
      event.with("left_out",
                 fmt::format("{}", fmt::join(what.contents.left_out, "; ")));
    log_.write(event);
  }
  if (told == what.trouble)
    return;
  if (what.trouble.empty())
    log_.write(event_of<kind::file_published_again>{}.with("file", of.as.file));
  else
    log_.write(event_of<kind::file_not_published>{}
                   .with("file", of.as.file)
                   .with("reason", what.trouble));
}

std::vector<published_state> file_publisher::state() const {
  std::vector<published_state> all;
  for (const auto& each : files_) {
    all.push_back(each->told);
    all.back().status.is_current = each->upkeep.is_current();
  }
  return all;
}

void file_publisher::give_up() {
  for (const auto& each : files_) {
    each->life.end();
    each->wakes.stop();
  }
}

bool file_publisher::ended_by(moment limit) {
  std::promise<void> promised;
  const auto ended = promised.get_future();
  asio::post(writer_, [promised = std::move(promised)]() mutable {
    promised.set_value();
  });
  return ended.wait_until(limit) == std::future_status::ready;
}

} // namespace spfblock::server
