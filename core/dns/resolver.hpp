// Whoever answers questions: the network or a zone file.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/query_account.hpp"
#include "core/dns/question.hpp"

#include <functional>
#include <memory>

namespace spfblock::dns {

/// Answers DNS questions, sooner or later.  Belongs to one thread.
class resolver {
public:
  using receiver = std::function<void(const answer&)>;

  resolver() = default;
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  virtual ~resolver() = default;

  /// Asks.  Several askers may have the same question at once; it is sent for
  /// one of them.
  /// @param payer the account of the asker, the same for all its questions;
  ///        not null
  /// @param done is called exactly once, never from within this call, with an
  ///        answer of any status; not at all if the resolver is destroyed
  ///        before.  Where the account is spent, and that of all others who
  ///        have the same question, the answer is `failed` for
  ///        over_dns_queries.
  virtual void resolve(const question& asked,
                       std::shared_ptr<query_account> payer, receiver done) = 0;

  /// A refresh begins: time to look whether the source itself changed.
  virtual void begin_refresh() {}
};

} // namespace spfblock::dns
