#include "server/system/command_output.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/wait.h>

namespace spfblock::server {

result<std::string> output_of(const char* command) {
  const std::string line =
      std::string{"PATH=\"$PATH:/usr/sbin:/usr/local/sbin\" exec "} + command;
  std::FILE* const stream = ::popen(line.c_str(), "r");
  if (stream == nullptr)
    return failure{errc::temporary,
                   std::string{command} + ": " + std::strerror(errno)};
  std::string text;
  std::array<char, 4096> some;
  while (const auto size = std::fread(some.data(), 1, some.size(), stream))
    text.append(some.data(), size);
  const int status = ::pclose(stream);
  if (status != 0)
    return failure{
        errc::temporary,
        std::string{command} + " fails" +
            (WIFEXITED(status)
                 ? ", exit status " + std::to_string(WEXITSTATUS(status))
                 : "")};
  return text;
}

} // namespace spfblock::server
