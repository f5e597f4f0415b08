import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { HTTP_LIMITS } from "../config/mod.ts";
import type { HttpRequest } from "./http-message.ts";
import { Tunnels } from "./tunnels.ts";

const NOTHING = Buffer.alloc(0);

function request(remoteAddress = "127.0.0.1"): HttpRequest {
  return {
    ...{ method: "POST", path: "/_lambkin/shell", query: new URLSearchParams(), queryText: "" },
    ...{ headers: {}, body: NOTHING, remoteAddress },
  };
}

function setUp() {
  const carried: unknown[] = [];
  const tunnels = new Tunnels({ "POST /_lambkin/shell": async () => (socket) => carried.push(socket) });
  return { tunnels, carried };
}

describe("tunnels", () => {
  it("are for requests that ask for one at a path that has one", () => {
    const { tunnels } = setUp();
    const headers = { upgrade: "lambkin-tunnel" };
    assert.ok(tunnels.has({ method: "POST", url: "/_lambkin/shell?function=f", headers }));
    assert.ok(!tunnels.has({ method: "GET", url: "/_lambkin/shell", headers }));
    assert.ok(!tunnels.has({ method: "POST", url: "/_lambkin/shell/", headers }));
    assert.ok(!tunnels.has({ method: "POST", url: "/_lambkin/shell", headers: { upgrade: "h2c" } }));
    assert.ok(!tunnels.has({ method: "POST", url: "/_lambkin/shell", headers: {} }));
  });

  it("are not opened from other machines", async () => {
    const { tunnels, carried } = setUp();
    await assert.rejects(
      tunnels.open(request("198.18.0.2"), new PassThrough(), NOTHING),
      /this machine only/,
    );
    for (const own of ["127.0.0.1", "127.0.0.5", "::1", "::ffff:127.0.0.1"]) {
      await tunnels.open(request(own), new PassThrough(), NOTHING);
    }
    assert.equal(carried.length, 4);
  });

  it("are not more than their limit, and have room again when one ends", async () => {
    const { tunnels } = setUp();
    const sockets = Array.from({ length: HTTP_LIMITS.tunnelsMax }, () => new PassThrough());
    for (const socket of sockets) await tunnels.open(request(), socket, NOTHING);
    await assert.rejects(tunnels.open(request(), new PassThrough(), NOTHING), /at most 64 tunnels/);
    const closed = new Promise((resolve) => sockets[0]?.once("close", resolve));
    sockets[0]?.destroy();
    await closed;
    await tunnels.open(request(), new PassThrough(), NOTHING);
  });

  it("end with the server, and none begins after it", async () => {
    const { tunnels, carried } = setUp();
    const socket = new PassThrough();
    await tunnels.open(request(), socket, NOTHING);
    tunnels.close();
    assert.ok(socket.destroyed);
    await assert.rejects(tunnels.open(request(), new PassThrough(), NOTHING), /at most/);
    assert.equal(carried.length, 1);
  });
});
