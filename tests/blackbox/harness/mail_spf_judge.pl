# Mail::SPF as a judge: a process of its own, see judges.py.
#
# Usage: mail_spf_judge.pl HOST PORT HELO; lines "ADDRESS DOMAIN" on stdin, a
# result a line on stdout.
use strict;
use warnings;
use Mail::SPF;
use Mail::SPF::v1::Record;
use Net::DNS;

# Answers never change while a judge sits, so each question is asked once.
package RememberingResolver;

sub new {
    my ($class, $host, $port) = @_;
    my $resolver = Net::DNS::Resolver->new(
        nameservers => [$host],
        port        => $port,
        recurse     => 0,
        defnames    => 0,
        dnsrch      => 0,
        retry       => 2,
        udp_timeout => 5,
        tcp_timeout => 5,
    );
    return bless { resolver => $resolver, known => {} }, $class;
}

sub send {
    my ($self, $name, $type) = @_;
    my $known = $self->{known}{"$type $name"} //= do {
        my $packet = $self->{resolver}->send($name, $type);
        { packet => $packet, error => $self->{resolver}->errorstring };
    };
    $self->{error} = $known->{error};
    return $known->{packet};
}

sub errorstring { return $_[0]{error} }

package main;

# Most of the time goes into parsing, which depends on nothing but the text.
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
        return $known->{record};
    };
}

my ($host, $port, $helo) = @ARGV;
my $server = Mail::SPF::Server->new(
    dns_resolver => RememberingResolver->new($host, $port),
    hostname     => 'judge.invalid',
);

while (my $line = <STDIN>) {
    my ($address, $domain) = split ' ', $line;
    my $result = eval {
        $server->process(
            Mail::SPF::Request->new(
                versions      => [1],
                scope         => 'mfrom',
                identity      => "postmaster\@$domain",
                ip_address    => $address,
                helo_identity => $helo,
            )
        )->code;
    };
    ($result) = split /\n/, "died: $@" unless defined $result;
    print "$result\n";
}
