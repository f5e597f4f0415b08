/** What hostile functions try, one thing each, and how it must end. Python; `attack(event)` is called in the handler. */

export interface Attack {
  readonly name: string;
  readonly code: string;
  /** Of the payload as JSON. */
  readonly ends: RegExp;
  /** Only with the guarantees that root's sandboxes have. */
  readonly needsRoot?: true;
  readonly timeoutSeconds?: number;
  readonly memoryMib?: number;
}

/** Before every attack: `denied` tells how an action failed, `call` makes a raw system call. */
export const PRELUDE = `
import ctypes, errno, json, os, resource, signal, socket, stat, struct, subprocess, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def denied(action):
    try:
        value = action()
        return "done" if value is None else f"done: {value}"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
def call(number, *arguments):
    ctypes.set_errno(0)
    if libc.syscall(number, *arguments) == -1:
        return errno.errorcode.get(ctypes.get_errno(), "?")
    return "done"
def frame(kind, body):
    return struct.pack(">IB", 1 + len(body), kind) + body
def short(text):
    return bytes([len(text)]) + text.encode()
def lambda_handler(event, context):
    return attack({**event, "id": context.aws_request_id})
`;

const EPERM = /^"EPERM"$/;

/** What gVisor answers otherwise: it is a kernel of the guest's own, in which some things are harmless. */
const IN_GVISOR: Readonly<Record<string, RegExp>> = {
  "changes its own code": /^\["EPERM","(EACCES|EROFS)","EXDEV"\]$/,
  "looks for devices and the kernel's files": /^\[("\/dev\/fuse",)?"\/sys\/fs\/cgroup"\]$/,
  "becomes root, or somebody else": /^\["EPERM","EPERM",\["","",""\],false\]$/,
  "opens raw and odd sockets": /^\["EAFNOSUPPORT"\]$/,
  "leaves zombies": /^"EAGAIN"$|^5000$|Sandbox\.Timedout/,
  "calls unshare for a user namespace": /^"(done|EPERM)"$/,
  "calls clone for a user namespace": /^"(done|EPERM)"$/,
  "calls syslog for the kernel's log": /^"(done|EPERM)"$/,
};
const NOT_IN_GVISOR = /^"(EPERM|EACCES|ENOSYS|ENOTSUP|ENODEV|EFAULT)"$/;

/** How the attack must end in the sandbox of this run. */
export function endOf({ name, ends }: Attack, isGvisor: boolean): RegExp {
  if (!isGvisor) return ends;
  return IN_GVISOR[name] ?? (ends === EPERM ? NOT_IN_GVISOR : ends);
}

function systemCall(name: string, number: number, args = ""): Attack {
  return {
    name: `calls ${name}`,
    code: `def attack(event): return call(${number}${args})`,
    ends: EPERM,
  };
}

/** Numbers of x86_64. */
export const SYSTEM_CALLS: readonly Attack[] = [
  systemCall("ptrace on the first process", 101, ", 16, 1, 0, 0"),
  systemCall("process_vm_readv on the first process", 310, ", 1, 0, 0, 0, 0, 0"),
  systemCall("mount", 165, ", b'none', b'/tmp', b'tmpfs', 0, 0"),
  systemCall("umount2", 166, ", b'/tmp', 2"),
  systemCall("open_tree", 428, ", -100, b'/', 1"),
  systemCall("pivot_root", 155, ", b'/tmp', b'/tmp'"),
  systemCall("chroot", 161, ", b'/tmp'"),
  systemCall("unshare for a user namespace", 272, ", 0x10000000"),
  systemCall("clone for a user namespace", 56, ", 0x10000011, 0, 0, 0, 0"),
  systemCall("setns", 308, ", os.open('/proc/self/ns/net', os.O_RDONLY), 0"),
  systemCall("add_key", 248, ", b'user', b'name', b'x', 1, -3"),
  systemCall("keyctl", 250, ", 0, -3, 0"),
  systemCall("init_module", 175, ", 0, 0, b''"),
  systemCall("finit_module", 313, ", 0, b'', 0"),
  systemCall("bpf", 321, ", 0, 0, 0"),
  systemCall("perf_event_open", 298, ", 0, 0, -1, -1, 0"),
  systemCall("userfaultfd", 323, ", 0"),
  systemCall("io_uring_setup", 425, ", 8, 0"),
  systemCall("kexec_load", 246, ", 0, 0, 0, 0"),
  systemCall("reboot", 169, ", 0xfee1dead, 672274793, 0x1234567, 0"),
  systemCall("swapon", 167, ", b'/tmp/x', 0"),
  systemCall("settimeofday", 164, ", 0, 0"),
  systemCall("sethostname", 170, ", b'x', 1"),
  systemCall("syslog for the kernel's log", 103, ", 3, 0, 0"),
  systemCall("open_by_handle_at", 304, ", -100, 0, 0"),
];

