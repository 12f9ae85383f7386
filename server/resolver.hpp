// Whoever answers questions: the network or a zone file.
#pragma once

#include "core/dns/answer.hpp"
#include "core/dns/question.hpp"

#include <functional>

namespace spfblock::server {

/// Answers DNS questions, sooner or later.  Belongs to one thread.
class resolver {
public:
  resolver() = default;
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  virtual ~resolver() = default;

  /// Asks.  `done` is called exactly once, never from within this call, with
  /// an answer of any status; not at all if the resolver is destroyed before.
  virtual void resolve(const dns::question& asked,
                       std::function<void(const dns::answer&)> done) = 0;

  /// A refresh begins: time to look whether the source itself changed.
  virtual void begin_refresh() {}
};

} // namespace spfblock::server
