# Starts a program inside a sandbox that runs, with the rights of the guest and none more. Called by enter.ts.
#
# Perl, because this must be one thread (only such a process may enter a user namespace), must make system calls that no
# shell has, and is there on every Debian and Ubuntu. Arguments: the machine, a process of the sandbox, the user and group
# where the sandbox has no user namespace, the folder to start in, the command. Descriptor 4: the variables, each
# ended by NUL. Descriptor 5, where there is a filter: the filter for system calls.
use strict;
use warnings;

# Source: the kernel's system call tables; linux/prctl.h, linux/nsfs.h, linux/capability.h, linux/seccomp.h.
my %CALLS = (
    x86_64  => { prctl => 157, setns => 308, capset => 126, setgroups => 116, setresgid => 119, setresuid => 117 },
    aarch64 => { prctl => 167, setns => 268, capset => 91, setgroups => 159, setresgid => 149, setresuid => 147 },
);
use constant {
    PR_SET_PDEATHSIG => 1, PR_SET_DUMPABLE => 4, PR_SET_SECCOMP => 22, PR_CAPBSET_DROP => 24,
    PR_SET_NO_NEW_PRIVS => 38, SECCOMP_MODE_FILTER => 2, NS_GET_PARENT => 0xb702,
    CAPABILITY_VERSION_3 => 0x20080522, CAPABILITY_LAST => 63, SIGKILL => 9,
};

my ($machine, $target, $uid, $gid, $folder, @command) = @ARGV;
my $call = $CALLS{$machine} or die "lambkin: no system calls are known for $machine\n";

sub prctl {
    my @arguments = (@_, 0, 0, 0, 0);
    return syscall($call->{prctl}, $arguments[0], $arguments[1], $arguments[2], $arguments[3], $arguments[4]);
}

sub fail { die "lambkin: the sandbox cannot be entered: $_[0]: $!\n" }

# From here to the last line the guest can see this process, but must not look into it or change it.
prctl(PR_SET_DUMPABLE, 0) == 0 or fail("dumpable");

sub all_of {
    my ($descriptor) = @_;
    open(my $file, '<&=', $descriptor) or return undef;
    binmode($file);
    local $/;
    return scalar readline($file);
}
my %variables = map { split(/=/, $_, 2) } split(/\0/, all_of(4) // '');
my $filter = all_of(5);

sub namespace {
    my ($id, $kind) = @_;
    open(my $file, '<', "/proc/$id/ns/$kind") or fail("namespace $kind");
    return $file;
}
sub identity { my ($device, $inode) = stat($_[0]); return "$device:$inode" }

my %left = map { $_ => namespace($target, $_) } qw(net ipc uts cgroup pid mnt);
# What is shared with the machine is not entered.
delete @left{grep { identity($left{$_}) eq identity(namespace('self', $_)) } keys %left};
my $home = identity(namespace('self', 'user'));
my @users;
for (my $user = namespace($target, 'user'); identity($user) ne $home;) {
    unshift @users, $user;
    my $parent = ioctl($user, NS_GET_PARENT, 0) or fail('the parent of a user namespace');
    open(my $file, '<&=', $parent + 0) or fail('the parent of a user namespace');
    $user = $file;
}

# Each namespace belongs to a user namespace; an ordinary user has rights over it only from inside that one.
sub enter_what_we_may {
    for my $kind (sort keys %left) {
        delete $left{$kind} if syscall($call->{setns}, fileno($left{$kind}), 0) == 0;
    }
}
enter_what_we_may();
for my $user (@users) {
    syscall($call->{setns}, fileno($user), 0) == 0 or fail('user namespace');
    enter_what_we_may();
}
my ($closed) = keys %left;
fail("namespace $closed") if defined $closed;

# The process namespace is that of children only; whoever waits for them stays out of the guest's sight.
my $child = fork() // fail('fork');
if ($child != 0) {
    open(STDIN, '<', '/dev/null');
    # A terminal's keys are for the program. When the terminal goes, this ends, and with it the program.
    $SIG{$_} = 'IGNORE' for qw(INT QUIT TSTP);
    waitpid($child, 0);
    exit(($? & 127) ? 128 + ($? & 127) : $? >> 8);
}

prctl(PR_CAPBSET_DROP, $_) for 0 .. CAPABILITY_LAST;
if (!@users) {
    my ($u, $g) = ($uid + 0, $gid + 0);
    syscall($call->{setgroups}, 0, 0) == 0 or fail('groups');
    syscall($call->{setresgid}, $g, $g, $g) == 0 or fail('group');
    syscall($call->{setresuid}, $u, $u, $u) == 0 or fail('user');
}
# Another user would forget it.
prctl(PR_SET_PDEATHSIG, SIGKILL);
my ($header, $none) = (pack('LL', CAPABILITY_VERSION_3, 0), pack('L6', (0) x 6));
syscall($call->{capset}, $header, $none) == 0 or fail('capabilities');
prctl(PR_SET_NO_NEW_PRIVS, 1) == 0 or fail('no new privileges');
%ENV = %variables;
chdir($folder) or fail($folder);
if (defined $filter) {
    my $program = pack('S x![P] P', length($filter) / 8, $filter);
    syscall($call->{prctl}, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, $program, 0, 0) == 0 or fail('system call filter');
}
no warnings 'exec';
exec { $command[0] } @command or do {
    print STDERR "lambkin: $command[0]: $!\n";
    exit(127);
};
