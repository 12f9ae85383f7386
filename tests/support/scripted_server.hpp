// A DNS server on a loopback port that says what a test tells it to.
#pragma once

#include "core/net/endpoint.hpp"
#include "server/system/asio_endpoint.hpp"
#include "tests/support/dns_message.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace spfblock::testing {

/// A query as it came in.
struct received_query {
  std::size_t id = 0;
  std::string question; ///< wire format, from its name to its class
  std::uint16_t from_port = 0;
  bool over_tcp = false;
};

/// A reply to `query` with one TXT record.
inline dns_message txt_reply(const received_query& query,
                             std::string_view text) {
  dns_message reply;
  reply.id = query.id;
  reply.questions = {query.question};
  reply.answers = {
      wire_record(pointer_to(question_offset), type_txt, txt_rdata({text}))};
  return reply;
}

/// Listens on UDP and TCP; `script` gives the messages to send back, in order.
class scripted_server {
public:
  using script = std::function<std::vector<std::string>(const received_query&)>;

  scripted_server(boost::asio::io_context& io, script answers)
      : io_{io},
        tcp_{io},
        udp_{io},
        answers_{std::move(answers)} {
    while (!bind_both()) {
    }
    receive();
    accept();
  }

  /// Replies over UDP take so long from now on.
  void
  delay(std::function<std::chrono::milliseconds(const received_query&)> by) {
    delay_ = std::move(by);
  }

  [[nodiscard]] net::endpoint endpoint() const {
    return server::from_asio(tcp_.local_endpoint());
  }
  [[nodiscard]] const std::vector<received_query>& queries() const {
    return queries_;
  }

private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;

  /// @return false if another process has the UDP port of the number that the
  ///         TCP port got
  bool bind_both() {
    const auto loopback = boost::asio::ip::address_v4::loopback();
    tcp_ = tcp::acceptor{io_, {loopback, 0}};
    udp_ = boost::asio::ip::udp::socket{io_, boost::asio::ip::udp::v4()};
    error_code taken;
    udp_.bind({loopback, tcp_.local_endpoint().port()}, taken);
    if (taken && taken != boost::asio::error::address_in_use)
      throw boost::system::system_error{taken};
    return !taken;
  }

  std::vector<std::string> reply_to(std::string_view octets, bool over_tcp) {
    received_query query;
    query.id = static_cast<unsigned char>(octets[0]) * 256U +
               static_cast<unsigned char>(octets[1]);
    const std::size_t end = octets.find('\0', question_offset) + 5;
    query.question = octets.substr(question_offset, end - question_offset);
    query.from_port = peer_.port();
    query.over_tcp = over_tcp;
    queries_.push_back(query);
    return answers_(query);
  }

  void receive() {
    udp_.async_receive_from(
        boost::asio::buffer(datagram_), peer_,
        [this](error_code error, std::size_t size) {
          if (error)
            return;
          const auto replies = reply_to({datagram_.data(), size}, false);
          if (delay_)
            send_later(replies, delay_(queries_.back()));
          else
            send(replies, peer_);
          receive();
        });
  }

  void send(const std::vector<std::string>& replies,
            const boost::asio::ip::udp::endpoint& to) {
    error_code gone; // nobody may be listening any more
    for (const auto& each : replies)
      udp_.send_to(boost::asio::buffer(each), to, 0, gone);
  }

  void send_later(std::vector<std::string> replies,
                  std::chrono::milliseconds after) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(io_, after);
    timer->async_wait([this, timer, to = peer_,
                       replies = std::move(replies)](error_code error) {
      if (!error)
        send(replies, to);
    });
  }

  void accept() {
    tcp_.async_accept([this](error_code error, tcp::socket client) {
      if (error)
        return;
      serve(std::make_shared<tcp::socket>(std::move(client)));
      accept();
    });
  }

  void serve(const std::shared_ptr<tcp::socket>& client) {
    const auto length = std::make_shared<std::array<unsigned char, 2>>();
    boost::asio::async_read(
        *client, boost::asio::buffer(*length),
        [this, client, length](error_code error, std::size_t) {
          if (!error)
            serve_message(client, (*length)[0] * 256U + (*length)[1]);
        });
  }

  void serve_message(const std::shared_ptr<tcp::socket>& client,
                     std::size_t size) {
    const auto octets = std::make_shared<std::string>(size, '\0');
    boost::asio::async_read(
        *client, boost::asio::buffer(*octets),
        [this, client, octets](error_code error, std::size_t) {
          if (error)
            return;
          std::string all;
          for (const std::string& each : reply_to(*octets, true))
            all += u16(each.size()) + each;
          boost::asio::write(*client, boost::asio::buffer(all));
        });
  }

  boost::asio::io_context& io_;
  tcp::acceptor tcp_;
  boost::asio::ip::udp::socket udp_;
  script answers_;
  std::function<std::chrono::milliseconds(const received_query&)> delay_;
  boost::asio::ip::udp::endpoint peer_;
  std::array<char, 2048> datagram_{};
  std::vector<received_query> queries_;
};

} // namespace spfblock::testing
