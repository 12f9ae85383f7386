#include "core/postfix/socket_way.hpp"

#include "core/postfix/opinion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace spfblock::postfix {
namespace {

constexpr unsigned may_search = 1;
constexpr unsigned may_write = 2;

bool may(const account& who, const file_facts& of, unsigned what) {
  const unsigned shift = who.user == of.owner.user     ? 6
                         : who.group == of.owner.group ? 3
                                                       : 0;
  return who.user == 0 || (of.mode >> shift & what) != 0;
}

/// The folders to be passed and the socket, from `root` on, which is the first.
std::vector<std::string> steps_of(const std::string& root,
                                  std::string_view path) {
  std::vector<std::string> steps{root.empty() ? "/" : root};
  std::string so_far = root;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) {
      so_far += '/';
      so_far += path.substr(0, end);
      steps.push_back(so_far);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return steps;
}

/// Goes the way of one smtpd.
class walk {
public:
  walk(const asking_place& at, std::string user, const account& who)
      : in_chroot_{at.of.chroot},
        user_{std::move(user)},
        who_{who},
        said_{at.where} {}

  /// @return whether the way goes on behind
  bool pass(const std::string& path, const file_facts& found) {
    if (!follow(path, found))
      return false;
    if (found.kind != file_kind::folder)
      said_.wrong(fmt::format("{} is no folder", path));
    else if (!may(who_, found, may_search))
      said_.wrong(
          fmt::format("{} may not enter {} ({})", user_, path, text_of(found)));
    else
      return true;
    return false;
  }

  void arrive(const std::string& path, const file_facts& found) {
    if (!follow(path, found))
      return;
    if (found.kind != file_kind::socket)
      said_.wrong(fmt::format("{} is no socket", path));
    else if (!may(who_, found, may_write))
      said_.wrong(fmt::format("{} may not connect to {} ({}; {} has user {} "
                              "and group {}, and no other group)",
                              user_, path, text_of(found), user_, who_.user,
                              who_.group));
  }

  [[nodiscard]] std::vector<finding> said() && {
    return std::move(said_).said();
  }

private:
  bool follow(const std::string& path, const file_facts& found) {
    if (in_chroot_ && !found.link_to.empty())
      said_.wrong(fmt::format("{} is a link to {}, which is elsewhere for an "
                              "smtpd in a chroot",
                              path, found.link_to));
    else if (found.kind == file_kind::nothing)
      said_.concern(
          fmt::format("{} is not there: spfblock, or the socket unit, "
                      "is not started",
                      path));
    else if (found.kind == file_kind::unseen)
      said_.concern(
          fmt::format("{} cannot be looked at (expected root)", path));
    else
      return true;
    return false;
  }

  static std::string text_of(const file_facts& of) {
    return fmt::format("mode {:04o}, user {}, group {}", of.mode, of.owner.user,
                       of.owner.group);
  }

  bool in_chroot_;
  std::string user_;
  account who_;
  opinion said_;
};

} // namespace

std::vector<finding> judge_way(const asking_place& at, const std::string& path,
                               const machine& on) {
  std::string user{at.postfix.value(at.of, "mail_owner")};
  const auto who = on.account_of(user);
  if (!who)
    return {{verdict::wrong, "main.cf: mail_owner",
             fmt::format("there is no user \"{}\"", user)}};
  const bool from_queue = at.of.chroot || !path.starts_with('/');
  const auto steps = steps_of(
      from_queue ? std::string{at.postfix.value("queue_directory")} : "", path);
  walk way{at, std::move(user), *who};
  for (const std::string& each : steps) {
    if (&each == &steps.back())
      way.arrive(each, on.look_at(each));
    else if (!way.pass(each, on.look_at(each)))
      break;
  }
  return std::move(way).said();
}

} // namespace spfblock::postfix
