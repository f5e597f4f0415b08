/**
 * The system calls a guest may make, as a program for the kernel (classic BPF). What is allowed comes from the default
 * profile that podman and Docker share, without what those keep for capabilities no function has; see
 * `system-calls.json` for names and numbers.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

/** Of one architecture: numbers by name. */
export interface SystemCalls {
  readonly allowed: Readonly<Record<string, number>>;
  readonly conditional: Readonly<Record<"clone" | "clone3" | "socket" | "personality", number>>;
  /** The highest number there is: what is above is newer than this list. */
  readonly last: number;
}

export type Machine = "x86_64" | "aarch64";

/** Source: linux/audit.h */
const AUDIT_ARCH: Readonly<Record<Machine, number>> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 };
/** On x86_64 the numbers of the x32 interface carry this bit; nobody uses it, so it is closed. */
const X32_BIT = 0x4000_0000;

/** Source: linux/seccomp.h, asm-generic/errno.h */
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const fail = (errno: number): number => 0x0005_0000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Every CLONE_NEW* flag: no namespaces of a guest's own. */
const NAMESPACE_FLAGS = 0x7e02_0000;
/** Unix, IPv4, IPv6, netlink (which lists the machine's own addresses). */
const SOCKET_FAMILIES = [1, 2, 10, 16];
/** Linux, UNAME26, and the question which one it is; also without address-space randomisation. */
const PERSONALITIES = [0x0, 0x0008, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** Offsets in `struct seccomp_data`; arguments are 64 bits, their low half first. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const FIRST_ARGUMENT_AT = 16;

const LOAD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const IF_EQUAL = 0x15;
const IF_GREATER = 0x25;
const IF_AT_LEAST = 0x35;

interface Instruction {
  readonly code: number;
  readonly operand: number;
  /** Instructions skipped when the comparison holds, and when it does not. */
  readonly yes: number;
  readonly no: number;
}

const INSTRUCTION_BYTES = 8;

/** Ready for `bwrap --seccomp`: `struct sock_filter` one after the other, little endian. */
export function seccompFilter(machine: Machine, calls = systemCalls(machine)): Buffer {
  const { clone, clone3, socket, personality } = calls.conditional;
  const program: Instruction[] = [
    load(ARCHITECTURE_AT),
    compare(IF_EQUAL, AUDIT_ARCH[machine], 1, 0),
    give(KILL_PROCESS),
    load(NUMBER_AT),
    ...(machine === "x86_64" ? unless(IF_AT_LEAST, X32_BIT, [give(fail(ENOSYS))]) : []),
    // Its flags are in memory, where a filter cannot look; libraries fall back to clone.
    ...when(clone3, [give(fail(ENOSYS))]),
    ...when(clone, [
      load(FIRST_ARGUMENT_AT),
      { code: AND, operand: NAMESPACE_FLAGS, yes: 0, no: 0 },
      compare(IF_EQUAL, 0, 0, 1),
      give(ALLOW),
      give(fail(EPERM)),
    ]),
    ...when(socket, oneOf(SOCKET_FAMILIES, EAFNOSUPPORT)),
    ...when(personality, oneOf(PERSONALITIES, EPERM)),
    ...ranges(Object.values(calls.allowed)).flatMap(([first, last]) => [
      compare(IF_GREATER, last, 3, 0),
      compare(IF_AT_LEAST, first, 0, 1),
      give(ALLOW),
      give(fail(EPERM)),
    ]),
    // Newer than this list: what libraries expect of an older kernel.
    ...unless(IF_GREATER, calls.last, [give(fail(ENOSYS))]),
    give(fail(EPERM)),
  ];
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES);
  for (const [index, { code, yes, no, operand }] of program.entries()) {
    const at = index * INSTRUCTION_BYTES;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(yes, at + 2);
    bytes.writeUInt8(no, at + 3);
    bytes.writeUInt32LE(operand >>> 0, at + 4);
  }
  return bytes;
}

/** Source: the kernel's system call tables. */
const SETNS: Readonly<Record<Machine, number>> = { x86_64: 308, aarch64: 268 };

/**
 * For a runtime whose copies move to sandboxes of their own. Without capabilities setns opens namespaces only below its own,
 * to whose descriptors nobody but such a copy comes; it closes the door behind itself.
 */
export function withSetns(machine: Machine, calls = systemCalls(machine)): SystemCalls {
  return { ...calls, allowed: { ...calls.allowed, setns: SETNS[machine] } };
}

export function systemCalls(machine: Machine): SystemCalls {
  const file = path.join(import.meta.dirname, "system-calls.json");
  return (JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<Machine, SystemCalls>>)[machine];
}

/** The same list for an OCI runtime. */
export function seccompProfile(machine: Machine, calls = systemCalls(machine)): object {
  const equals = (value: number) => [{ index: 0, value, op: "SCMP_CMP_EQ" }];
  const allowed = (name: string, args?: object[]) => ({
    names: [name],
    action: "SCMP_ACT_ALLOW",
    ...(args !== undefined && { args }),
  });
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: EPERM,
    architectures: [machine === "x86_64" ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64"],
    syscalls: [
      { names: Object.keys(calls.allowed), action: "SCMP_ACT_ALLOW" },
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: ENOSYS },
      allowed("clone", [{ index: 0, value: NAMESPACE_FLAGS, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }]),
      ...SOCKET_FAMILIES.map((family) => allowed("socket", equals(family))),
      ...PERSONALITIES.map((personality) => allowed("personality", equals(personality))),
    ],
  };
}

function load(offset: number): Instruction {
  return { code: LOAD, operand: offset, yes: 0, no: 0 };
}

function give(result: number): Instruction {
  return { code: RETURN, operand: result, yes: 0, no: 0 };
}

function compare(code: number, operand: number, yes: number, no: number): Instruction {
  return { code, operand, yes, no };
}

/** Runs `body`, which ends with a result, for this system call only. */
function when(number: number, body: readonly Instruction[]): Instruction[] {
  return [compare(IF_EQUAL, number, 0, body.length), ...body];
}

/** Runs `body`, which ends with a result, where the comparison holds. */
function unless(code: number, operand: number, body: readonly Instruction[]): Instruction[] {
  return [compare(code, operand, 0, body.length), ...body];
}

function oneOf(values: readonly number[], errno: number): Instruction[] {
  return [
    load(FIRST_ARGUMENT_AT),
    ...values.flatMap((value) => [compare(IF_EQUAL, value, 0, 1), give(ALLOW)]),
    give(fail(errno)),
  ];
}

/** Numbers that follow each other, as first and last. */
function ranges(numbers: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const previous = found.at(-1);
    if (previous !== undefined && previous[1] === number - 1) previous[1] = number;
    else found.push([number, number]);
  }
  return found;
}
