// A resolver that belongs to another thread.
#pragma once

#include "core/dns/resolver.hpp"
#include "server/system/lifetime.hpp"
#include "server/system/outbox.hpp"

#include <boost/asio/io_context.hpp>
#include <tsl/hopscotch_map.h>
#include <tsl/hopscotch_set.h>

#include <memory>
#include <vector>

namespace spfblock::server {

/// Passes questions on to the thread of a resolver, and answers back, both in
/// batches where there are many (outbox).  What is asked while an answer to it
/// is on its way is not asked again.  Whoever asks what was asked already is
/// passed on, too: his question is in his own line then, and does not wait
/// until it is the turn of another's (fair_queue).
///
/// Nothing of what is asked for leaves its thread.  Belongs to the thread of
/// `own`; where the other resolver is destroyed, nothing is answered.
class posted_resolver : public dns::resolver {
public:
  /// @param own the loop that asks, `other` the one of `from`; both outlive
  ///        what is posted to them
  posted_resolver(boost::asio::io_context& own, boost::asio::io_context& other,
                  std::weak_ptr<dns::resolver> from);

  void resolve(const dns::question& asked, std::shared_ptr<dns::asker> by,
               receiver done) override;
  void begin_refresh() override;

private:
  /// What belongs to the thread of the other resolver.
  struct far_side {
    tsl::hopscotch_set<dns::question> open; ///< passed on, and not answered
    outbox answers;
  };

  void pass_on(const dns::question& asked, std::shared_ptr<dns::asker> by);
  void join(const dns::question& asked, std::shared_ptr<dns::asker> by);
  void answered(const dns::question& asked, const dns::answer& given);

  outbox questions_;
  std::weak_ptr<dns::resolver> from_;
  tsl::hopscotch_map<dns::question, std::vector<receiver>> waiting_;
  std::shared_ptr<far_side> far_;
  lifetime life_;
};

} // namespace spfblock::server
