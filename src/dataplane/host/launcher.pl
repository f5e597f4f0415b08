# Starts programs for the server. Called by launcher.ts.
#
# A process that starts another is copied first, page tables and all: the server would stand still for that each time, this
# one is small. The programs' descriptors are connections to the server's socket. Perl, because it is there on every Debian
# and Ubuntu. Arguments: the server's process id, the name of its socket (abstract). Each line of the input
# starts a program:
#
#   key folder descriptors variables... -- command...
#
# each quoted as in a URL; `descriptors` is a list like "1=token,6<9": a connection that begins with the token, or a copy of
# the server's own descriptor 9. Output: "started key id", "connected key", "exited key code signal". It
# ends when its input does, and what it started is told of that by the kernel.
use strict;
use warnings;
use POSIX qw(:sys_wait_h setsid dup2 _exit);
use Fcntl qw(F_DUPFD);
use Socket qw(AF_UNIX SOCK_STREAM);

my ($server, $address) = @ARGV;
# Source: the kernel's system call tables: the same for all machines since Linux 5.1.
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

# Never returns.
sub become {
    my ($key, $folder, $descriptors, $variables, @command) = @_;
    my $done = eval {
        setsid();
        my %places;
        for my $each (split /,/, $descriptors) {
            my ($place, $kind, $what) = $each =~ /\A(\d+)([<=])(.*)\z/;
            my $file = $kind eq '<' ? taken_from_server($what) : connected($what);
            # Out of the way of all places first.
            $places{$place} = fcntl($file, F_DUPFD, HIGH) // die "descriptors: $!\n";
        }
        # However soon it ends now: its connections are under way.
        syswrite(STDOUT, "connected $key\n") // die "answer: $!\n";
        open(STDIN, '<', '/dev/null') or die "/dev/null: $!\n";
        dup2($places{$_}, $_) // die "descriptors: $!\n" for keys %places;
        dup2(1, 2) // die "descriptors: $!\n";
        POSIX::close($_) for values %places;
        chdir($folder) or die "$folder: $!\n";
        %ENV = map { split(/=/, $_, 2) } @$variables;
        1;
    };
    syswrite(STDERR, "lambkin: $@") unless $done;
    no warnings 'exec';
    exec { $command[0] } @command if $done;
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
    my ($key, $folder, $descriptors, @words) = map { unquoted($_) } split(/ /, $_[0], -1);
    my ($end) = grep { $words[$_] eq '--' } 0 .. $#words;
    my $child = fork();
    if (defined $child && $child == 0) {
        $SIG{$_} = 'DEFAULT' for qw(CHLD PIPE);
        become($key, $folder, $descriptors, [@words[0 .. $end - 1]], @words[$end + 1 .. $#words]);
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
