// What answering over TCP costs at least: waits, receives, counts the ends of
// requests, sends as many fixed replies.  No parsing, no table, no slow
// clients.
//
// usage: bare_epoll PORT [policy]     on 127.0.0.1; else as a tcp_table
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

/// What it speaks.
struct protocol {
  std::string_view end; ///< of a request
  std::string_view reply;
};
constexpr protocol tcp_table{"\n", "500 not listed\n"};
constexpr protocol policy{"\n\n", "action=DUNNO\n\n"};

constexpr std::size_t most_received = 8192;

int failed(const char* what) {
  std::perror(what);
  return EXIT_FAILURE;
}

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind(2)
  const auto* const address = reinterpret_cast<const sockaddr*>(&at);
  if (::bind(listener, address, sizeof at) != 0 ||
      ::listen(listener, SOMAXCONN) != 0)
    return -1;
  return listener;
}

void watch(int epoll, int number) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = number;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, number, &event) != 0)
    ::close(number);
}

std::string many_replies(const protocol& in) {
  std::string all;
  for (std::size_t i = 0; i < most_received; ++i)
    all += in.reply;
  return all;
}

/// The ends in what came in one piece: loopback cuts no request.
std::size_t requests_in(std::string_view received, std::string_view end) {
  std::size_t count = 0;
  for (auto at = received.find(end); at != std::string_view::npos;
       at = received.find(end, at + end.size()))
    ++count;
  return count;
}

void answer(int client, const protocol& in, const std::string& replies) {
  static std::array<char, most_received> received;
  const auto size = ::recv(client, received.data(), received.size(), 0);
  if (size <= 0) {
    ::close(client);
    return;
  }
  const auto count =
      requests_in({received.data(), static_cast<std::size_t>(size)}, in.end);
  if (count > 0 &&
      ::send(client, replies.data(), count * in.reply.size(), MSG_NOSIGNAL) < 0)
    ::close(client);
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc != 2 && !(argc == 3 && argv[2] == std::string_view{"policy"}))
    return std::fputs("usage: bare_epoll PORT [policy]\n", stderr), 64;
  const protocol& in = argc == 3 ? policy : tcp_table;
  const int listener =
      listen_on(static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)));
  if (listener < 0)
    return failed("bare_epoll: cannot listen");
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener);
  const std::string replies = many_replies(in);
  std::array<epoll_event, 256> events{};
  for (;;) {
    const int count =
        ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int ready = events.at(static_cast<std::size_t>(i)).data.fd;
      if (ready != listener)
        answer(ready, in, replies);
      else if (const int client = ::accept4(listener, nullptr, nullptr,
                                            SOCK_NONBLOCK | SOCK_CLOEXEC);
               client >= 0)
        watch(epoll, client);
    }
  }
}
