/** What may be asked of the meter, and what spreadsheets are given. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { csv } from "./csv.ts";
import { BadUsageRequest, readUsageRequest } from "./usage-query.ts";

const read = (text: string) => readUsageRequest(new URLSearchParams(text), "2026-11-21");

describe("a request for usage", () => {
  it("is about this month until today when it names no days", () => {
    const { fromDay, toDay, format } = read("");
    assert.deepEqual([fromDay, toDay, format], ["2026-11-01", "2026-11-21", "json"]);
    assert.equal(read("to=2026-03-15").fromDay, "2026-03-01");
  });

  it("takes days, account, region, function and format", () => {
    assert.deepEqual(
      read("from=2026-01-31&to=2026-02-28&account=123456789012&region=ap-southeast-2&function=f&format=csv"),
      {
        fromDay: "2026-01-31",
        toDay: "2026-02-28",
        accountId: "123456789012",
        region: "ap-southeast-2",
        functionName: "f",
        format: "csv",
      },
    );
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["from=yesterday", /"from" must be a day such as 2026-11-01/],
    ["to=2026-02-30", /"to" names no day of the calendar: 2026-02-30/],
    ["from=2026-13-01", /"from" names no day/],
    ["from=2026-11-22", /"from" \(2026-11-22\) must not be after "to" \(2026-11-21\)/],
    ["from=2025-01-01", /At most 400 days/],
    ["account=1", /"account" must be twelve digits/],
    ["region=here", /"region" must be a region/],
    ["function=a%20b", /"function" must be the name/],
    ["format=xml", /"format" must be json or csv/],
    ["since=2026-11-01", /There is no parameter "since"; known: from, to/],
    ["to=2026-11-01&to=2026-11-02", /"to" is given more than once/],
    ["account=", /"account" must be/],
  ];
  for (const [query, message] of refused) {
    it(`is refused with a reason: ${query}`, () => {
      assert.throws(
        () => read(query),
        (error) => error instanceof BadUsageRequest && message.test(error.message),
      );
    });
  }
});

describe("CSV", () => {
  it("quotes what needs it, and ends every line with CRLF", () => {
    assert.equal(csv([["a", 'b"c', "d,e", "f\ng"]]), 'a,"b""c","d,e","f\ng"\r\n');
  });

  it("is never a formula", () => {
    assert.equal(csv([["=1+1", "+1", "-name", "@x", "\tx"]]), "'=1+1,'+1,'-name,'@x,'\tx\r\n");
  });

  it("writes numbers without exponents", () => {
    assert.equal(csv([[0, 1e-7, 2.5, 1e15, 0.1 + 0.2]]), "0,0.0000001,2.5,1000000000000000,0.3\r\n");
  });
});
