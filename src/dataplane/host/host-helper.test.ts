import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HostHelper } from "./host-helper.ts";

describe("HostHelper", () => {
  it("answers what cannot be done with the kernel's words, and goes on", async () => {
    const helper = new HostHelper();
    const asked = [
      helper.ask("mount-copy", "/no/such template", "/tmp/image", "/tmp"),
      helper.ask("prepare-image", "/no/such%image\n", "/tmp"),
    ];
    const [first, second] = await Promise.allSettled(asked);
    assert.match(String(first?.status === "rejected" && first.reason), /\/no\/such template: No such file/);
    assert.equal(second?.status, "rejected");
    helper.close();
    await assert.rejects(helper.ask("remove-interface", "lk0v0"), /closed/);
  });
});
