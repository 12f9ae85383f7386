#include "server/dns/zone_resolver.hpp"

#include "core/support/text.hpp"
#include "server/system/file.hpp"
#include "server/system/patience.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace spfblock::server {
namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

/// How soon a reading is looked at again, which ends within a millisecond as a
/// rule.
constexpr std::chrono::milliseconds shortest_pause{1};
constexpr std::chrono::milliseconds longest_pause{250};

/// What the file says now.  To open a FIFO would be to wait for its writer.
result<dns::zone> read_zone(const std::string& path, reading& by) {
  by.waits_for(path);
  std::error_code error; // read_file() says it better
  const auto type = fs::status(path, error).type();
  if (fs::exists(fs::file_status{type}) && type != fs::file_type::regular)
    return failure{errc::temporary,
                   "cannot read " + in_quotes(path) + ": not a regular file"};
  const auto text = read_file(path, longest_file, &by);
  return text ? dns::zone::parse(*text) : result<dns::zone>{text.error()};
}

} // namespace

zone_resolver::zone_resolver(boost::asio::io_context& io, const log_sink& log,
                             std::string path, dns::zone zone)
    : io_{io},
      log_{log},
      path_{std::move(path)},
      zone_{std::move(zone)},
      again_{io, [this] { look(); }} {}

void zone_resolver::resolve(const dns::question& asked,
                            std::shared_ptr<dns::asker> /*by*/, receiver done) {
  if (is_patient_)
    waiting_.push_back({asked, std::move(done)});
  else
    answer(asked, std::move(done));
}

void zone_resolver::begin_refresh() {
  if (reading_)
    return;
  reading_ =
      begun_aside([path = path_](reading& by) { return read_zone(path, by); });
  is_patient_ = true;
  pause_ = shortest_pause;
  again_.set(clock::now() + pause_);
}

/// Looks whether the file is read by now.
void zone_resolver::look() {
  if (reading_->is_done()) {
    take_over(std::exchange(reading_, std::nullopt)->take());
    return answer_all();
  }
  const reading& by = reading_->by();
  if (is_patient_ && by.left(patience_for_files) == by.left({}).zero()) {
    refuse("it " + no_end_within(by, patience_for_files));
    answer_all();
  }
  pause_ = std::min(2 * pause_, longest_pause);
  again_.set(clock::now() + pause_);
}

void zone_resolver::take_over(result<dns::zone> read) {
  if (read)
    zone_ = *std::move(read);
  else
    refuse(read.error().message);
}

void zone_resolver::refuse(const std::string& reason) const {
  log_.write(log::event_of<log::kind::zone_file_refused>{}
                 .with("file", path_)
                 .with("reason", reason));
}

void zone_resolver::answer(const dns::question& asked, receiver done) {
  boost::asio::post(io_,
                    life_.guarded([answer = zone_.resolve(asked),
                                   done = std::move(done)] { done(answer); }));
}

void zone_resolver::answer_all() {
  is_patient_ = false;
  for (waiting& each : std::exchange(waiting_, {}))
    answer(each.asked, std::move(each.done));
}

} // namespace spfblock::server
