# shellcheck shell=sh
# The Debian 12 packages of the project, each list for what needs it.

# To build the program.
build_packages="
    cmake g++ ninja-build pkg-config
    libboost1.81-dev libcli11-dev libfmt-dev libldns-dev
    libtsl-hopscotch-map-dev nlohmann-json3-dev"

# To run the tests: the framework, the real parts that the black-box tests put
# together, the official suite of RFC 7208, and other evaluators of SPF.
test_packages="
    catch2 nsd postfix python3
    golang-blitiri-go-spf-dev python3-yaml
    libmail-spf-perl python3-dnspython python3-spf"

# For scripts/check only.
check_packages="clang-format clang-tidy clang libclang-rt-14-dev"

# For scripts/bench_serve only: whom it measures beside spfblock.
bench_packages="memcached redis-server"
