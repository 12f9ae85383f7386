#include "server/refresh/posted_resolver.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zone_answers.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace posted_resolver_test {

using namespace spfblock;
using namespace spfblock::server;
using testing::name_of;

namespace {

/// Keeps what it is asked until it is told to answer.
class patient_resolver : public dns::resolver {
public:
  struct request {
    dns::question asked;
    std::shared_ptr<dns::asker> by;
    receiver done;
  };

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override {
    requests.push_back({asked, std::move(by), std::move(done)});
  }

  void answer_all() {
    for (const request& each : std::exchange(requests, {}))
      each.done(dns::failed_answer("told so"));
  }

  std::vector<request> requests;
};

struct fixture {
  static void run(boost::asio::io_context& io) {
    io.restart();
    io.poll();
  }

  /// Lets the questions come to the other thread, and no answer back.
  void pass_on() {
    run(own);
    run(other);
  }

  /// Lets answers come back.
  void pass_back() {
    run(other);
    run(own);
  }

  boost::asio::io_context own;
  boost::asio::io_context other;
  std::shared_ptr<patient_resolver> patient =
      std::make_shared<patient_resolver>();
  posted_resolver posted{own, other, std::weak_ptr<dns::resolver>{patient}};
  dns::question asked{name_of("shared.example"), dns::rr_type::txt};
  std::shared_ptr<dns::asker> first = std::make_shared<dns::asker>();
  std::shared_ptr<dns::asker> second = std::make_shared<dns::asker>();
  int answers = 0;
  dns::resolver::receiver count = [this](const dns::answer&) { ++answers; };
};

} // namespace

TEST_CASE("posted_resolver: a question that two have is in the lines of both",
          "[server][posted_resolver]") {
  fixture f;
  f.posted.resolve(f.asked, f.first, f.count);
  f.pass_on();
  f.posted.resolve(f.asked, f.second, f.count);
  f.pass_on();
  REQUIRE(f.patient->requests.size() == 2);
  CHECK(f.patient->requests[0].by == f.first);
  CHECK(f.patient->requests[1].by == f.second);

  f.patient->answer_all();
  f.pass_back();
  CHECK(f.answers == 2); // one each
}

TEST_CASE(
    "posted_resolver: what is asked while the answer is on its way is not "
    "asked again",
    "[server][posted_resolver]") {
  fixture f;
  f.posted.resolve(f.asked, f.first, f.count);
  f.pass_on();
  f.patient->answer_all(); // and the own thread has not heard of it
  f.posted.resolve(f.asked, f.second, f.count);
  f.pass_on();
  CHECK(f.patient->requests.empty());
  f.pass_back();
  CHECK(f.answers == 2);

  // What is asked after it is asked anew.
  f.posted.resolve(f.asked, f.second, f.count);
  f.pass_on();
  CHECK(f.patient->requests.size() == 1);
}

} // namespace posted_resolver_test
