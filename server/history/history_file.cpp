#include "server/history/history_file.hpp"

#include "core/history/entry.hpp"
#include "core/support/contract.hpp"
#include "core/support/text.hpp"
#include "server/system/file.hpp"
#include "server/system/octet_source.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace spfblock::server {
namespace {

/// More files than any bounds give are looked for: they may have been others.
constexpr unsigned most_former = 99;

std::string former_name(const std::string& path, unsigned number) {
  return number == 0 ? path : path + '.' + std::to_string(number);
}

descriptor open_history(const std::string& path, int flags) {
  return descriptor{uninterrupted([&] {
    return ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, 0600);
  })};
}

/// Cuts pieces into lines, and leaves out those that are too long.
class history_lines {
public:
  explicit history_lines(const history_files::receiver& to) : to_{to} {}

  void feed(std::string_view piece) {
    for (std::size_t end = piece.find('\n');
         end != std::string_view::npos && goes_on_; end = piece.find('\n')) {
      if (begun_.empty()) {
        give(piece.substr(0, end));
      } else {
        begun_ += piece.substr(0, end);
        give(begun_);
        begun_.clear();
      }
      piece.remove_prefix(end + 1);
    }
    // Of a line that is too long as much is kept as tells that it is.
    begun_ +=
        piece.substr(0, longest + 1 - std::min(begun_.size(), longest + 1));
  }

  void finish() {
    if (!begun_.empty() && goes_on_)
      give(std::exchange(begun_, {}));
  }

  /// Whether the next line is wanted.
  [[nodiscard]] bool goes_on() const noexcept { return goes_on_; }

private:
  static constexpr std::size_t longest = std::size_t{4} << 20U;

  void give(std::string_view line) {
    if (!line.empty() && line.size() <= longest)
      goes_on_ = to_(line);
  }

  const history_files::receiver& to_;
  std::string begun_;
  bool goes_on_ = true;
};

/// @return what kept it from being read to its end
std::optional<failure> read_lines(const descriptor& from,
                                  const std::string& name,
                                  const history_files::receiver& line) {
  auto opened = octet_source::of(from.number(), name);
  if (!opened)
    return opened.error();
  octet_source source = *std::move(opened);
  history_lines lines{line};
  while (lines.goes_on()) {
    const auto piece = source.next();
    if (!piece || piece->empty()) {
      lines.finish();
      return piece ? std::nullopt : std::optional{piece.error()};
    }
    lines.feed(*piece);
  }
  return std::nullopt;
}

} // namespace

std::string history_path(const std::string& state_file) {
  return state_file.empty() ? std::string{} : state_file + ".history";
}

history_file::history_file(std::string path, history_bounds within)
    : path_{std::move(path)},
      bounds_{within} {
  EXPECTS(!path_.empty());
}

std::optional<failure> history_file::append(std::string_view lines) {
  if (auto why = open())
    return why;
  if (auto why = make_room(lines.size()))
    return why;
  if (is_torn_)
    return write_all('\n' + std::string{lines});
  return write_all(lines);
}

/// Opens the file, unless it is the one that is open.
std::optional<failure> history_file::open() {
  struct stat named {};
  struct stat held {};
  if (file_.is_open() && ::lstat(path_.c_str(), &named) == 0 &&
      ::fstat(file_.number(), &held) == 0 && named.st_dev == held.st_dev &&
      named.st_ino == held.st_ino)
    return std::nullopt;
  descriptor file =
      open_history(path_, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW);
  if (!file.is_open() || ::fstat(file.number(), &held) != 0)
    return cannot("write", path_);
  if (!S_ISREG(held.st_mode))
    return failure{errc::temporary,
                   "cannot write " + in_quotes(path_) + ": not a regular file"};
  if (uninterrupted(
          [&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); }) != 0)
    return errno == EWOULDBLOCK
               ? failure{errc::temporary,
                         "another spfblock writes " + in_quotes(path_)}
               : cannot("lock", path_);
  size_ = static_cast<std::size_t>(held.st_size);
  char last = '\n';
  is_torn_ =
      size_ > 0 &&
      (::pread(file.number(), &last, 1, held.st_size - 1) != 1 || last != '\n');
  file_ = std::move(file);
  return std::nullopt;
}

/// Begins another file where this one would become too large.
std::optional<failure> history_file::make_room(std::size_t octets) {
  if (size_ == 0 || size_ + octets <= bounds_.octets)
    return std::nullopt;
  for (unsigned number = bounds_.former; number > 0; --number) {
    const std::string from = former_name(path_, number - 1);
    const std::string to = former_name(path_, number);
    if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
      return cannot("rename", from);
  }
  if (bounds_.former == 0 && ::unlink(path_.c_str()) != 0)
    return cannot("remove", path_);
  return open();
}

/// Whole, or not at all.
std::optional<failure> history_file::write_all(std::string_view octets) {
  std::size_t done = 0;
  while (done < octets.size()) {
    const ssize_t count = uninterrupted([&] {
      return ::write(file_.number(), octets.data() + done,
                     octets.size() - done);
    });
    if (count <= 0)
      break;
    done += static_cast<std::size_t>(count);
  }
  if (done == octets.size() && ::fdatasync(file_.number()) == 0) {
    size_ += octets.size();
    is_torn_ = false;
    return std::nullopt;
  }
  auto why = cannot("write", path_);
  if (::ftruncate(file_.number(), static_cast<off_t>(size_)) != 0)
    file_ = descriptor{}; // what it ends with is seen when it is opened
  return why;
}

history_files::history_files(const std::string& path) {
  // The newest first: a file that is renamed meanwhile is met twice, not
  // missed.
  std::set<std::pair<dev_t, ino_t>> met;
  for (unsigned number = 0; number <= most_former; ++number) {
    const std::string name = former_name(path, number);
    descriptor file = open_history(name, O_RDONLY);
    if (!file.is_open()) {
      if (errno != ENOENT && !trouble_)
        trouble_ = cannot("read", name);
      continue;
    }
    struct stat about {};
    if (::fstat(file.number(), &about) == 0 && S_ISREG(about.st_mode) &&
        met.emplace(about.st_dev, about.st_ino).second)
      files_.push_back({name, std::move(file)});
  }
}

void history_files::read(std::size_t number, const receiver& line) {
  const opened_file& from = files_.at(number);
  if (::lseek(from.file.number(), 0, SEEK_SET) != 0) {
    trouble_ = cannot("read", from.name);
    return;
  }
  auto trouble = read_lines(from.file, from.name, line);
  if (trouble && !trouble_)
    trouble_ = std::move(trouble);
}

void inquire_backwards(history_files& of, history::inquiry& by,
                       const std::function<bool()>& is_enough) {
  for (std::size_t number = 0; number < of.count(); ++number) {
    of.read(number, [&by](std::string_view line) {
      by.read(line);
      return true;
    });
    if (is_enough())
      return;
  }
}

std::optional<std::chrono::sys_seconds> begin_of(history_files& of) {
  std::optional<std::chrono::sys_seconds> begins;
  for (std::size_t number = of.count(); number > 0 && !begins; --number) {
    of.read(number - 1, [&begins](std::string_view line) {
      if (const auto head = history::head_of(line))
        begins = head->at;
      return !begins;
    });
  }
  return begins;
}

history_read read_history(const std::string& path,
                          const std::function<void(std::string_view)>& line) {
  history_files files{path};
  for (std::size_t number = files.count(); number > 0; --number) {
    files.read(number - 1, [&line](std::string_view next) {
      line(next);
      return true;
    });
  }
  return {static_cast<unsigned>(files.count()), files.trouble()};
}

} // namespace spfblock::server
