# Does for the server what takes system calls that Node.js has not: namespaces, mounts, interfaces. Called by host-helper.ts.
#
# Programs of the system could do it too (mount, ip, unshare), but each costs more to start than what it does here, and
# some look at everything there is of their kind before. Perl, because this must be one thread, and it is there on every
# Debian and Ubuntu. Argument: the machine. Each line of the input is a request: a name and arguments, each quoted as in a
# URL. Each is answered by a line: "ok" or "no", and a text. It ends when its input does, and everything with it that
# nobody else holds.
use strict;
use warnings;
use Fcntl qw(O_RDONLY O_RDWR O_CREAT O_EXCL);
use POSIX ();
use Socket qw(AF_INET AF_UNSPEC SOCK_RAW inet_aton);

# Source: the kernel's system call tables; linux/sched.h, linux/mount.h, linux/loop.h, linux/netlink.h.
my %CALLS = (
    x86_64  => { mount => 165, umount2 => 166, unshare => 272, setns => 308 },
    aarch64 => { mount => 40, umount2 => 39, unshare => 97, setns => 268 },
);
use constant {
    CLONE_NEWNS => 0x20000, CLONE_NEWUSER => 0x10000000, CLONE_NEWNET => 0x40000000,
    MS_NOSUID => 2, MS_NODEV => 4, MS_NOATIME => 1024, MS_REC => 0x4000, MS_SLAVE => 0x80000, MNT_DETACH => 2,
    LOOP_SET_FD => 0x4c00, LOOP_CLR_FD => 0x4c01, LOOP_SET_STATUS64 => 0x4c04, LOOP_CTL_GET_FREE => 0x4c82,
    LOOP_CONFIGURE => 0x4c0a,
    LO_FLAGS_AUTOCLEAR => 4, SEEK_DATA => 3, SEEK_HOLE => 4, EBUSY => 16, EINVAL => 22,
    AF_NETLINK => 16, NETLINK_ROUTE => 0, NLMSG_ERROR => 2,
};
my $call = $CALLS{$ARGV[0]} or die "no system calls are known for $ARGV[0]\n";

# Strings get the NUL that the kernel looks for; numbers stay numbers.
sub kernel {
    my ($name, @arguments) = @_;
    my @given = map { /\A-?\d+\z/ ? $_ + 0 : "$_\0" } @arguments;
    my $result = syscall($call->{$name}, @given);
    die "$name @arguments: $!\n" if $result < 0;
    return $result;
}

