#include "server/admin/admin_port.hpp"

#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "server/system/asio_endpoint.hpp"
#include "server/system/descriptor.hpp"
#include "server/system/listening_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <chrono>
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
/// How soon a port that cannot be had is tried again.
constexpr std::chrono::milliseconds retry_interval{1000};

/// How long it is waited that a client whose request was refused reads why.
constexpr std::chrono::seconds farewell{1};

constexpr const char* text_type = "text/plain; charset=utf-8";

/// Only what comes from this port is loaded, and only of the kinds that the
/// page has; nothing may stand in an attribute, or around the page.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

/// A request-target of RFC 9112 §3.2.
struct target_parts {
  std::string_view authority; ///< of the absolute form; else empty
  std::string_view path_and_query;
};

target_parts split_target(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (!iequals(target.substr(0, scheme.size()), scheme))
    return {{}, target};
  target.remove_prefix(scheme.size());
  const auto end = std::min(target.find_first_of("/?"), target.size());
  return {target.substr(0, end), target.substr(end)};
}

admin_request parse_target(std::string_view target) {
  const auto question_mark = target.find('?');
  admin_request request;
  request.path =
      percent_decode(target.substr(0, question_mark)).value_or(std::string{});
  if (request.path.empty())
    request.path = "/"; // of the absolute form (RFC 9112 §3.2.1)
  if (question_mark != std::string_view::npos)
    request.query = target.substr(question_mark + 1);
  return request;
}

/// Whether it was the request that could not be read.
bool is_malformed(const error_code& error) {
  return error.category() == error_code{http::error::bad_target}.category() &&
         error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

/// Whether this stands behind the name in a Host header: nothing, or a port.
bool is_port_part(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' &&
          (text.size() == 1 || parse_decimal(text.substr(1), 65535)));
}

/// Whether a field If-None-Match names the tag, by the weak comparison.
bool names_tag(std::string_view field, std::string_view tag) {
  for (const std::string_view each : split(field, ',')) {
    std::string_view one = trimmed(each);
    if (one.starts_with("W/"))
      one.remove_prefix(2);
    if (one == tag || one == "*")
      return true;
  }
  return false;
}

} // namespace

std::string admin_request::parameter(std::string_view name) const {
  const auto all = parameters(name);
  return all.empty() ? std::string{} : all.front();
}

std::vector<std::string>
admin_request::parameters(std::string_view name) const {
  std::vector<std::string> all;
  for (const std::string_view each : split(query, '&')) {
    const auto equals = each.find('=');
    if (each.substr(0, equals) == name && equals != std::string_view::npos)
      all.push_back(
          form_decode(each.substr(equals + 1)).value_or(std::string{}));
  }
  return all;
}

bool is_loopback_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end != std::string_view::npos &&
           is_port_part(host.substr(end + 1)) &&
           net::ip_address::try_parse(host.substr(1, end - 1)) ==
               net::ip_address::ipv6(1);
  }
  const auto colon = std::min(host.find(':'), host.size());
  if (!is_port_part(host.substr(colon)))
    return false;
  const std::string_view name = host.substr(0, colon);
  if (iequals(name, "localhost"))
    return true;
  const auto address = net::ip_address::try_parse(name);
  return address && address->family() == net::family::ipv4 &&
         address->number() >> 24U == 127;
}

struct admin_port::shared_state {
  handler answers;
  audience is_for = audience::this_machine;
  unsigned connections = 0;
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
    parser_->body_limit(boost::none); // none is read
    stream_.expires_after(patience);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) {
          if (!error)
            self->answer();
          else if (is_malformed(error))
            self->send({400, text_type, error.message() + '\n'}, false);
        });
  }

