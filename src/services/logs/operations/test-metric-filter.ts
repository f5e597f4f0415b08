/** TestMetricFilter: which of some messages a pattern matches, and what it takes from them. */
import type { TestMetricFilterRequest, TestMetricFilterResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import { parseFilterPattern } from "../filter/filter-pattern.ts";

/** Throws InvalidParameterException. */
export function testMetricFilter(): Operation<TestMetricFilterRequest, TestMetricFilterResponse> {
  return ({ filterPattern, logEventMessages = [] }) => {
    const pattern = parseFilterPattern(filterPattern);
    return {
      matches: logEventMessages.flatMap((eventMessage, index) =>
        pattern.matches(eventMessage)
          ? [{ eventNumber: index + 1, eventMessage, extractedValues: pattern.extract(eventMessage) }]
          : [],
      ),
    };
  };
}