export const ATTACKS: readonly Attack[] = [
  {
    name: "looks for the neighbour's code and the data folder everywhere",
    code: `
def attack(event):
    found = []
    for top, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if os.path.join(top, f) not in ("/proc", "/usr", "/var/lang", "/dev")]
        for name in files:
            try:
                with open(os.path.join(top, name), "rb") as file:
                    if b"NEIGHBOUR" + b"-SECRET" in file.read(100_000): found.append(os.path.join(top, name))
            except OSError: pass
    return [found, os.path.exists(event["dataDir"])]`,
    ends: /^\[\[\],false\]$/,
  },
  {
    name: "reads /proc/1/environ",
    code: `def attack(event): return "SECRET" + " of" in open("/proc/1/environ").read()`,
    ends: /^false$|Permission/,
  },
  {
    name: "opens the database",
    code: `def attack(event): return denied(lambda: open(event["dataDir"] + "/lambkin.db").read())`,
    ends: /^"ENOENT"$/,
  },
  {
    name: "goes to the host through /proc/1/root",
    code: `def attack(event): return denied(lambda: os.listdir("/proc/1/root" + event["dataDir"]))`,
    ends: /^"(ENOENT|EACCES)"$/,
  },
  {
    name: "follows a link of its own out of /tmp",
    code: `
def attack(event):
    if not os.path.islink("/tmp/way-out"): os.symlink(event["dataDir"], "/tmp/way-out")
    return [denied(lambda: os.listdir("/tmp/way-out")), denied(lambda: open("/tmp/../../../../etc/shadow").read())]`,
    ends: /^\["ENOENT","(ENOENT|EACCES)"\]$/,
  },
  {
    name: "writes where it may not",
    code: `
def attack(event):
    places = ["/var/task/x", "/var/runtime/x", "/var/lang/x", "/opt/x", "/usr/bin/x", "/x", "/etc/x", "/dev/x", "/home/x", "/run/x", "/var/x"]
    return sorted({denied(lambda: open(place, "w").close()) for place in places} - {"ENOENT"})`,
    ends: /^\[("EACCES"|"EROFS"|,)*\]$/,
  },
  {
    name: "changes its own code",
    code: `
def attack(event):
    return [denied(lambda: os.chmod("/var/task/lambda_function.py", 0o777)),
            denied(lambda: os.remove("/var/task/lambda_function.py")),
            denied(lambda: os.link("/var/task/lambda_function.py", "/tmp/linked"))]`,
    ends: /^\["(EROFS|EPERM)","EROFS","EXDEV"\]$/,
  },
  {
    name: "makes a device",
    code: `def attack(event): return denied(lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(8, 0)))`,
    ends: EPERM,
  },
  {
    name: "looks for devices and the kernel's files",
    code: `
def attack(event):
    return [d for d in ("/dev/sda", "/dev/vda", "/dev/kvm", "/dev/mem", "/dev/loop-control", "/dev/fuse", "/sys/fs/cgroup", "/proc/kcore")
        if denied(lambda: os.close(os.open(d, os.O_RDONLY))) == "done"]`,
    ends: /^\[\]$/,
  },
  {
    name: "looks for what of the kernel's can be written",
    code: `
def attack(event):
    found = []
    for top, folders, files in os.walk("/proc"):
        folders[:] = [f for f in folders if not f.isdigit() and f not in ("self", "thread-self")]
        for name in files:
            # What is masked leads to /dev/null.
            try:
                if stat.S_ISCHR(os.stat(os.path.join(top, name)).st_mode): continue
                os.close(os.open(os.path.join(top, name), os.O_WRONLY)); found.append(os.path.join(top, name))
            except OSError: pass
    return found`,
    ends: /^\[\]$/,
  },
  {
    name: "writes the kernel's settings",
    code: `def attack(event): return denied(lambda: open("/proc/sys/kernel/core_pattern", "w").write("|/tmp/x"))`,
    ends: /^"(EACCES|EROFS|EPERM|ENOENT)"$/,
  },
  {
    name: "looks for processes of others",
    code: `
def attack(event):
    own = len([p for p in os.listdir("/proc") if p.isdigit()])
    return [own < 6, denied(lambda: os.kill(event["serverPid"], 9)) if event["serverPid"] > 5 else "ESRCH"]`,
    ends: /^\[true,"ESRCH"\]$/,
  },
  {
    name: "kills everything it can",
    code: `def attack(event): os.kill(-1, signal.SIGKILL); time.sleep(5)`,
    ends: /Runtime\.ExitError|No such process/,
    timeoutSeconds: 2,
  },
  {
    name: "becomes root, or somebody else",
    code: `
def attack(event):
    status = open("/proc/self/status").read()
    caps = [line.split()[1].strip("0") for line in status.splitlines() if line.startswith(("CapInh", "CapPrm", "CapEff", "CapAmb"))]
    return [denied(lambda: os.setuid(0)), denied(lambda: os.setgroups([0])), caps, "NoNewPrivs:\\t1" in status]`,
    ends: /^\["(EPERM|EINVAL)","EPERM",\["","","",""\],true\]$/,
  },
  {
    name: "opens raw and odd sockets",
    code: `
def attack(event):
    kinds = [(2, socket.SOCK_RAW, 1), (17, socket.SOCK_RAW, 768), (38, socket.SOCK_SEQPACKET, 0), (40, socket.SOCK_STREAM, 0)]
    return sorted({denied(lambda: socket.socket(*kind).close()) for kind in kinds})`,
    ends: /^\[("EAFNOSUPPORT",)?"EPERM"\]$/,
  },
  {
    name: "changes its network",
    code: `
def attack(event):
    with open("/proc/net/dev") as file: names = [line.split(":")[0].strip() for line in file if ":" in line]
    done = subprocess.run(["ip", "addr", "add", "198.18.0.99/32", "dev", names[-1]], capture_output=True, text=True)
    return done.returncode`,
    ends: /^[12]$/,
  },
  {
    name: "scans its loopback",
    code: `
def attack(event):
    found = []
    for port in range(1, 65536):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0 and s.getsockname() != s.getpeername(): found.append(port)
    return found`,
    ends: /^\[\]$/,
    needsRoot: true,
    timeoutSeconds: 60,
  },
  {
    name: "scans the host",
    code: `
def attack(event):
    host, port = event["endpoint"].split("//")[1].split(":")
    found = []
    for candidate in [*range(1, 1024), 4566, 5432, 6379, 8080, int(port)]:
        with socket.socket() as s:
            s.settimeout(0.5)
            if s.connect_ex((host, candidate)) == 0: found.append(candidate)
    return found == [int(port)]`,
    ends: /^true$/,
    needsRoot: true,
    timeoutSeconds: 60,
  },
  {
    name: "asks a cloud for its metadata",
    code: `
def attack(event):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("169.254.169.254", 80)) != 0`,
    ends: /^true$/,
    needsRoot: true,
  },
  {
    name: "is a fork bomb",
    code: `
def attack(event):
    while True:
        try: os.fork()
        except OSError: pass`,
    ends: /Sandbox\.Timedout|ExitError/,
    timeoutSeconds: 2,
  },
  {
    name: "takes all memory",
    code: `
def attack(event):
    hoard = []
    while True: hoard.append(bytearray(10_000_000))`,
    ends: /signal: killed/,
    timeoutSeconds: 20,
  },
  {
    name: "fills the disk",
    code: `
def attack(event):
    with open("/tmp/fill", "wb") as file:
        return denied(lambda: [file.write(bytes(1 << 20)) and file.flush() for _ in range(2000)] and None)`,
    ends: /^"ENOSPC"$/,
    needsRoot: true,
    timeoutSeconds: 60,
  },
  {
    name: "fills the disk with empty files",
    code: `
def attack(event):
    count = 0
    try:
        while count < 200_000:
            os.close(os.open(f"/tmp/f{count}", os.O_CREAT)); count += 1
    except OSError as error: return errno.errorcode[error.errno]
    return count`,
    ends: /^"ENOSPC"$/,
    needsRoot: true,
    timeoutSeconds: 60,
  },
  {
    name: "takes all descriptors",
    code: `
def attack(event):
    held = []
    try:
        while len(held) < 5000: held.append(os.dup(1))
    except OSError as error: return [errno.errorcode[error.errno], len(held) < 1024]
    finally:
        for fd in held: os.close(fd)
    return len(held)`,
    ends: /^\["EMFILE",true\]$/,
  },
  {
    name: "raises its own limits",
    code: `def attack(event):
    try: resource.setrlimit(resource.RLIMIT_NOFILE, (100_000, 100_000))
    except (ValueError, OSError) as error: return "refused"`,
    ends: /^"refused"$/,
  },
  {
    name: "prints without end",
    code: `
def attack(event):
    line = "x" * 1000 + "\\n"
    while True: sys.stdout.write(line)`,
    ends: /Sandbox\.Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "prints one line without end",
    code: `
def attack(event):
    while True: os.write(1, b"y" * 65536)`,
    ends: /Sandbox\.Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "prints an event that never ends",
    code: `
def attack(event):
    while True: os.write(1, b"more\\x1f\\n" * 1000)`,
    ends: /Sandbox\.Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "leaves zombies",
    code: `
def attack(event):
    count = 0
    try:
        while count < 5000:
            if os.fork() == 0: os._exit(0)
            count += 1
    except OSError as error: return errno.errorcode[error.errno]
    return count`,
    ends: /^"EAGAIN"$/,
    timeoutSeconds: 30,
    memoryMib: 1024,
  },
  {
    name: "ignores every signal and goes on",
    code: `
def attack(event):
    for number in range(1, 65):
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
    while True: time.sleep(1)`,
    ends: /Sandbox\.Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "leaves a daemon to outlive it",
    code: `
def attack(event):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", ["sleep", "86399"])
        os._exit(0)
    time.sleep(60)`,
    ends: /Sandbox\.Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "writes noise to the platform's descriptor",
    code: `
def attack(event):
    os.write(3, os.urandom(100_000))
    return "done"`,
    ends: /Timedout|ExitError|done/,
    timeoutSeconds: 2,
  },
  {
    name: "announces a frame of four gigabytes",
    code: `
def attack(event):
    os.write(3, b"\\xff\\xff\\xff\\xff\\x02")
    return "done"`,
    ends: /Timedout/,
    timeoutSeconds: 1,
  },
  {
    name: "closes the platform's descriptor",
    code: `
def attack(event):
    os.close(3)
    return "done"`,
    ends: /ExitError|Timedout/,
    timeoutSeconds: 2,
  },
  {
    name: "answers a request that is not its own",
    code: `
def attack(event):
    os.write(3, frame(2, short("00000000-0000-4000-8000-000000000000") + b'"forged"'))
    return "own answer"`,
    ends: /^"own answer"$/,
  },
  {
    name: "answers twice",
    code: `
def attack(event):
    os.write(3, frame(2, short(event["id"]) + b'"first"'))
    return "second"`,
    ends: /^"first"$/,
  },
  {
    name: "answers the next request from the last one's thread",
    code: `
last = []
def attack(event):
    def replay(old):
        while True:
            os.write(3, frame(2, short(old) + b'"replayed"'))
            time.sleep(0.001)
    if last: time.sleep(0.05)
    else: threading.Thread(target=replay, args=("0" * 36,), daemon=True).start()
    last.append(event["id"])
    return "own answer"`,
    ends: /^"own answer"$/,
  },
  {
    name: "ends itself between two invocations",
    code: `
def attack(event):
    threading.Timer(0.005, lambda: os._exit(9)).start()
    return "answered"`,
    ends: /^"answered"$|exit status 9/,
  },
  {
    name: "answers with too much",
    code: `def attack(event): return "z" * 50_000_000`,
    ends: /Function\.ResponseSizeTooLarge/,
    memoryMib: 512,
    timeoutSeconds: 20,
  },
  {
    name: "fails with an error of a megabyte, with control characters",
    code: `def attack(event): raise type("Bad\\nName\\x00", (Exception,), {})("\\x1b[2J" + "e" * 1_000_000)`,
    ends: /errorMessage/,
    timeoutSeconds: 20,
  },
  {
    name: "buries the clean-up in folders and links",
    code: `
def attack(event):
    if not os.access("/tmp", os.W_OK) or os.path.exists("/tmp/d"): return "done"
    os.chdir("/tmp")
    for depth in range(2000):
        os.mkdir("d"); os.symlink("/", "l"); os.chdir("d")
    try: os.chmod("/tmp", 0)
    except OSError: pass
    return "done"`,
    ends: /^"done"$/,
  },
  {
    name: "crashes its interpreter",
    code: `def attack(event): ctypes.string_at(0)`,
    ends: /segmentation fault/,
  },
];
