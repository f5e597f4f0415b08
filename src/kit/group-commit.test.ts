import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupCommit } from "./group-commit.ts";

function recording(writesMax = 100) {
  const commits: number[][] = [];
  const commit = async (writes: readonly number[]) => {
    commits.push([...writes]);
    if (writes.includes(-1)) throw new Error("disk full");
    return writes.map((write) => write * 2);
  };
  return { commits, writes: new GroupCommit<number, number>({ commit, writesMax }) };
}

test("what is written at the same time shares a commit, and each gets its own results", async () => {
  const { commits, writes } = recording();
  const results = await Promise.all([writes.add([1, 2]), writes.add([3])]);
  assert.deepEqual(results, [[2, 4], [6]]);
  assert.deepEqual(commits, [[1, 2, 3]]);
});

test("who writes again as soon as a commit is through is served, too", async () => {
  const { commits, writes } = recording();
  for (let write = 1; write <= 3; write++) await writes.add([write]);
  await writes.add([4]).then(() => writes.add([5]));
  assert.deepEqual(commits, [[1], [2], [3], [4], [5]]);
  await writes.flush();
});

test("a commit has so many writes at most, but what was added together stays together", async () => {
  const { commits, writes } = recording(2);
  await Promise.all([writes.add([1]), writes.add([2, 3]), writes.add([4, 5, 6])]);
  assert.deepEqual(commits, [[1], [2, 3], [4, 5, 6]]);
});

test("a commit that fails is told to all in it, and the next goes on", async () => {
  const { writes } = recording();
  const both = await Promise.allSettled([writes.add([1]), writes.add([-1])]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(await writes.add([2]), [4]);
});

test("results are applied in the order of the commits, before anybody is told", async () => {
  const { writes } = recording();
  const order: string[] = [];
  const told = [1, 2].map((write) =>
    writes.add([write], () => order.push(`applied ${write}`)).then(() => order.push(`told ${write}`)),
  );
  await writes.flush();
  await Promise.all(told);
  assert.deepEqual(order, ["applied 1", "applied 2", "told 1", "told 2"]);
});