private:
  /// What follows a body cannot be told from it, since none is read.
  void answer() {
    const auto& request = parser_->get();
    const bool has_body = !parser_->is_done();
    auto given =
        has_body ? admin_answer{refusal_of_body()} : answer_to(request);
    if (auto* const page = std::get_if<planned_page>(&given))
      return have_made(*std::move(page));
    auto& reply = std::get<admin_reply>(given);
    const bool well_formed = !has_body && reply.status != 400;
    send(std::move(reply), request.keep_alive() && well_formed);
  }

  void have_made(planned_page page) {
    page_ = page.by->make(
        std::move(page.how),
        [self = shared_from_this()](admin_reply made) {
          self->is_waiting_ = false;
          self->send(std::move(made), self->parser_->get().keep_alive());
        },
        preferred_coding(accepted_codings()));
    is_waiting_ = true;
    watch_client();
  }

  /// All fields Accept-Encoding as one (RFC 9110 §5.3).
  [[nodiscard]] std::string accepted_codings() const {
    std::string all;
    const auto [first, end] =
        parser_->get().equal_range(http::field::accept_encoding);
    for (auto each = first; each != end; ++each)
      all.append(each->value().data(), each->value().size()).append(",");
    return all;
  }

  /// Nothing comes but another request, which is not read yet, or the end.
  void watch_client() {
    stream_.socket().async_wait(
        tcp::socket::wait_read, [watched = weak_from_this()](error_code error) {
          const auto self = watched.lock();
          if (self && self->is_waiting_ && (error || self->has_ended()))
            self->page_.is_not_waited_for();
        });
  }

  /// Whether the client has ended its side of the connection.
  [[nodiscard]] bool has_ended() {
    char next = 0;
    error_code error;
    stream_.socket().non_blocking(true, error);
    stream_.socket().receive(asio::buffer(&next, 1), tcp::socket::message_peek,
                             error);
    return error && error != asio::error::would_block;
  }

  void send(admin_reply given, bool keep_alive) {
    const auto& request = parser_->get();
    const bool whole = parser_->is_header_done();
    if (whole && has_already(given))
      given = {304, given.content_type, {}, given.coding, given.etag};
    reply_ = {http::int_to_status(given.status),
              whole ? request.version() : 11};
    describe(given);
    forbid_others();
    if (reply_.result() == http::status::method_not_allowed)
      reply_.set(http::field::allow, "GET, HEAD"); // RFC 9110 §15.5.6
    reply_.keep_alive(keep_alive);
    reply_.body() = std::move(given.body);
    reply_.prepare_payload();
    if (whole && request.method() == http::verb::head)
      reply_.body() = std::string{};
    stream_.expires_after(patience); // a large table took time to write down
    http::async_write(
        stream_, reply_,
        [self = shared_from_this()](error_code error, std::size_t) {
          self->page_ = {};
          self->reply_.body() = std::string{}; // it may be large
          if (error)
            return;
          if (self->reply_.keep_alive())
            self->read();
          else
            self->say_goodbye();
        });
  }

  /// Whether the client has what it is given (RFC 9110 §13.1.2).
  [[nodiscard]] bool has_already(const admin_reply& given) const {
    const auto tags = parser_->get()[http::field::if_none_match];
    return !given.etag.empty() &&
           names_tag({tags.data(), tags.size()}, given.etag);
  }

  /// What the reply is.
  void describe(const admin_reply& given) {
    reply_.set(http::field::server, server_name);
    reply_.set(http::field::content_type, given.content_type);
    reply_.set(http::field::cache_control,
               given.etag.empty() ? "no-store" : "no-cache");
    if (!given.etag.empty())
      reply_.set(http::field::etag, given.etag);
    reply_.set(http::field::vary, "Accept-Encoding");
    if (given.coding == content_coding::gzip)
      reply_.set(http::field::content_encoding, "gzip");
  }

  /// What a browser is not to do with it.
  void forbid_others() {
    reply_.set("X-Content-Type-Options", "nosniff");
    reply_.set("Content-Security-Policy", content_policy);
    reply_.set("Referrer-Policy", "no-referrer");
    reply_.set("Cross-Origin-Opener-Policy", "same-origin");
    reply_.set("Cross-Origin-Resource-Policy", "same-origin");
  }

  /// To close what was not read to its end would be to reset it, and the reply
  /// with it (RFC 9112 §9.6).
  void say_goodbye() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(farewell);
    read_on();
  }

  void read_on() {
    buffer_.clear();
    stream_.async_read_some(
        buffer_.prepare(longest_header),
        [self = shared_from_this()](error_code error, std::size_t) {
          if (!error)
            self->read_on();
        });
  }

  [[nodiscard]] static admin_reply refusal(unsigned status, const char* why) {
    return {status, text_type, why};
  }

  [[nodiscard]] admin_reply refusal_of_body() const {
    const auto method = parser_->get().method();
    if (method != http::verb::get && method != http::verb::head)
      return refusal_of_method();
    return refusal(400, "a request with a body\n");
  }

  [[nodiscard]] static admin_reply refusal_of_method() {
    return refusal(405, "only GET and HEAD\n");
  }

  admin_answer answer_to(const http::request<http::empty_body>& request) const {
    if (request.method() != http::verb::get &&
        request.method() != http::verb::head)
      return refusal_of_method();
    const auto hosts = request.count(http::field::host);
    if (hosts > 1 || (hosts == 0 && request.version() > 10))
      return refusal(400, "not one Host header\n"); // RFC 9112 §3.2
    const auto target = request.target();
    const auto [authority, path_and_query] =
        split_target({target.data(), target.size()});
    const auto header = request[http::field::host];
    const std::string_view host =
        authority.empty() ? std::string_view{header.data(), header.size()}
                          : authority; // RFC 9112 §3.2.2
    if (state_->is_for == audience::this_machine && !is_loopback_host(host))
      return refusal(403, "the Host header names no loopback address\n");
    if (state_->answers == nullptr)
      return refusal(503, "stopping\n");
    auto wanted = parse_target(path_and_query);
    wanted.coding = preferred_coding(accepted_codings());
    return state_->answers(wanted);
  }

  beast::tcp_stream stream_;
  std::shared_ptr<shared_state> state_;
  beast::flat_buffer buffer_{longest_header};
  std::optional<http::request_parser<http::empty_body>> parser_;
  http::response<http::string_body> reply_;
  page_maker::wish page_;   ///< until the reply is sent
  bool is_waiting_ = false; ///< for the page to be made
};