sub opened {
    my ($path, $flags, $mode) = @_;
    sysopen(my $file, $path, $flags, $mode // 0600) or die "$path: $!\n";
    return $file;
}

sub namespace { return opened("/proc/$_[0]/ns/$_[1]", O_RDONLY) }

# Namespaces that were made, by descriptor, until the server has opened them itself.
my %made;
sub handed_out {
    my ($file) = @_;
    $made{fileno $file} = $file;
    return fileno $file;
}

# Where nothing of ours is mounted. Mounts of the host show up in it as they come.
my $base;
sub start {
    kernel('unshare', CLONE_NEWNS);
    kernel('mount', 'none', '/', 'none', MS_REC | MS_SLAVE, '');
    # Beside v1 groups crun stumbles over the empty v2 tree; nothing that is started here needs it.
    eval { kernel('umount2', '/sys/fs/cgroup/unified', MNT_DETACH) };
    $base = namespace('self', 'mnt');
}

# In a mount namespace that is a copy of the base; answers what holds it.
sub apart {
    my ($work) = @_;
    $base // start();
    kernel('unshare', CLONE_NEWNS);
    my $namespace = namespace('self', 'mnt');
    my $done = eval { $work->(); 1 };
    my $failure = $@;
    kernel('setns', fileno $base, CLONE_NEWNS);
    die $failure unless $done;
    return $namespace;
}

sub mount_image {
    my ($image, $folder) = @_;
    my $file = opened($image, O_RDWR);
    my $control = opened('/dev/loop-control', O_RDWR);
    my $device;
    my $path;
    # Between the question and the use of the answer somebody else may have taken it.
    for (1 .. 100) {
        $path = '/dev/loop' . (0 + (ioctl($control, LOOP_CTL_GET_FREE, 0) // die "loop devices: $!\n"));
        $device = opened($path, O_RDWR);
        last if attached($device, $file);
        die "$path: $!\n" unless $! == EBUSY;
        undef $device;
    }
    die "no loop device is free\n" unless defined $device;
    return if eval { kernel('mount', $path, $folder, 'ext4', MS_NOSUID | MS_NODEV | MS_NOATIME, ''); 1 };
    my $failure = $@;
    ioctl($device, LOOP_CLR_FD, 0);
    die $failure;
}

# With the last mount the device is free again. In one step, which kernels before 5.8 do not know: what is set of a device
# that has its file already, the kernel sets when all processors have let go of it, 15 ms later.
sub attached {
    my ($device, $file) = @_;
    my $information = pack('x52 L x176', LO_FLAGS_AUTOCLEAR);
    return 1 if defined ioctl($device, LOOP_CONFIGURE, pack('L x4 a* x64', fileno $file, $information));
    return '' unless $! == EINVAL && defined ioctl($device, LOOP_SET_FD, fileno $file);
    return 1 if defined ioctl($device, LOOP_SET_STATUS64, $information);
    my $reason = $! + 0;
    ioctl($device, LOOP_CLR_FD, 0);
    $! = $reason;
    return '';
}

# What an image has that is not empty; images are almost empty.
my %pieces;
sub pieces_of {
    my ($template) = @_;
    return $pieces{$template} //= do {
        my $file = opened($template, O_RDONLY);
        my @found;
        my $at = 0;
        while (defined(my $data = sysseek($file, $at, SEEK_DATA))) {
            $data += 0;
            $at = sysseek($file, $data, SEEK_HOLE) + 0;
            sysseek($file, $data, 0);
            my $bytes = '';
            while (length $bytes < $at - $data) {
                sysread($file, $bytes, $at - $data - length $bytes, length $bytes) or die "$template: $!\n";
            }
            push @found, [$data, $bytes];
        }
        { size => -s $template, found => \@found };
    };
}

sub copy_image {
    my ($template, $image) = @_;
    my $pieces = pieces_of($template);
    my $file = opened($image, O_RDWR | O_CREAT | O_EXCL);
    truncate($file, $pieces->{size}) or die "$image: $!\n";
    for my $piece (@{ $pieces->{found} }) {
        my ($at, $bytes) = @$piece;
        sysseek($file, $at, 0);
        (syswrite($file, $bytes) // -1) == length $bytes or die "$image: $!\n";
    }
}

# Messages to the kernel about interfaces, addresses and routes. Source: linux/rtnetlink.h, if_link.h, neighbour.h, veth.h.
use constant {
    RTM_NEWLINK => 16, RTM_DELLINK => 17, RTM_NEWADDR => 20, RTM_NEWROUTE => 24, RTM_NEWNEIGH => 28,
    NLM_F_REQUEST => 1, NLM_F_ACK => 4, NLM_F_CREATE_EXCL => 0x600,
    IFLA_ADDRESS => 1, IFLA_IFNAME => 3, IFLA_LINKINFO => 18, IFLA_NET_NS_FD => 28, IFLA_GROUP => 27,
    IFLA_INFO_KIND => 1, IFLA_INFO_DATA => 2, VETH_INFO_PEER => 1, IFF_UP => 1,
    IFA_ADDRESS => 1, IFA_LOCAL => 2, NDA_DST => 1, NDA_LLADDR => 2, NUD_PERMANENT => 0x80,
    RTA_DST => 1, RTA_OIF => 4, RTA_GATEWAY => 5, RTA_PREFSRC => 7, RTNH_F_ONLINK => 4,
    RT_TABLE_MAIN => 254, RTPROT_BOOT => 3, RT_SCOPE_UNIVERSE => 0, RT_SCOPE_LINK => 253, RT_SCOPE_HOST => 254,
    SIOCGIFINDEX => 0x8933, RTN_UNICAST => 1, RTN_UNREACHABLE => 7,
};
# Of a new namespace's own interface, and of the end that is put into it.
use constant { LOOPBACK => 1, GUEST_END => 1000 };

sub attribute {
    my ($type, $value) = @_;
    return pack('S S a* x![4]', 4 + length $value, $type, $value);
}
sub text { return "$_[0]\0" }
sub link_header { my ($index, $flags) = @_; return pack('C x S l L L', AF_UNSPEC, 0, $index, $flags, $flags) }

# To the interfaces of the namespace that this process is in.
sub kernel_socket {
    socket(my $socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) or die "netlink: $!\n";
    return $socket;
}
sub order {
    my ($socket, $what, $type, $body, $flags) = @_;
    my $asked = NLM_F_REQUEST | NLM_F_ACK | ($flags // 0);
    syswrite($socket, pack('L S S L L a*', 16 + length $body, $type, $asked, 1, 0, $body)) // die "$what: $!\n";
    sysread($socket, my $answer, 65536) // die "$what: $!\n";
    my ($kind, $error) = unpack('x4 S x10 l', $answer);
    return if $kind == NLMSG_ERROR && $error == 0;
    local $! = -$error;
    die "$what: $!\n";
}
sub add_address {
    my ($socket, $index, $address) = @_;
    my $body = pack('C C C C L', AF_INET, 32, 0, RT_SCOPE_UNIVERSE, $index)
        . attribute(IFA_LOCAL, $address) . attribute(IFA_ADDRESS, $address);
    order($socket, 'address', RTM_NEWADDR, $body, NLM_F_CREATE_EXCL);
}
sub add_route {
    my ($socket, $length, $scope, $type, $flags, @attributes) = @_;
    my $body = pack('C C C C C C C C L', AF_INET, $length, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, $scope, $type, $flags)
        . join('', @attributes);
    order($socket, 'route', RTM_NEWROUTE, $body, NLM_F_CREATE_EXCL);
}
sub set_up { my ($socket, $index) = @_; order($socket, 'up', RTM_NEWLINK, link_header($index, IFF_UP)) }

# Two interfaces that are the ends of one cable; `peer` is the other's header and attributes.
sub add_cable {
    my ($socket, $index, $peer, @attributes) = @_;
    my $data = attribute(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, $peer));
    my $kind = attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, 'veth') . $data);
    order($socket, 'cable', RTM_NEWLINK, link_header($index, 0) . join('', @attributes) . $kind, NLM_F_CREATE_EXCL);
}

sub setting {
    my ($path, $value) = @_;
    open(my $file, '>', $path) or die "$path: $!\n";
    syswrite($file, $value) // die "$path: $!\n";
}

# A network namespace with a cable to the host, which also has the address `beside` there. With `within` it belongs to a new
# user namespace below that one.
sub make_network {
    my ($within, $name, $index, $group, $hardware, $address, $gateway, $beside, @unreachable) = @_;
    my ($own, $host) = (inet_aton($address), inet_aton($gateway));
    my $mac = pack('C6', map { hex } split(/:/, $hardware));
    my ($network, $user) = $within eq '' ? new_network() : new_network_within($within);

    # The kernel may still be clearing away what a killed server left under this name.
    my $outside = kernel_socket();
    eval { order($outside, $name, RTM_DELLINK, link_header(0, 0) . attribute(IFLA_IFNAME, text($name))) };
    my $end = pack('L', fileno $network);
    my $peer = link_header(GUEST_END, 0) . attribute(IFLA_IFNAME, text('eth0')) . attribute(IFLA_NET_NS_FD, $end);
    my @named = (attribute(IFLA_IFNAME, text($name)), attribute(IFLA_GROUP, pack('L', $group)), attribute(IFLA_ADDRESS, $mac));
    add_cable($outside, $index, $peer, @named);
    # What is led to the host's loopback comes in here; the rules let nothing else get there.
    setting("/proc/sys/net/ipv4/conf/$name/route_localnet", '1');
    # Browsers on the host drop what they load whenever an address comes or goes: this end has none, of IPv6 neither.
    eval { setting("/proc/sys/net/ipv6/conf/$name/disable_ipv6", '1') };
    set_up($outside, $index);
    my @way = (attribute(RTA_DST, $own), attribute(RTA_OIF, pack('L', $index)), attribute(RTA_PREFSRC, $host));
    add_route($outside, 32, RT_SCOPE_LINK, RTN_UNICAST, 0, @way);

    my $inside = inside_of($network, sub {
        # A kernel without it has none to turn off.
        eval { setting('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1') };
        return kernel_socket();
    });
    set_up($inside, LOOPBACK);
    add_address($inside, GUEST_END, $own);
    set_up($inside, GUEST_END);
    # Nobody on the host's end answers for it.
    my $neighbour = pack('C x x x l S C C', AF_INET, GUEST_END, NUD_PERMANENT, 0, 0);
    $neighbour .= attribute(NDA_DST, $host) . attribute(NDA_LLADDR, $mac);
    order($inside, 'neighbour', RTM_NEWNEIGH, $neighbour, NLM_F_CREATE_EXCL);
    my $out = attribute(RTA_OIF, pack('L', GUEST_END));
    add_route($inside, 32, RT_SCOPE_LINK, RTN_UNICAST, 0, attribute(RTA_DST, $host), $out);
    my $by = attribute(RTA_GATEWAY, $host);
    add_route($inside, 0, RT_SCOPE_UNIVERSE, RTN_UNICAST, RTNH_F_ONLINK, $by, $out);
    # Within a range that is unreachable otherwise.
    my $there = attribute(RTA_DST, inet_aton($beside));
    add_route($inside, 32, RT_SCOPE_UNIVERSE, RTN_UNICAST, RTNH_F_ONLINK, $there, $by, $out);
    for (@unreachable) {
        my ($range, $length) = split(m{/});
        my $where = attribute(RTA_DST, inet_aton($range));
        add_route($inside, $length, RT_SCOPE_UNIVERSE, RTN_UNREACHABLE, 0, $where);
    }
    return join(' ', map { handed_out($_) } grep { defined } $network, $user);
}

my $home;
# Comes back whatever happens. What a socket talks to is settled when it is made.
sub inside_of {
    my ($network, $work) = @_;
    $home //= namespace('self', 'net');
    kernel('setns', fileno $network, CLONE_NEWNET);
    my $result = eval { $work->() };
    my $failure = $@;
    kernel('setns', fileno $home, CLONE_NEWNET);
    die $failure unless defined $result;
    return $result;
}

sub new_network {
    $home //= namespace('self', 'net');
    kernel('unshare', CLONE_NEWNET);
    my $made = eval { namespace('self', 'net') };
    my $failure = $@;
    kernel('setns', fileno $home, CLONE_NEWNET);
    die $failure unless defined $made;
    return $made;
}

# Another process has to be its first: there is no way back from a user namespace.
sub new_network_within {
    my ($within) = @_;
    pipe(my $seen, my $seeing) or die "pipe: $!\n";
    pipe(my $heard, my $saying) or die "pipe: $!\n";
    my $child = fork() // die "fork: $!\n";
    if ($child == 0) {
        close $_ for $seeing, $heard;
        my $done = eval {
            enter_new_user_namespace($within);
            kernel('unshare', CLONE_NEWNET);
            1;
        };
        syswrite($saying, $done ? "ok\n" : $@);
        # Until both have been looked at.
        sysread($seen, my $ignored, 1);
        # Nothing of its parent's is to be done again.
        POSIX::_exit(0);
    }
    close $_ for $seen, $saying;
    my $answer = <$heard> // "nothing\n";
    my @made = $answer eq "ok\n" ? eval { map { namespace($child, $_) } qw(net user) } : ();
    my $failure = $answer eq "ok\n" ? $@ : $answer;
    close $seeing;
    waitpid($child, 0);
    die $failure if @made == 0;
    return @made;
}

sub enter_new_user_namespace {
    my ($within) = @_;
    kernel('setns', fileno(opened($within, O_RDONLY)), CLONE_NEWUSER);
    my ($user, $group) = ($> + 0, (split / /, $))[0] + 0);
    kernel('unshare', CLONE_NEWUSER);
    setting('/proc/self/setgroups', 'deny');
    setting('/proc/self/uid_map', "0 $user 1");
    setting('/proc/self/gid_map', "0 $group 1");
}

