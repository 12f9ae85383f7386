#include "core/maillog/mail_joiner.hpp"

#include "core/support/text.hpp"

#include <algorithm>
#include <utility>

namespace spfblock::maillog {
namespace {

std::string shortened(std::string_view text) {
  return std::string{text.substr(0, mail::longest_text)};
}

/// A Message-ID as far as all who log it have the same: spamd(8p) leaves out
/// comments, and has other octets in the place of blanks, commas, and what is
/// not printable.
std::string name_of(std::string_view message_id) {
  constexpr std::string_view kept = "@.-+=$";
  std::string made;
  std::size_t comments = 0;
  for (const char c : message_id.substr(0, mail::longest_text)) {
    if (c == '(')
      ++comments;
    else if (c == ')' && comments > 0)
      --comments;
    else if (comments == 0 &&
             (is_digit(c) || is_letter(c) || kept.find(c) != kept.npos))
      made += c;
  }
  return made.empty() && !message_id.empty() ? "?" : made;
}

/// Of 127.0.0.0/8 or ::1.
bool is_loopback(const net::ip_address& address) noexcept {
  constexpr unsigned below_first_octet = 24;
  return address.family() == net::family::ipv4
             ? address.number() >> below_first_octet == 127
             : address.number() == 1;
}

void add_recipient(const event& of, mail& to) {
  if (of.recipient && to.recipients.size() < mail::most_recipients)
    to.recipients.push_back(shortened(*of.recipient));
}

fate fate_of(measure what) noexcept {
  switch (what) {
  case measure::reject: return fate::refused;
  case measure::defer: return fate::deferred;
  case measure::discard: return fate::not_delivered;
  default: return fate::unknown;
  }
}

} // namespace

void mail_joiner::take(const event& next) {
  switch (next.kind) {
  case event_kind::refused: take_refusal(next); break;
  case event_kind::accepted: begin(next); break;
  case event_kind::queued:
    if (auto* const of = find(next.queue_id); of && next.sender)
      of->mail.sender = shortened(*next.sender);
    break;
  case event_kind::named: take_name(next); break;
  case event_kind::delivered: take_delivery(next); break;
  case event_kind::finished: end(next.queue_id); break;
  case event_kind::scored: take_score(next); break;
  case event_kind::spf:
  case event_kind::listed_elsewhere:
  case event_kind::authenticated: break;
  }
}

void mail_joiner::finish() {
  while (!by_age_.empty())
    end(by_age_.begin());
}

mail_joiner::open_mail* mail_joiner::find(std::string_view queue_id) {
  const auto found = by_queue_id_.find(queue_id);
  return found == by_queue_id_.end() ? nullptr : &*found->second;
}

mail_joiner::open_mail* mail_joiner::find_named(std::string_view message_id) {
  const auto found = message_id.empty()
                         ? by_message_id_.end()
                         : by_message_id_.find(name_of(message_id));
  return found == by_message_id_.end() ? nullptr : &*found->second;
}

void mail_joiner::begin(const event& of) {
  end(of.queue_id); // given to another mail before
  if (!of.address || is_loopback(*of.address))
    return;
  if (by_age_.size() >= most_)
    end(by_age_.begin());
  open_mail& made = by_age_.emplace_back();
  made.queue_id = of.queue_id;
  made.mail.at = of.at;
  made.mail.address = *of.address;
  made.mail.logged_in = of.logged_in;
  made.mail.spam = take_ahead(made.queue_id, {}, moment_of(of));
  by_queue_id_.emplace(made.queue_id, std::prev(by_age_.end()));
}

void mail_joiner::take_score(const event& of) {
  if (!of.spam)
    return;
  auto* const open =
      of.queue_id.empty() ? find_named(of.message_id) : find(of.queue_id);
  if (open != nullptr) {
    open->mail.spam = true;
    return;
  }
  const auto moment = moment_of(of);
  if (!moment || (of.queue_id.empty() && of.message_id.empty()))
    return;
  if (ahead_.size() == most_ahead)
    ahead_.pop_front();
  ahead_.push_back({shortened(of.queue_id),
                    of.queue_id.empty() ? name_of(of.message_id) : "",
                    *moment});
}

/// Whether a word of a filter was ahead of the mail; it is used up.
bool mail_joiner::take_ahead(std::string_view queue_id,
                             std::string_view message_id,
                             std::optional<std::chrono::sys_seconds> at) {
  if (!at)
    return false;
  while (!ahead_.empty() && ahead_.front().at + longest_ahead < *at)
    ahead_.pop_front();
  const auto found =
      std::find_if(ahead_.begin(), ahead_.end(), [&](const word_ahead& each) {
        return each.queue_id == queue_id && each.message_id == message_id &&
               std::chrono::abs(each.at - *at) <= longest_ahead;
      });
  if (found == ahead_.end())
    return false;
  ahead_.erase(found);
  return true;
}

void mail_joiner::end(open_mails::iterator which) {
  by_queue_id_.erase(which->queue_id);
  const auto named = by_message_id_.find(which->message_id);
  if (named != by_message_id_.end() && named->second == which)
    by_message_id_.erase(named);
  to_(which->mail);
  by_age_.erase(which);
}

void mail_joiner::end(std::string_view queue_id) {
  const auto found = by_queue_id_.find(queue_id);
  if (found != by_queue_id_.end())
    end(found->second);
}

void mail_joiner::take_refusal(const event& of) {
  const fate becomes = fate_of(of.measure);
  if (becomes == fate::unknown)
    return;
  if (of.whole_mail && !of.queue_id.empty()) {
    if (auto* const open = find(of.queue_id)) {
      open->mail.fate = becomes;
      open->mail.reason = shortened(of.text);
      open->mail.helo = shortened(of.helo.value_or(""));
      if (of.sender)
        open->mail.sender = shortened(*of.sender);
      add_recipient(of, open->mail);
      end(of.queue_id);
    }
    return;
  }
  // What is discarded without a queue id gets one.
  if (!of.address || of.measure == measure::discard || is_loopback(*of.address))
    return;
  mail made;
  made.at = of.at;
  made.address = *of.address;
  made.fate = becomes;
  made.reason = shortened(of.text);
  made.helo = shortened(of.helo.value_or(""));
  if (of.sender)
    made.sender = shortened(*of.sender);
  add_recipient(of, made);
  to_(made);
}

/// A Message-ID that two mails have names the later one.
void mail_joiner::take_name(const event& of) {
  const auto found = by_queue_id_.find(of.queue_id);
  if (found == by_queue_id_.end() || of.message_id.empty() ||
      !found->second->message_id.empty())
    return;
  found->second->message_id = name_of(of.message_id);
  const std::string_view key = found->second->message_id;
  by_message_id_.erase(key); // its key is a text of the earlier one
  by_message_id_.emplace(key, found->second);
  if (take_ahead({}, key, moment_of(of)))
    found->second->mail.spam = true;
}

void mail_joiner::take_delivery(const event& of) {
  auto* const open = find(of.queue_id);
  if (!open)
    return;
  add_recipient(of, open->mail);
  if (of.delivery == delivery::sent)
    open->mail.fate = fate::delivered;
  else if (of.delivery != delivery::deferred &&
           open->mail.fate == fate::unknown)
    open->mail.fate = fate::not_delivered;
}

} // namespace spfblock::maillog
