import type { LogEvent, LogSink, LogStreamRef } from "../model/mod.ts";
export class LogWriter implements LogSink {
  constructor(_o: object) {}
  write(_s: LogStreamRef, e: LogEvent): void {
    process.stderr.write(`LOG ${e.message}`);
  }
  async close(): Promise<void> {}
}
