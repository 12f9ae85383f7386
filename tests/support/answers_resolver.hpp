// A resolver that answers from a store of answers.
#pragma once

#include "core/dns/answer_store.hpp"
#include "core/dns/resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace spfblock::testing {

/// What is not in the store fails.
class answers_resolver : public dns::resolver {
public:
  answers_resolver(boost::asio::io_context& io, dns::answer_store answers)
      : io_{io},
        answers_{std::move(answers)} {}

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> /*by*/,
               receiver done) override {
    const dns::answer* const given = answers_.find(asked);
    boost::asio::post(
        io_, [done = std::move(done),
              answer = given == nullptr ? dns::failed_answer("not in the store")
                                        : *given] { done(answer); });
  }

private:
  boost::asio::io_context& io_;
  dns::answer_store answers_;
};

} // namespace spfblock::testing
