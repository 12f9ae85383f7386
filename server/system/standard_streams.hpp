// Standard input, output and error.
#pragma once

namespace spfblock::server {

/// Has each of the three be open, so that no file or socket that is opened
/// later gets its number, and with it what is printed or logged.  One that was
/// closed goes on as if it were: reading and writing there fail.
///
/// To be called before anything is opened.
void keep_standard_streams() noexcept;

} // namespace spfblock::server
