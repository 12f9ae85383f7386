#include "core/protocols/socketmap.hpp"

#include "core/support/contract.hpp"

namespace spfblock::protocols {
namespace {

// Fixed texts: a reply never repeats what the client sent.
constexpr std::string_view not_listed = "NOTFOUND ";
constexpr std::string_view bad_request = "PERM unknown request, want: NAME KEY";

std::string answer(std::string_view request, const lookup& in,
                   client_names& names) {
  const auto end_of_name = request.find(' ');
  if (end_of_name == std::string_view::npos) {
    in.refuse();
    names.give_up();
    return std::string{bad_request};
  }
  const auto hit = in.find(request.substr(end_of_name + 1), names);
  if (!hit)
    return std::string{not_listed};
  return "OK " + hit->found.by->action.filled(hit->found.network,
                                              hit->address.to_string());
}

} // namespace

std::size_t socketmap::feed(std::string_view bytes, const lookup& in,
                            std::string& replies) {
  EXPECTS(!finished());
  return feed_requests(bytes, replies, [&](std::string_view& rest) {
    if (const auto request = requests_.next(rest))
      append_netstring(answer(*request, in, names_), replies);
    else if (finished())
      in.refuse();
    return finished() ? course::ends : course::goes_on;
  });
}

} // namespace spfblock::protocols
