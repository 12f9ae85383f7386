#include "server/admin/admin_port.hpp"

#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "server/system/asio_endpoint.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/listening_socket.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <deque>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr unsigned most_connections = 16;
constexpr std::uint32_t longest_header = 8192;
constexpr std::chrono::seconds patience{5};
/// How long nobody is accepted where descriptors or memory are short.
constexpr std::chrono::milliseconds rest_time{200};

admin_request parse_target(std::string_view target) {
  const auto question_mark = target.find('?');
  admin_request request;
  request.path =
      percent_decode(target.substr(0, question_mark)).value_or(std::string{});
  if (question_mark != std::string_view::npos)
    request.query = target.substr(question_mark + 1);
  return request;
}

} // namespace

std::string admin_request::parameter(std::string_view name) const {
  for (const std::string_view each : split(query, '&')) {
    const auto equals = each.find('=');
    if (each.substr(0, equals) == name && equals != std::string_view::npos)
      return percent_decode(each.substr(equals + 1)).value_or(std::string{});
  }
  return {};
}

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end != std::string_view::npos &&
           net::ip_address::try_parse(host.substr(1, end - 1)) ==
               net::ip_address::ipv6(1);
  }
  const std::string_view name = host.substr(0, host.rfind(':'));
  if (iequals(name, "localhost"))
    return true;
  const auto address = net::ip_address::try_parse(name);
  return address && address->family() == net::family::ipv4 &&
         address->number() >> 24U == 127;
}

struct admin_port::shared_state {
  handler answers;
  unsigned connections = 0;
  /// Those whose request was read, the first one first.
  std::deque<std::shared_ptr<connection>> waiting;
};

/// One client: requests one after another, each within its time.
class admin_port::connection : public std::enable_shared_from_this<connection> {
public:
  connection(tcp::socket socket, std::shared_ptr<shared_state> state)
      : stream_{std::move(socket)},
        state_{std::move(state)} {
    ++state_->connections;
  }
  ~connection() { --state_->connections; }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(longest_header);
    parser_->body_limit(0);
    stream_.expires_after(patience);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) {
          if (!error)
            self->wait_for_turn();
        });
  }

private:
  void wait_for_turn() {
    state_->waiting.push_back(shared_from_this());
    if (state_->waiting.size() == 1)
      post_turn(stream_.get_executor(), state_);
  }

  /// Answers one of those who wait each time that the loop comes round: a page
  /// may take seconds, and whatever else is due is done between two of them.
  static void post_turn(const asio::any_io_executor& on,
                        const std::shared_ptr<shared_state>& state) {
    asio::post(on, [on, state] {
      if (state->waiting.empty())
        return; // the port is gone
      const auto next = std::move(state->waiting.front());
      state->waiting.pop_front();
      next->answer();
      if (!state->waiting.empty())
        post_turn(on, state);
    });
  }

  void answer() {
    const auto& request = parser_->get();
    admin_reply given = reply_to(request);
    reply_ = {http::int_to_status(given.status), request.version()};
    reply_.set(http::field::content_type, given.content_type);
    reply_.set(http::field::cache_control, "no-store");
    if (reply_.result() == http::status::method_not_allowed)
      reply_.set(http::field::allow, "GET, HEAD"); // RFC 9110 §15.5.6
    reply_.keep_alive(request.keep_alive());
    reply_.body() = std::move(given.body);
    reply_.prepare_payload();
    if (request.method() == http::verb::head)
      reply_.body().clear();
    stream_.expires_after(patience); // a large table took time to write down
    http::async_write(
        stream_, reply_,
        [self = shared_from_this()](error_code error, std::size_t) {
          if (!error && self->reply_.keep_alive())
            self->read();
        });
  }

  admin_reply reply_to(const http::request<http::empty_body>& request) const {
    if (request.method() != http::verb::get &&
        request.method() != http::verb::head)
      return {405, "text/plain; charset=utf-8", "only GET and HEAD\n"};
    const auto host = request[http::field::host];
    if (!is_loopback_host({host.data(), host.size()}))
      return {403, "text/plain; charset=utf-8",
              "the Host header names no loopback address\n"};
    const auto target = request.target();
    if (state_->answers == nullptr)
      return {503, "text/plain; charset=utf-8", "stopping\n"};
    return state_->answers(parse_target({target.data(), target.size()}));
  }

  beast::tcp_stream stream_;
  std::shared_ptr<shared_state> state_;
  beast::flat_buffer buffer_{longest_header};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> reply_;
};

admin_port::admin_port(asio::io_context& io, const log_sink& log,
                       handler answers)
    : state_{std::make_shared<shared_state>()},
      acceptor_{io},
      rest_{io},
      log_{log} {
  state_->answers = std::move(answers);
}

admin_port::~admin_port() {
  close();
  state_->answers = nullptr;
  state_->waiting.clear(); // they hold the state
}

void admin_port::listen(const std::optional<net::endpoint>& on,
                        const inherited_sockets& from) {
  if (on == listening_on_)
    return;
  close();
  if (!on)
    return;
  auto sockets = from.listen(*on, 1);
  if (!sockets) {
    log_.write(log::event_of<log::kind::admin_port_unavailable>{}.with(
        "reason", sockets.error().message));
    return;
  }
  auto opened = *std::move(sockets);
  acceptor_.assign(opened.endpoint().protocol(), opened.release().front());
  listening_on_ = on;
  log_.write(log::event_of<log::kind::admin_port_listening>{}.with(
      "address", from_asio(opened.endpoint()).to_string()));
  accept();
}

/// Released first: where others hold the socket too, closing it would leave it
/// watched (epoll(7)).
void admin_port::close() {
  listening_on_ = std::nullopt;
  rest_.cancel();
  error_code ignored;
  if (acceptor_.is_open())
    const descriptor closed{acceptor_.release(ignored)};
}

void admin_port::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket client) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open())
      return;
    if (error)
      return rest();
    if (state_->connections < most_connections)
      std::make_shared<connection>(std::move(client), state_)->read();
    accept();
  });
}

/// Out of descriptors or memory: whoever waits is accepted later.
void admin_port::rest() {
  rest_.expires_after(rest_time);
  rest_.async_wait([this](error_code error) {
    if (!error && acceptor_.is_open())
      accept();
  });
}

} // namespace spfblock::server
