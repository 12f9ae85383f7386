// A resolver that answers from a zone text and counts what it is asked.
#pragma once

#include "core/dns/resolver.hpp"
#include "core/dns/zone.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {

class fixed_resolver : public dns::resolver {
public:
  /// Calls what it is given, later and on the thread of the test.
  using post = std::function<void(std::function<void()>)>;

  fixed_resolver(post later, const std::string& zone)
      : later_{std::move(later)},
        zone_{*dns::zone::parse(zone)} {}

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> /*by*/,
               receiver done) override {
    auto& askers = unanswered_[asked];
    askers.push_back(std::move(done));
    if (askers.size() > 1)
      return;
    ++asked_[asked];
    if (!held_.contains(asked.owner.to_string()))
      answer_soon(asked);
  }

  void begin_refresh() override { ++refreshes_; }

  /// From now on.
  void change(const std::string& zone) { zone_ = *dns::zone::parse(zone); }
  void fail(const std::string& owner) { failing_[owner] = true; }
  void recover() { failing_.clear(); }

  /// Answers about this name wait for release().
  void hold(const std::string& owner) { held_[owner] = true; }
  void release() {
    for (const auto& [asked, askers] : unanswered_) {
      if (held_.contains(asked.owner.to_string()))
        answer_soon(asked);
    }
    held_.clear();
  }

  [[nodiscard]] const std::map<dns::question, int>& asked() const {
    return asked_;
  }
  [[nodiscard]] int refreshes() const { return refreshes_; }

private:
  void answer_soon(const dns::question& asked) {
    later_([this, asked, alive = std::weak_ptr<int>{alive_}] {
      if (alive.expired())
        return;
      const auto askers = std::move(unanswered_[asked]);
      unanswered_.erase(asked);
      for (const receiver& done : askers)
        done(answer_to(asked));
    });
  }

  [[nodiscard]] dns::answer answer_to(const dns::question& asked) const {
    if (failing_.contains(asked.owner.to_string()))
      return dns::failed_answer("SERVFAIL from the test");
    return zone_.resolve(asked);
  }

  post later_;
  dns::zone zone_;
  std::map<dns::question, int> asked_;
  std::map<std::string, bool> failing_;
  std::map<std::string, bool> held_;
  std::map<dns::question, std::vector<receiver>> unanswered_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
  int refreshes_ = 0;
};

} // namespace spfblock::testing
