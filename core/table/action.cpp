#include "core/table/action.hpp"

#include "core/support/contract.hpp"
#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "core/table/access_result.hpp"

#include <fmt/format.h>

namespace spfblock::table {

namespace {

// What inet_ntop(3) can write at most (INET6_ADDRSTRLEN without its NUL), and
// the same with "/128".
constexpr std::size_t longest_address = 45;
constexpr std::size_t longest_network = longest_address + 4;
constexpr std::size_t longest_day = std::string_view{"2027-01-01"}.size();

std::string encoded_domain(std::string_view domain) {
  std::string out;
  for (const char c : domain) {
    const auto before = out.size();
    append_percent_encoded(out, {&c, 1});
    if (out.size() > action::longest_domain) {
      out.resize(before);
      break;
    }
  }
  return out;
}

} // namespace

result<action>
action::parse(std::string_view text,
              const std::vector<std::string>& restriction_classes) {
  if (auto why = check_access_result(text, restriction_classes))
    return std::move(*why);
  if (auto why = check_placeholders(text))
    return std::move(*why);

  action made;
  made.text_ = text;
  made.compile();
  if (made.longest_filled() > longest_reply)
    return failure{errc::malformed,
                   fmt::format("too many placeholders in {} (expected a reply "
                               "of at most {} octets with the longest values "
                               "filled in)",
                               in_quotes(text, 40), longest_reply)};
  return made;
}

bool action::tells_since() const noexcept {
  return text_.find("{since}") != text_.npos;
}

void action::compile() {
  reply_ = "200 ";
  for (std::string_view rest = text_; !rest.empty();) {
    const placeholder_spelling* const found = first_placeholder(rest);
    if (found == nullptr) {
      append_percent_encoded(reply_, rest.substr(0, 1));
      rest.remove_prefix(1);
    } else {
      slots_.push_back({reply_.size(), found->stands_for});
      rest.remove_prefix(found->text.size());
    }
  }
  reply_ += '\n';
}

std::size_t action::longest_filled() const noexcept {
  std::size_t size = reply_.size();
  for (const slot& one : slots_) {
    switch (one.stands_for) {
    case placeholder::domain: size += longest_domain; break;
    case placeholder::network: size += longest_network; break;
    case placeholder::address: size += longest_address; break;
    case placeholder::since: size += longest_day; break;
    }
  }
  return size;
}

action action::bind(std::string_view domain, std::string_view since) const {
  EXPECTS(since.size() <= longest_day);
  const std::string encoded = encoded_domain(domain);
  action made;
  made.text_ = text_;
  made.bound_ = true;
  std::size_t done = 0;
  for (const slot& one : slots_) {
    made.reply_.append(reply_, done, one.offset - done);
    done = one.offset;
    switch (one.stands_for) {
    case placeholder::domain: made.reply_ += encoded; break;
    case placeholder::since: made.reply_ += since; break;
    case placeholder::network:
    case placeholder::address:
      made.slots_.push_back({made.reply_.size(), one.stands_for});
      break;
    }
  }
  made.reply_.append(reply_, done);
  return made;
}

void action::append_reply(std::string& out, const net::ip_address& address,
                          const net::ip_prefix& network) const {
  EXPECTS(bound_);
  std::size_t done = 0;
  for (const slot& one : slots_) {
    out.append(reply_, done, one.offset - done);
    done = one.offset;
    out += one.stands_for == placeholder::address ? address.to_string()
                                                  : network.to_string();
  }
  out.append(reply_, done);
}

std::string action::filled(const net::ip_prefix& network,
                           std::string_view address) const {
  EXPECTS(bound_);
  std::size_t done = std::string_view{"200 "}.size();
  std::string out;
  // A slot never parts a %XX.
  const auto append_until = [&](std::size_t end) {
    const std::string_view reply{reply_};
    out += percent_decode(reply.substr(done, end - done)).value();
    done = end;
  };
  for (const slot& one : slots_) {
    append_until(one.offset);
    if (one.stands_for == placeholder::address)
      out += address;
    else
      out += network.to_string();
  }
  append_until(reply_.size() - 1); // the LF
  return out;
}

std::string action::filled(const net::ip_prefix& network) const {
  const bool single = network.length() == net::width(network.family());
  return filled(network,
                single ? network.first().to_string() : network.to_string());
}

} // namespace spfblock::table
