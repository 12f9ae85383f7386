# Mail::SPF as a judge: a process of its own, see judges.py.
#
# Usage: mail_spf_judge.pl HOST PORT HOPELESS; lines [ADDRESS, SENDER, HELO] in
# JSON on stdin, a result a line on stdout.  HOPELESS is a file, see judges.py.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;
use Mail::SPF::v1::Record;
use Net::DNS;
use Time::HiRes qw(setitimer ITIMER_VIRTUAL);

# Answers never change while a judge sits, so each question is asked once.
package RememberingResolver;

sub new {
    my ($class, $host, $port, $hopeless) = @_;
    my @usual = (
        nameservers => [$host],
        port        => $port,
        recurse     => 0,
        defnames    => 0,
        dnsrch      => 0,
    );
    return bless {
        patient => Net::DNS::Resolver->new(
            @usual,
            retry       => 2,
            udp_timeout => 5,
            tcp_timeout => 5,
        ),
        impatient => Net::DNS::Resolver->new(
            @usual,
            retry       => 1,
            retrans     => 0.05,
            udp_timeout => 0.05,
            tcp_timeout => 0.05,
        ),
        hopeless => $hopeless,
        known    => {},
    }, $class;
}

sub send {
    my ($self, $name, $type) = @_;
    my $known = $self->{known}{"$type $name"} //= do {
        my $resolver =
            $self->{hopeless}{lc "$name $type"} ? $self->{impatient} : $self->{patient};
        my $packet = $resolver->send($name, $type);
        { packet => $packet, error => $resolver->errorstring };
    };
    $self->{error} = $known->{error};
    return $known->{packet};
}

sub errorstring { return $_[0]{error} }

package main;

# Most of the time goes into parsing, which depends on nothing but the text.  A
# check gets terms of its own: Mail::SPF 3 spoils the first one of a record that it
# takes for none.
{
    no warnings qw(redefine once);
    my $parse = Mail::SPF::v1::Record->can('new_from_string');
    my %known;
    *Mail::SPF::v1::Record::new_from_string = sub {
        my ($class, $text) = @_;
        my $known = $known{$text} //= do {
            my $record = eval { $class->$parse($text) };
            { record => $record, error => $@ };
        };
        die $known->{error} unless defined $known->{record};
        my $record = $known->{record};
        my @terms = map { bless {%$_}, ref } @{$record->{terms}};
        return bless {%$record, terms => \@terms}, ref $record;
    };
}

my ($host, $port, $hopeless_file) = @ARGV;
open my $lines, '<', $hopeless_file or die "$hopeless_file: $!";
my %hopeless = map { chomp; lc($_) => 1 } <$lines>;
my $server = Mail::SPF::Server->new(
    dns_resolver => RememberingResolver->new($host, $port, \%hopeless),
    hostname     => 'judge.invalid',
);

# Of an overlong name with an empty label it cuts labels for ever.
use constant MOST_PROCESSOR_SECONDS => 1;
$SIG{VTALRM} = sub { die "is at work for ever\n" };

while (my $line = <STDIN>) {
    setitimer(ITIMER_VIRTUAL, MOST_PROCESSOR_SECONDS);
    my ($address, $sender, $helo) = @{decode_json($line)};
    my $is_bounce = $sender eq '';
    my $result = eval {
        $server->process(
            Mail::SPF::Request->new(
                versions      => [1],
                scope         => $is_bounce ? 'helo' : 'mfrom',
                identity      => $is_bounce ? $helo : $sender,
                ip_address    => $address,
                helo_identity => $helo,
            )
        )->code;
    };
    ($result) = split /\n/, "died: $@" unless defined $result;
    print "$result\n";
}
