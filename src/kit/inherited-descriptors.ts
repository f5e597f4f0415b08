/** Descriptors that whoever started us left open: each of them would be in every process we start. */
import { closeSync, readdirSync, readFileSync } from "node:fs";

const STANDARD_MAX = 2;
/** Of `open(2)`: our own descriptors have it, and are closed in the programs that we start. */
const O_CLOEXEC = 0o2000000;

/** Closes them. Nothing happens where there is no /proc. */
export function closeInheritedDescriptors(): void {
  for (const descriptor of inherited()) {
    try {
      closeSync(descriptor);
    } catch {
      // Closed already.
    }
  }
}

function inherited(): number[] {
  try {
    return readdirSync("/proc/self/fd")
      .map(Number)
      .filter((descriptor) => descriptor > STANDARD_MAX && !isClosedOnExec(descriptor));
  } catch {
    return [];
  }
}

function isClosedOnExec(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return (Number.parseInt(flags ?? "0", 8) & O_CLOEXEC) !== 0;
  } catch {
    // The listing's own, which is closed by now.
    return true;
  }
}
