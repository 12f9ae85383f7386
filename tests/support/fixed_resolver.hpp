// A resolver that answers from a zone text and counts what it is asked.
#pragma once

#include "core/dns/zone.hpp"
#include "server/resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {

class fixed_resolver : public server::resolver {
public:
  fixed_resolver(boost::asio::io_context& io, const std::string& zone)
      : io_{io},
        zone_{*dns::zone::parse(zone)} {}

  void resolve(const dns::question& asked,
               std::function<void(const dns::answer&)> done) override {
    ++asked_[asked];
    if (held_.contains(asked.owner.to_string())) {
      waiting_.emplace_back(asked, std::move(done));
      return;
    }
    boost::asio::post(io_, [given = answer_to(asked), done = std::move(done)] {
      done(given);
    });
  }

  void begin_refresh() override { ++refreshes_; }

  /// From now on.
  void change(const std::string& zone) { zone_ = *dns::zone::parse(zone); }
  void fail(const std::string& owner) { failing_[owner] = true; }
  void recover() { failing_.clear(); }

  /// Answers about this name wait for release().
  void hold(const std::string& owner) { held_[owner] = true; }
  void release() {
    held_.clear();
    for (auto& [asked, done] : std::exchange(waiting_, {}))
      resolve(asked, std::move(done));
  }

  [[nodiscard]] const std::map<dns::question, int>& asked() const {
    return asked_;
  }
  [[nodiscard]] int refreshes() const { return refreshes_; }

private:
  [[nodiscard]] dns::answer answer_to(const dns::question& asked) const {
    if (failing_.contains(asked.owner.to_string()))
      return dns::failed_answer("SERVFAIL from the test");
    return zone_.resolve(asked);
  }

  boost::asio::io_context& io_;
  dns::zone zone_;
  std::map<dns::question, int> asked_;
  std::map<std::string, bool> failing_;
  std::map<std::string, bool> held_;
  std::vector<std::pair<dns::question, std::function<void(const dns::answer&)>>>
      waiting_;
  int refreshes_ = 0;
};

} // namespace spfblock::testing
