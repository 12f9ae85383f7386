# shellcheck shell=sh
# The project's packages on Debian 12, 13 and what is made of them, each list for
# what needs it.  A|B|...: the first that the system has, as NAME or NAME>=VERSION.

# To build the program.
build_packages="
    cmake g++ ninja-build pkg-config
    libboost-dev>=1.81|libboost1.83-dev|libboost1.81-dev
    libcdb-dev libcli11-dev libfmt-dev libidn2-dev libldns-dev libpsl-dev
    libsystemd-dev libtsl-hopscotch-map-dev nlohmann-json3-dev
    prometheus-cpp-dev zlib1g-dev"

# To make the Debian package of it.
package_packages="dpkg-dev file"

# To run the tests: the framework, the real parts that the black-box tests put
# together, the official suite of RFC 7208, other evaluators of SPF, the consumers
# of what is exported, the name servers of a fleet, a browser, and the checkers of what
# is installed.
# gpg-agent: the installation of spamassassin needs it.
test_packages="
    catch2 nsd postfix postfix-cdb postfix-lmdb python3
    postfix-policyd-spf-python rspamd
    golang-blitiri-go-spf-dev python3-jsonschema python3-yaml
    libmail-spf-perl python3-dnspython python3-spf
    bind9-dnsutils bind9-utils nftables rbldnsd
    bind9 dns-root-data gpg-agent knot rsync spamassassin
    bash-completion fish zsh
    chromium chromium-driver python3-selenium
    curl fakeroot git iproute2 lintian mandoc prometheus systemd unbound
    $package_packages"

# For scripts/check, besides those for the tests.
check_packages="
    $test_packages
    clang clang-format clang-tidy libclang-rt-dev|libclang-rt-14-dev
    debootstrap git libbenchmark-dev shellcheck strace systemd-container valgrind"

# For scripts/bench: what it measures with, and beside spfblock.
bench_packages="
    dnsperf libbenchmark-dev nsd postfix python3 rbldnsd strace valgrind
    memcached postfix-cdb postfix-lmdb redis-server
    postfix-policyd-spf-perl postfix-policyd-spf-python postfwd"
