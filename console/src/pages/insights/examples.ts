/** Queries to begin with. */

export interface Example {
  readonly title: string;
  readonly query: string;
}

export const FIRST_QUERY = "fields @timestamp, @message\n| sort @timestamp desc\n| limit 100";

export const EXAMPLES: readonly Example[] = [
  { title: "Latest lines", query: FIRST_QUERY },
  {
    title: "Errors",
    query:
      "fields @timestamp, @logStream, @message\n| filter @message like /ERROR|Exception/\n| sort @timestamp desc\n| limit 100",
  },
  {
    title: "Lines over time",
    query: "stats count(*) as lines by bin(5m)",
  },
  {
    title: "Invocations and their duration over time",
    query:
      'filter @type = "REPORT"\n| stats count(*) as invocations, avg(@duration) as average, pct(@duration, 99) as p99 by bin(5m)',
  },
  {
    title: "Slowest invocations",
    query:
      'filter @type = "REPORT"\n| fields @timestamp, @requestId, @duration, @maxMemoryUsed / 1000 / 1000 as megabytes\n| sort @duration desc\n| limit 20',
  },
  {
    title: "Cold starts",
    query:
      'filter @type = "REPORT" and ispresent(@initDuration)\n| stats count(*) as coldStarts, avg(@initDuration) as average, max(@initDuration) as longest by bin(5m)',
  },
  {
    title: "Memory: given and used",
    query:
      'filter @type = "REPORT"\n| stats max(@memorySize / 1000 / 1000) as given, max(@maxMemoryUsed / 1000 / 1000) as used by @log',
  },
];
