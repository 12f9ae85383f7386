#include "server/configuration_reader.hpp"

#include "server/system/background.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;

configuration_reader::configuration_reader(asio::io_context& io,
                                           std::string path, steps of_it)
    : io_{io},
      path_{std::move(path)},
      steps_{std::move(of_it)} {
  // So do the threads that it starts: a configuration may have a million
  // networks.  Not at a start, where nobody is answered before it is read.
  asio::post(loader_, give_way_to_lookups);
}

void configuration_reader::read() {
  if (std::exchange(is_reading_, true)) {
    reads_again_ = true;
    return;
  }
  steps_.begun();
  auto done = life_.guarded(
      [this](loaded_configuration loaded) { taken(std::move(loaded)); });
  asio::post(loader_, [this, former = steps_.former(),
                       done = std::move(done)]() mutable {
    asio::post(io_, [done = std::move(done),
                     loaded = loading_.load(path_, former)]() mutable {
      done(std::move(loaded));
    });
  });
}

void configuration_reader::taken(loaded_configuration loaded) {
  is_reading_ = false;
  steps_.take(std::move(loaded));
  if (std::exchange(reads_again_, false))
    read();
}

} // namespace spfblock::server
