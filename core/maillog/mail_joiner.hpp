// Events are joined into mails.
#pragma once

#include "core/maillog/event.hpp"
#include "core/maillog/mail.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace spfblock::maillog {

/// Joins the lines about a mail by its queue id, and what a content filter says
/// of it by that or by its Message-ID.
///
/// A refusal is a mail of its own, but for one of a whole mail that has a queue
/// id.  What is only told (WARN) ends nothing.  A mail of a client at loopback
/// is this machine's own, or comes back from a content filter, and is left out.
///
/// What a filter says may come up to `longest_ahead` before the mail is known,
/// as from a log of its own that is read beside that of Postfix.
///
/// Bounded: beyond `most_open` mails that are under way the oldest is given as
/// it is then.  Not thread-safe.
class mail_joiner {
public:
  /// Mails under way; with all texts at their longest they take 100 MB.
  static constexpr std::size_t most_open = 32'768;

  /// By the times of the lines; those without a time are not ahead.
  static constexpr std::chrono::seconds longest_ahead{2};
  /// Words of filters that are ahead: 1 MB.
  static constexpr std::size_t most_ahead = 1'024;

  using receiver = std::function<void(const mail&)>;

  /// @param to is given each mail once, when its fate is known
  explicit mail_joiner(receiver to, std::size_t most = most_open)
      : to_{std::move(to)},
        most_{most} {}

  void take(const event& next);

  /// Gives the mails that are still under way.
  void finish();

private:
  struct open_mail {
    std::string queue_id;
    std::string message_id; ///< as far as all who log it agree
    maillog::mail mail;
  };
  using open_mails = std::list<open_mail>;

  /// Spam, of which the mail is not known yet.
  struct word_ahead {
    std::string queue_id;
    std::string message_id;      ///< where there is no queue id
    std::chrono::sys_seconds at; ///< its moment
  };

  open_mail* find(std::string_view queue_id);
  open_mail* find_named(std::string_view message_id);
  void begin(const event& of);
  void end(open_mails::iterator which);
  void end(std::string_view queue_id);
  void take_refusal(const event& of);
  void take_name(const event& of);
  void take_score(const event& of);
  bool take_ahead(std::string_view queue_id, std::string_view message_id,
                  std::optional<std::chrono::sys_seconds> at);
  void take_delivery(const event& of);

  receiver to_;
  std::size_t most_;
  open_mails by_age_;
  /// The keys are views of the texts in the mails.
  std::unordered_map<std::string_view, open_mails::iterator> by_queue_id_;
  std::unordered_map<std::string_view, open_mails::iterator> by_message_id_;
  std::deque<word_ahead> ahead_; ///< in the order in which they came
};

} // namespace spfblock::maillog
