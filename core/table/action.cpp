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

  content made = compiled(text);
  if (longest_filled(made) > longest_reply)
    return failure{errc::malformed,
                   fmt::format("too many placeholders in {} (expected a reply "
                               "of at most {} octets with the longest values "
                               "filled in)",
                               in_quotes(text, 40), longest_reply)};
  return action{std::move(made)};
}

bool action::tells_since() const noexcept {
  return text().find("{since}") != std::string::npos;
}

action::content action::compiled(std::string_view text) {
  content made{std::make_shared<const std::string>(text)};
  made.reply = "200 ";
  for (std::string_view rest = text; !rest.empty();) {
    const placeholder_spelling* const found = first_placeholder(rest);
    if (found == nullptr) {
      append_percent_encoded(made.reply, rest.substr(0, 1));
      rest.remove_prefix(1);
    } else {
      made.slots.push_back({made.reply.size(), found->stands_for});
      rest.remove_prefix(found->text.size());
    }
  }
  made.reply += '\n';
  return made;
}

std::size_t action::longest_filled(const content& of) noexcept {
  std::size_t size = of.reply.size();
  for (const slot& one : of.slots) {
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
  const std::string& pattern = content_->reply;
  content made{content_->text};
  made.bound = true;
  std::size_t done = 0;
  for (const slot& one : content_->slots) {
    made.reply.append(pattern, done, one.offset - done);
    done = one.offset;
    switch (one.stands_for) {
    case placeholder::domain: made.reply += encoded; break;
    case placeholder::since: made.reply += since; break;
    case placeholder::network:
    case placeholder::address:
      made.slots.push_back({made.reply.size(), one.stands_for});
      break;
    }
  }
  made.reply.append(pattern, done);
  return action{std::move(made)};
}

void action::append_reply(std::string& out, const net::ip_address& address,
                          const net::ip_prefix& network) const {
  EXPECTS(content_->bound);
  const std::string& reply = content_->reply;
  std::size_t done = 0;
  for (const slot& one : content_->slots) {
    out.append(reply, done, one.offset - done);
    done = one.offset;
    out += one.stands_for == placeholder::address ? address.to_string()
                                                  : network.to_string();
  }
  out.append(reply, done);
}

std::string action::filled(const net::ip_prefix& network,
                           std::string_view address) const {
  EXPECTS(content_->bound);
  const std::string_view reply{content_->reply};
  std::size_t done = std::string_view{"200 "}.size();
  std::string out;
  // A slot never parts a %XX.
  const auto append_until = [&](std::size_t end) {
    out += percent_decode(reply.substr(done, end - done)).value();
    done = end;
  };
  for (const slot& one : content_->slots) {
    append_until(one.offset);
    if (one.stands_for == placeholder::address)
      out += address;
    else
      out += network.to_string();
  }
  append_until(reply.size() - 1); // the LF
  return out;
}

std::string action::filled(const net::ip_prefix& network) const {
  const bool single = network.length() == net::width(network.family());
  return filled(network,
                single ? network.first().to_string() : network.to_string());
}

} // namespace spfblock::table
