# shellcheck shell=sh
# The Debian 12 packages of the project, each list for what needs it.

# To build the program.
build_packages="
    cmake g++ ninja-build pkg-config
    libboost1.81-dev libcli11-dev libfmt-dev libldns-dev
    libsystemd-dev libtsl-hopscotch-map-dev nlohmann-json3-dev
    prometheus-cpp-dev"

# To run the tests: the framework, the real parts that the black-box tests put
# together, the official suite of RFC 7208, other evaluators of SPF, the consumers
# of what is exported, and the checkers of what is installed.
test_packages="
    catch2 nsd postfix python3
    golang-blitiri-go-spf-dev python3-yaml
    libmail-spf-perl python3-dnspython python3-spf
    bind9-dnsutils bind9-utils nftables rbldnsd
    bash-completion dpkg-dev fakeroot file lintian mandoc prometheus systemd"

# For scripts/check only.
check_packages="
    clang clang-format clang-tidy libclang-rt-14-dev
    shellcheck strace valgrind"

# For scripts/bench only: what it measures with, and beside spfblock.
bench_packages="
    dnsperf libbenchmark-dev
    memcached postfix-cdb postfix-lmdb redis-server"
