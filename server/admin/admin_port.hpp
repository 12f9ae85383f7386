// The admin port: HTTP on loopback for curl and for the program's own commands;
// and the like for others.
#pragma once

#include "core/net/endpoint.hpp"
#include "server/admin/page_maker.hpp"
#include "server/system/alarm.hpp"
#include "server/system/inherited_sockets.hpp"
#include "server/system/log_sink.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spfblock::server {

/// By which a client knows whom it asked: the field Server of each reply.
inline constexpr const char* server_name = "spfblock";

/// The part of a request that decides about the reply.
struct admin_request {
  std::string path;  ///< decoded, without the query
  std::string query; ///< what stands behind `?`, still encoded
  content_coding coding = content_coding::identity; ///< that suits the client

  /// The value of a parameter of the query, decoded as that of a form; empty if
  /// there is none.
  [[nodiscard]] std::string parameter(std::string_view name) const;

  /// The values of all parameters of that name, decoded; what cannot be decoded
  /// is empty.
  [[nodiscard]] std::vector<std::string>
  parameters(std::string_view name) const;
};

/// A page that takes time.
struct planned_page {
  page_maker* by = nullptr; ///< outlives the port
  page_maker::recipe how;
};

/// What a request leads to: a reply that costs nothing, or a page.
using admin_answer = std::variant<admin_reply, planned_page>;

/// Who may ask at a port.
enum class audience : bool {
  this_machine, ///< the admin port
  others,       ///< the port of `metrics.listen`
};

/// Serves GET and HEAD; nothing on it changes anything.
///
/// For this machine it refuses a Host header that is no loopback name or
/// address: a web page must not reach it by DNS rebinding.  What is no HTTP/1
/// request, or has a body,
/// gets 400 and ends the connection.  Bounded: 16 connections, 8 KiB of header,
/// five seconds for each request, and for each reply to be taken.  Pages are
/// compressed for whom that suits (Accept-Encoding).  Replies with a tag are
/// asked for again, and not sent again to whom has them (If-None-Match).  No
/// reply may be shown within another site's page, nor load anything from
/// elsewhere.  Runs on the
/// thread of `io`, which is never a serving one; what takes time is done by
/// page makers, and is not begun for a client that has ended its side of the
/// connection meanwhile.
class admin_port {
public:
  using handler = std::function<admin_answer(const admin_request&)>;

  /// @param answers outlives the port with all it refers to
  admin_port(boost::asio::io_context& io, const log_sink& log, handler answers,
             audience is_for = audience::this_machine);
  ~admin_port();
  admin_port(const admin_port&) = delete;
  admin_port& operator=(const admin_port&) = delete;

  /// Listens there instead of where it did; nowhere without an endpoint.  A
  /// port that cannot be had is logged, once as long as the reason is the same,
  /// and tried again each second: the lookups matter more.
  /// @param from where the socket comes from, if it is among them; null: it is
  ///        opened; outlives the port
  void listen(const std::optional<net::endpoint>& on,
              const inherited_sockets* from = nullptr);

  /// Whether there is to be a port that cannot be had at present.
  [[nodiscard]] bool is_missing() const noexcept {
    return wanted_ && !acceptor_.is_open();
  }

private:
  class connection;
  struct shared_state;

  void open();
  void tell_open(const net::endpoint& at) const;
  void tell_trouble(const std::string& reason) const;
  void accept();
  void rest();
  void close();

  std::shared_ptr<shared_state> state_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer rest_;
  const log_sink& log_;
  std::optional<net::endpoint> wanted_;
  const inherited_sockets* from_ = nullptr;
  std::string trouble_; ///< why it cannot be had, as it was told
  alarm again_;         ///< for open()
};

/// Whether a Host header names this machine by a loopback name or address.
[[nodiscard]] bool is_loopback_host(std::string_view host);

} // namespace spfblock::server
