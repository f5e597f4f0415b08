# Starts programs for the server. Called by launcher.ts.
#
# A process that starts another is copied first, page tables and all: the server would stand still for that each time, this
# one is small. The programs' descriptors are connections to the server's socket. Perl, because it is there on every Debian
# and Ubuntu. Arguments: the machine, the server's process id, the name of its socket (abstract). Each line of the input
# starts a program: a key, steps, "--", and the command, each quoted as in a URL. Steps, done in this order of kinds:
#
#   j:file        a control group's file of processes, which it joins
#   l:7=1024      its limit of resource 7
#   d:1=token     descriptor 1 is a connection that begins with the token
#   g:6=9         descriptor 6 is a copy of the server's own descriptor 9
#   f:5=path      descriptor 5 is this file, for reading
#   c:0=3         descriptor 0 is what 3 is
#   n:file        a namespace that it enters; one that refuses is tried again after the others
#   w:folder      where it works
#   e:NAME=value  a variable
#
# 0 is empty and 2 is what 1 is, unless a step says otherwise. Output: "started key id", "connected key", "exited key code
# signal". It ends when its input does, and what it started is told of that by the kernel.
use strict;
use warnings;
use POSIX qw(:sys_wait_h setsid dup2 _exit);
use Fcntl qw(F_DUPFD);
use Socket qw(AF_UNIX SOCK_STREAM);

my ($machine, $server, $address) = @ARGV;
# Source: the kernel's system call tables; the last two are the same for all machines.
my %CALLS = (x86_64 => { setns => 308, prlimit => 302 }, aarch64 => { setns => 268, prlimit => 261 });
my $call = $CALLS{$machine} or die "no system calls are known for $machine\n";
use constant { PIDFD_OPEN => 434, PIDFD_GETFD => 438, HIGH => 64 };

sub unquoted { my ($word) = @_; $word =~ s/%([0-9A-F]{2})/chr hex $1/ge; return $word }

sub connected {
    my ($token) = @_;
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
    connect($socket, pack('S a*', AF_UNIX, "\0$address")) or die "connect: $!\n";
    syswrite($socket, $token) // die "connect: $!\n";
    return $socket;
}

sub taken_from_server {
    my ($descriptor) = @_;
    my $process = syscall(PIDFD_OPEN, $server + 0, 0);
    my $copy = $process < 0 ? -1 : syscall(PIDFD_GETFD, $process, $descriptor + 0, 0);
    die "descriptor $descriptor: $!\n" if $copy < 0;
    open(my $file, '+<&=', $copy) or die "descriptor $descriptor: $!\n";
    return $file;
}

sub opened {
    my ($path) = @_;
    open(my $file, '<', $path) or die "$path: $!\n";
    return $file;
}

# Where no place is that something may be put into.
sub out_of_the_way {
    my ($file) = @_;
    return fcntl($file, F_DUPFD, HIGH) // die "descriptors: $!\n";
}

sub join_group {
    my ($path) = @_;
    open(my $file, '>', $path) or die "$path: $!\n";
    syswrite($file, $$) // die "$path: $!\n";
}

sub limit {
    my ($resource, $value) = @_;
    my $limits = pack('QQ', $value, $value);
    syscall($call->{prlimit}, 0, $resource + 0, $limits, 0) == 0 or die "limit $resource: $!\n";
}

# Some can be entered from outside a user namespace only, and some from inside only: as often as it helps.
sub enter_all {
    while (@_) {
        my @left = grep { syscall($call->{setns}, $_, 0) != 0 } @_;
        die "namespace: $!\n" if @left == @_;
        @_ = @left;
    }
}

# Never returns.
sub become {
    my ($key, $steps, @command) = @_;
    my $done = eval {
        setsid();
        join_group($_) for @{ $steps->{j} };
        limit(split /=/) for @{ $steps->{l} };
        my %places;
        for my $kind (qw(d g f)) {
            for my $step (@{ $steps->{$kind} }) {
                my ($place, $what) = split(/=/, $step, 2);
                my $file = $kind eq 'd' ? connected($what) : $kind eq 'g' ? taken_from_server($what) : opened($what);
                $places{$place} = out_of_the_way($file);
            }
        }
        # However soon it ends now: its connections are under way.
        syswrite(STDOUT, "connected $key\n") // die "answer: $!\n";
        my @namespaces = map { out_of_the_way(opened($_)) } @{ $steps->{n} };
        open(STDIN, '<', '/dev/null') or die "/dev/null: $!\n";
        dup2($places{$_}, $_) // die "descriptors: $!\n" for keys %places;
        dup2(1, 2) // die "descriptors: $!\n" unless exists $places{2};
        for my $step (@{ $steps->{c} }) {
            my ($place, $from) = split(/=/, $step);
            dup2($from, $place) // die "descriptors: $!\n";
        }
        enter_all(@namespaces);
        POSIX::close($_) for values %places, @namespaces;
        my ($folder) = @{ $steps->{w} };
        chdir($folder) or die "$folder: $!\n";
        %ENV = map { split(/=/, $_, 2) } @{ $steps->{e} };
        1;
    };
    syswrite(STDERR, "lambkin: $@") unless $done;
    no warnings 'exec';
    exec { $command[0] } @command if $done;
    syswrite(STDERR, "lambkin: $command[0]: $!\n") if $done;
    _exit(127);
}

pipe(my $woken, my $waking) or die "pipe: $!\n";
$woken->blocking(0);
$waking->blocking(0);
$SIG{CHLD} = sub { syswrite($waking, "\n") };
$SIG{PIPE} = 'IGNORE';
$| = 1;

my %keys;
sub start {
    my ($key, @words) = map { unquoted($_) } split(/ /, $_[0], -1);
    my %steps = map { $_ => [] } qw(j l d g f c n w e);
    while (defined(my $word = shift @words)) {
        last if $word eq '--';
        my ($kind, $what) = split(/:/, $word, 2);
        push @{ $steps{$kind} }, $what;
    }
    my $child = fork();
    if (defined $child && $child == 0) {
        $SIG{$_} = 'DEFAULT' for qw(CHLD PIPE);
        become($key, \%steps, @words);
    }
    if (!defined $child) {
        print "exited $key 127 0\n";
        return;
    }
    $keys{$child} = $key;
    print "started $key $child\n";
}

my $input = '';
while (1) {
    my $readable = '';
    vec($readable, fileno(STDIN), 1) = 1;
    vec($readable, fileno($woken), 1) = 1;
    select($readable, undef, undef, undef) < 0 and next;
    if (vec($readable, fileno($woken), 1)) {
        sysread($woken, my $ignored, 4096);
        while ((my $ended = waitpid(-1, WNOHANG)) > 0) {
            my $key = delete $keys{$ended};
            printf "exited %s %d %d\n", $key, $? >> 8, $? & 127;
        }
    }
    if (vec($readable, fileno(STDIN), 1)) {
        my $read = sysread(STDIN, $input, 65536, length $input);
        exit 0 unless $read;
        start($1) while $input =~ s/\A([^\n]*)\n//;
    }
}
