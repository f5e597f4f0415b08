import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { openMainDatabase } from "./main-database.ts";

/** As the sixth step left it. */
const BEFORE_IMAGES = `CREATE TABLE function_versions (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
     revision_id TEXT NOT NULL, code_sha256 TEXT NOT NULL, code_bytes INTEGER NOT NULL,
     document TEXT NOT NULL,
     PRIMARY KEY (account, region, name, version)
   ) WITHOUT ROWID;
   CREATE TABLE functions (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, shared TEXT NOT NULL,
     PRIMARY KEY (account, region, name)
   ) WITHOUT ROWID;
   PRAGMA user_version = 6;`;

describe("the main database", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-database-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("brings versions of the time before images to the form they have now", () => {
    const file = path.join(folder, "old.db");
    const old = new DatabaseSync(file);
    old.exec(BEFORE_IMAGES);
    const document = { name: "f", codeSha256: "c2hh", codeBytes: 12, unzippedBytes: 34, state: "Active" };
    old
      .prepare("INSERT INTO function_versions VALUES ('a', 'r', 'f', '$LATEST', 'id', 'c2hh', 12, ?)")
      .run(JSON.stringify(document));
    old.close();
    const db = openMainDatabase(file);
    const row = db.prepare("SELECT * FROM function_versions").get();
    assert.equal(row?.["code_sha256"], "c2hh");
    assert.equal(row?.["revision_id"], "id");
    assert.deepEqual(JSON.parse(String(row?.["document"])), {
      name: "f",
      state: "Active",
      code: { kind: "zip", sha256: "c2hh", bytes: 12, unzippedBytes: 34 },
    });
    db.close();
  });

  it("refuses a file of a newer version", () => {
    const file = path.join(folder, "newer.db");
    const newer = new DatabaseSync(file);
    newer.exec("PRAGMA user_version = 9999");
    newer.close();
    assert.throws(() => openMainDatabase(file), /newer than this version knows/);
  });
});