my %ANSWERS = (
    # An image that was just made gets the root folder that a guest is to find.
    'prepare-image' => sub {
        my ($image, $folder) = @_;
        apart(sub {
            mount_image($image, $folder);
            rmdir "$folder/lost+found";
            my $done = chmod 01777, $folder;
            my $why = $!;
            # Not lazily: what is in the image is to be complete.
            kernel('umount2', $folder, 0);
            die "$folder: $why\n" unless $done;
        });
        return '';
    },
    # A copy of the image, mounted in a mount namespace of its own.
    'mount-copy' => sub {
        my ($template, $image, $folder) = @_;
        copy_image($template, $image);
        # The mount holds it from here on; without a name it goes with the mount, whatever becomes of us.
        my $namespace = eval { apart(sub { mount_image($image, $folder) }) };
        my $failure = $@;
        unlink $image;
        die $failure unless defined $namespace;
        return handed_out($namespace);
    },
    'make-network' => \&make_network,
    # The host's address for all of a server's guests, on an interface whose other end leads nowhere.
    'add-gateway' => sub {
        my ($name, $group, $address) = @_;
        my $socket = kernel_socket();
        my $peer = link_header(0, 0) . attribute(IFLA_IFNAME, text("${name}x"));
        add_cable($socket, 0, $peer, attribute(IFLA_IFNAME, text($name)), attribute(IFLA_GROUP, pack('L', $group)));
        my $asked = pack('a16 x24', $name);
        ioctl($socket, SIOCGIFINDEX, $asked) or die "$name: $!\n";
        my $index = unpack('x16 l', $asked);
        add_address($socket, $index, inet_aton($address));
        set_up($socket, $index);
        return '';
    },
    'remove-interface' => sub {
        order(kernel_socket(), $_[0], RTM_DELLINK, link_header(0, 0) . attribute(IFLA_IFNAME, text($_[0])));
        return '';
    },
    # All of a group at once; it takes 20 ms to remove one, and hardly more for all.
    'remove-interfaces' => sub {
        order(kernel_socket(), "group $_[0]", RTM_DELLINK, link_header(0, 0) . attribute(IFLA_GROUP, pack('L', $_[0])));
        return '';
    },
    # The server has what it was told of.
    taken => sub { delete $made{ $_[0] }; return '' },
);

binmode STDIN;
binmode STDOUT;
$| = 1;
while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($name, @arguments) = map { s/%([0-9A-F]{2})/chr hex $1/gre } split(/ /, $line, -1);
    my $answer = eval { 'ok ' . $ANSWERS{$name}->(@arguments) };
    $answer //= "no $@";
    $answer =~ s/\n/ /g;
    print "$answer\n";
}
