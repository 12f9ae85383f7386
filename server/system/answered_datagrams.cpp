#include "server/system/answered_datagrams.hpp"

#include "server/system/asio_endpoint.hpp"

#include <cstring>
#include <netinet/in.h>

namespace spfblock::server {
namespace {

/// Whichever interface leads to the peer is to send it.
template <class Info, class Number>
void forget_interface(cmsghdr* head, Number Info::*interface) {
  Info info;
  std::memcpy(&info, CMSG_DATA(head), sizeof info);
  info.*interface = 0;
  std::memcpy(CMSG_DATA(head), &info, sizeof info);
}

/// What tells where a datagram came to tells where the reply comes from.
void turn_round(msghdr& head) {
#ifdef IP_PKTINFO // FreeBSD: replies come from the address of the route
  for (cmsghdr* each = CMSG_FIRSTHDR(&head); each != nullptr;
       each = CMSG_NXTHDR(&head, each)) {
    if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO)
      forget_interface(each, &in_pktinfo::ipi_ifindex);
    else if (each->cmsg_level == IPPROTO_IPV6 &&
             each->cmsg_type == IPV6_PKTINFO)
      forget_interface(each, &in6_pktinfo::ipi6_ifindex);
  }
#else
  head.msg_control = nullptr;
  head.msg_controllen = 0;
#endif
}

} // namespace

answered_datagrams::answered_datagrams() : places_(most), datagrams_(most) {
  prepare(most);
}

/// Has the first `count` ready to be received into.
void answered_datagrams::prepare(std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    place& to = places_[i];
    to.part = {to.octets.data(), to.octets.size()};
    msghdr& head = datagrams_[i].head;
    head.msg_name = &to.peer;
    head.msg_namelen = sizeof to.peer;
    head.msg_iov = &to.part;
    head.msg_iovlen = 1;
    head.msg_control = to.control.data();
    head.msg_controllen = to.control.size();
  }
}

std::size_t answered_datagrams::receive(int socket) {
  prepare(received_); // the others are as they were
  return receive_datagrams(socket, datagrams_);
}

auto answered_datagrams::at(std::size_t i) const -> received {
  const datagram& of = datagrams_[i];
  const bool is_whole = (of.head.msg_flags & MSG_TRUNC) == 0;
  return {address_of(places_[i].peer),
          {places_[i].octets.data(), is_whole ? of.size : 0}};
}

void answered_datagrams::send(int socket) {
  std::size_t replies = 0;
  for (std::size_t i = 0; i < received_; ++i) {
    std::string& reply = replies_[i];
    if (reply.empty())
      continue;
    places_[i].part = {reply.data(), reply.size()};
    turn_round(datagrams_[i].head);
    datagrams_[replies++] = datagrams_[i];
  }
  send_datagrams(socket, {datagrams_.data(), replies});
}

} // namespace spfblock::server