admin_port::admin_port(asio::io_context& io, const log_sink& log,
                       handler answers, audience is_for)
    : state_{std::make_shared<shared_state>()},
      acceptor_{io},
      rest_{io},
      log_{log},
      again_{io, [this] { open(); }} {
  state_->answers = std::move(answers);
  state_->is_for = is_for;
}

admin_port::~admin_port() {
  close();
  state_->answers = nullptr;
}

void admin_port::listen(const std::optional<net::endpoint>& on,
                        const inherited_sockets* from) {
  if (on == wanted_ && (!on || acceptor_.is_open()))
    return;
  close();
  wanted_ = on;
  from_ = from;
  trouble_.clear();
  open();
}

void admin_port::open() {
  if (!is_missing())
    return;
  auto sockets =
      from_ ? from_->listen(*wanted_, 1) : listening_sockets::open(*wanted_, 1);
  if (!sockets) {
    const std::string& reason = sockets.error().message;
    if (std::exchange(trouble_, reason) != reason)
      tell_trouble(reason);
    return again_.set(std::chrono::steady_clock::now() + retry_interval);
  }
  trouble_.clear();
  auto opened = *std::move(sockets);
  const net::endpoint& on = *opened.address().tcp();
  acceptor_.assign(tcp_endpoint(on).protocol(),
                   opened.release().front().release());
  tell_open(on);
  accept();
}

void admin_port::tell_open(const net::endpoint& at) const {
  using log::event_of, log::kind;
  if (state_->is_for == audience::this_machine)
    log_.write(
        event_of<kind::admin_port_listening>{}.with("address", at.to_string()));
  else
    log_.write(event_of<kind::metrics_port_listening>{}.with("address",
                                                             at.to_string()));
}

void admin_port::tell_trouble(const std::string& reason) const {
  using log::event_of, log::kind;
  if (state_->is_for == audience::this_machine)
    log_.write(event_of<kind::admin_port_unavailable>{}.with("reason", reason));
  else
    log_.write(
        event_of<kind::metrics_port_unavailable>{}.with("reason", reason));
}

/// Released first: where others hold the socket too, closing it would leave it
/// watched (epoll(7)).
void admin_port::close() {
  wanted_ = std::nullopt;
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
