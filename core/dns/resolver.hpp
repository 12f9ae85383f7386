// Whoever answers questions: the network or a zone file.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/asker.hpp"
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
  /// @param by who asks, the same for all its questions; not null
  /// @param done is called exactly once, never from within this call, with an
  ///        answer of any status; not at all if the resolver is destroyed
  ///        before
  virtual void resolve(const question& asked, std::shared_ptr<asker> by,
                       receiver done) = 0;

  /// A refresh begins: time to look whether the source itself changed.
  virtual void begin_refresh() {}
};

} // namespace spfblock::dns
