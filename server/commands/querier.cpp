#include "server/commands/querier.hpp"

#include "core/dns/message.hpp"
#include "core/dns/octets.hpp"
#include "core/dns/response.hpp"
#include "core/protocols/dnsbl_name.hpp"
#include "core/protocols/netstring.hpp"
#include "core/support/percent_encoding.hpp"
#include "core/support/text.hpp"
#include "server/system/asio_endpoint.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <chrono>
#include <istream>
#include <utility>

namespace spfblock::server {

namespace asio = boost::asio;
using protocols::door;
using answer = std::optional<std::string>;

namespace {

constexpr std::chrono::seconds reply_time{10};

/// The name of the table, which is the client's own affair.
constexpr std::string_view table_name = "spfblock ";

/// Octets of a reply that Postfix takes (dict_sockmap.c).
constexpr std::uint64_t longest_reply = 100'000;

asio::generic::stream_protocol::endpoint
generic_endpoint(const net::socket_address& of) {
  if (const std::string* const path = of.path())
    return asio::local::stream_protocol::endpoint{*path};
  return tcp_endpoint(*of.tcp());
}

} // namespace

querier::querier(const config::listener& server,
                 std::vector<std::string> attributes)
    : server_{server},
      attributes_{std::move(attributes)} {
  stream_.expires_after(reply_time);
  stream_.connect(generic_endpoint(server.where));
  boost::system::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
}

bool querier::is_refused() const {
  return stream_.error() == asio::error::connection_refused ||
         stream_.error() == boost::system::errc::no_such_file_or_directory;
}

result<answer> querier::ask(const std::string& key) {
  stream_.expires_after(reply_time);
  switch (server_.kind) {
  case door::tcp_table: break;
  case door::policy: return ask_policy(key);
  case door::socketmap: return ask_socketmap(key);
  case door::dnsbl: return ask_dnsbl(key);
  }
  return ask_table(key);
}

result<answer> querier::ask_table(const std::string& key) {
  send("get " + percent_encode_key(key) + '\n');
  std::string reply;
  if (!std::getline(stream_, reply))
    return no_answer();
  if (reply.starts_with("500 "))
    return answer{};
  auto value = reply.starts_with("200 ") ? percent_decode(reply.substr(4))
                                         : std::nullopt;
  if (!value)
    return unexpected(reply);
  return value;
}

result<answer> querier::ask_policy(const std::string& key) {
  constexpr std::string_view action = "action=";
  std::string request =
      "request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=" +
      key.substr(0, key.find('\n')) + '\n';
  for (const std::string& each : attributes_)
    request += each + '\n';
  send(request + '\n');
  std::string reply;
  std::string end;
  if (!std::getline(stream_, reply) || !std::getline(stream_, end))
    return no_answer();
  if (!reply.starts_with(action) || !end.empty())
    return unexpected(reply);
  reply.erase(0, action.size());
  return reply == "DUNNO" ? answer{} : answer{reply};
}

result<answer> querier::ask_socketmap(const std::string& key) {
  constexpr std::string_view found = "OK ";
  std::string request;
  protocols::append_netstring(std::string{table_name} + key, request);
  send(request);
  const auto reply = read_netstring();
  if (!reply)
    return no_answer();
  if (*reply == "NOTFOUND ")
    return answer{};
  if (!reply->starts_with(found))
    return unexpected(*reply);
  return answer{reply->substr(found.size())};
}

result<answer> querier::ask_dnsbl(const std::string& key) {
  constexpr std::uint16_t id = 1; // TCP: nobody else can answer
  const auto address = net::ip_address::try_parse(key);
  if (!address)
    return answer{};
  const auto name = dns::name::from_text(protocols::dnsbl_labels_of(*address) +
                                         server_.list->zone().to_string());
  if (!name)
    return name.error();
  const dns::question asked{*name, dns::rr_type::txt};
  const std::string message = dns::encode_query(asked, id, dns::edns::off);
  std::string request;
  dns::append_number(request, static_cast<std::uint16_t>(message.size()));
  send(request + message);
  std::array<char, 2> length{};
  stream_.read(length.data(), length.size());
  std::string reply(dns::number_at({length.data(), length.size()}, 0), '\0');
  stream_.read(reply.data(), static_cast<std::streamsize>(reply.size()));
  if (!stream_)
    return no_answer();
  const auto read = dns::decode_reply(reply, asked, id, {});
  if (read.what != dns::reply::kind::answer)
    return unexpected(read.reason);
  const auto& texts = read.content.texts;
  return texts.empty() ? answer{} : answer{texts.front()};
}

/// @return nothing where the stream ends before, or is none of netstrings
answer querier::read_netstring() {
  std::string length;
  std::getline(stream_, length, ':');
  const auto size = parse_decimal(length, longest_reply);
  if (!stream_ || !size)
    return std::nullopt;
  std::string content(*size, '\0');
  stream_.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!stream_ || stream_.get() != ',')
    return std::nullopt;
  return content;
}

/// In one piece: the stream has no buffer, and a request in two segments waits
/// for the acknowledgement of the first.
void querier::send(std::string_view request) {
  stream_ << request << std::flush;
}

failure querier::no_answer() const {
  const auto error = stream_.error();
  return {errc::temporary,
          server_.where.to_string() + ": " +
              (error ? error.message() : "no answer that can be read")};
}

failure querier::unexpected(std::string_view reply) const {
  return {errc::malformed,
          server_.where.to_string() + " says: " + printable(reply)};
}

} // namespace spfblock::server
