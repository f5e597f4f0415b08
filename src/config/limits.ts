/** Every bound of the system, with its unit and, where it is AWS's, its source. Long, so that there is one place to look. */

const KIB = 1024;
const MIB = 1024 * KIB;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** HTTP front door. */
export const HTTP_LIMITS = {
  /** CreateFunction, UpdateFunctionCode and PublishLayerVersion as a whole. Recorded on AWS. */
  codeUploadBodyBytesMax: 70_167_211,
  /** Any other request body. */
  bodyBytesMax: 16 * MIB,
  /** What is read and thrown away of a body already refused, so that the client gets to read the answer. */
  refusedBodyDrainBytesMax: 256 * MIB,
  /** Request line and headers. */
  headerBytesMax: 64 * KIB,
  /** From the first byte of a request to its last. */
  requestReadMsMax: 5 * MINUTE_MS,
  /** An idle kept-alive connection is closed after this. Longer than the usual clients' own. */
  keepAliveMs: 75 * SECOND_MS,
  /** Connections that carry a shell or a debugger, at the same time. */
  tunnelsMax: 64,
  /** On SIGTERM, requests in flight get this long. */
  drainMsMax: 25 * SECOND_MS,
} as const;

/** Threads that speak HTTP for the server's thread. */
export const FRONT_LIMITS = {
  frontsMax: 16,
  /** Unless told otherwise there is one for so many processors: the others are the server's thread's and the functions'. */
  processorsOfOne: 4,
  /** And no more than this: two have time for all that the server's thread has time for. */
  usualMax: 2,
  /** V8's young generation in a front: 44 MiB less resident after much work than with its default, and no slower. */
  youngMib: 8,
  /** Items of a streamed answer on their way to a front. */
  itemsAheadMax: 8,
  /** Bytes of a tunnel on their way between two threads, each way. */
  tunnelBytesAheadMax: 256 * KIB,
  /** From the end of a front that failed to the start of the next. */
  restartMs: 100,
} as const;

/** The product's own paths. */
export const PRODUCT_LIMITS = {
  /** Open streams of environments, together. */
  streamsMax: 50,
  /** Between two looks at the environments, for a stream. */
  streamIntervalMs: 100,
  /** A stream that has nothing to tell says so this often. */
  streamSilenceMsMax: 15 * SECOND_MS,
  /** Columns or rows of a shell's terminal. */
  terminalSideMax: 1000,
  /** After a shell's program has ended, the rest of its output is waited for this long. */
  lastOutputMsMax: 500,
  /** Functions whose throttles are counted for the live picture. */
  throttledFunctionsMax: 10_000,
} as const;

/** Lambda's quotas. Source: "Lambda quotas" page and the service model unless said otherwise. */
export const LAMBDA_LIMITS = {
  accountConcurrency: 1000,
  /** New environments of one function within the window. Source: "Understanding Lambda function scaling" page. */
  scalingEnvironmentsMax: 1000,
  scalingWindowMs: 10 * SECOND_MS,
  /** Synchronous requests a second for each unit of concurrency. */
  requestsPerConcurrency: 10,
  /** Reservations must leave this much of the account's concurrency unreserved. */
  unreservedConcurrencyMin: 100,
  codeZippedBytesMax: 52_428_800,
  codeUnzippedBytesMax: 262_144_000,
  /** Ours: entries of one archive; AWS names no number. */
  codeEntriesMax: 100_000,
  codeStorageBytesMax: 80_530_636_800,
  timeoutSecondsDefault: 3,
  timeoutSecondsMax: 900,
  memoryMibDefault: 128,
  memoryMibMin: 128,
  memoryMibMax: 10_240,
  ephemeralStorageMibDefault: 512,
  environmentBytesMax: 4 * KIB,
  tagsMax: 50,
  /** Of one function. */
  layersMax: 5,
  /** A resource policy as JSON. */
  policyBytesMax: 20_480,
  /** Of one event source mapping; five unless AWS is asked for ten. */
  filtersMax: 10,
  /** ReceiveMessage gives no more; larger batches need a window to gather them in. */
  sqsReceiveMessagesMax: 10,
  recordAgeSecondsMin: 60,
  mappingsOfPage: 100,
  pageItemsDefault: 50,
  pageItemsMax: 50,
  /** Synchronous request payload. */
  invokePayloadBytesMax: 6 * MIB,
  /** Asynchronous request payload. */
  eventPayloadBytesMax: 1 * MIB,
  /** Response payload. Source: the error text AWS sends (6 MiB and 100 bytes). */
  responsePayloadBytesMax: 6 * MIB + 100,
  /** A response that is streamed. */
  streamedResponseBytesMax: 200 * MIB,
  /** Ours: bytes of a streamed response that wait for a slow reader before the function's writes wait. */
  streamedResponseWaitingBytesMax: 1 * MIB,
  clientContextBytesMax: 3583,
  /** LogType=Tail returns this much, before base64. */
  logTailBytesMax: 4 * KIB,
  /** Code.Location of GetFunction stays valid this long. */
  codeLocationMs: 10 * MINUTE_MS,
  asyncMaximumEventAgeMs: 6 * 60 * MINUTE_MS,
  asyncRetryAttemptsDefault: 2,
  /** Wait before the second attempt after a function error; it is twice as long before the third. */
  asyncRetryMsDefault: 1 * MINUTE_MS,
  /** Backoff after a throttle: doubles from the first to the second. */
  asyncThrottleBackoffMs: [1 * SECOND_MS, 5 * MINUTE_MS],
  /** Ours: accepted events of one function that run at the same time from the queue. */
  asyncInFlightPerFunctionMax: 100,
  /** Ours: accepted events that wait; beyond it callers are asked to slow down. */
  asyncEventsMax: 1_000_000,
  /** Ours: payload bytes of waiting events that stay in memory; the others are read again. */
  asyncPayloadBytesKept: 64 * MIB,
  /** Ours: events in one transaction. */
  asyncCommitWritesMax: 1000,
  /** Ours: a destination that could not be reached is tried again after this, for so long after the event came. */
  asyncDeliveryRetryMs: 30 * SECOND_MS,
  asyncDeliveryMsMax: 24 * 60 * MINUTE_MS,
  /** Ours: how often code that nothing needs any more is removed, and how young code is left alone. */
  codeSweepMs: 10 * MINUTE_MS,
} as const;

/** Event source mappings that poll queues. Source: "Configuring scaling behavior for SQS event source mappings" page unless said otherwise. */
export const POLLER_LIMITS = {
  /** Batches in flight: at first, added for each second in which all of them are, and at most. */
  batchesAtStart: 5,
  batchesMorePerSecond: 5,
  batchesMax: 1250,
  /** Ours: events of one mapping in memory; with so many nothing is read until a batch has ended. */
  batchBytesInFlightMax: 256 * MIB,
  /** Provisioned mode: pollers where none are set, and batches in flight of each. */
  provisionedPollersMin: 2,
  provisionedPollersMax: 200,
  batchesOfPoller: 10,
  /** Longest wait of one receive. Source: ReceiveMessage, WaitTimeSeconds. */
  longPollMs: 20 * SECOND_MS,
  /** Messages of one DeleteMessageBatch. */
  deleteMessagesMax: 10,
  /** Ours: messages are held at least this long at a time, however short the queue's own visibility timeout is. */
  holdMsMin: 30 * SECOND_MS,
  /** Ours: pauses that double, from the first to the last: a batch that was throttled, */
  throttlePauseMs: [100, 2 * SECOND_MS],
  /** functions that fail again and again, */
  failurePauseMs: [100, 10 * SECOND_MS],
  /** and a queue or a function that is not there. */
  absencePauseMs: [250, 5 * SECOND_MS],
} as const;

/** Reading streams. All ours, unless said otherwise. */
export const STREAM_LIMITS = {
  /** Between two looks at a shard without records. Source: "Polling and batching streams" sections. */
  kinesisIdleMs: 1 * SECOND_MS,
  dynamodbIdleMs: 250,
  /** After a read that found none though there are more. Source: GetRecords of Kinesis, five reads a second of a shard. */
  emptyPageMs: 200,
  /** Records of one read. Source: GetRecords of both services allow ten times and as many. */
  readRecordsMax: 1000,
  /** Of one shard in memory; with so much nothing is read until a batch has ended. */
  waitingRecordsMax: 10_000,
  waitingBytesMax: 12 * MIB,
  /** How often the shards of a stream are looked at, beside when one has ended. */
  listMs: 10 * SECOND_MS,
  /** Pauses that double, from the first to the last: a source that is busy or does not answer. */
  faultPauseMs: [200, 5 * SECOND_MS],
  /** A mapping that begins with LATEST and is interrupted before its first record goes on so long before its beginning, for clocks that differ. */
  latestSlackMs: 2 * SECOND_MS,
  /** Checkpoints of one transaction. */
  commitWritesMax: 1000,
  /** Of a tumbling window. Source: "Implementing stateful Kinesis Data Streams processing in Lambda" page. */
  windowStateBytesMax: 1 * MIB,
  /** A record of DynamoDB Streams is there for a day. Source: "Change data capture for DynamoDB Streams" page. */
  dynamodbRetentionMs: 24 * 60 * MINUTE_MS,
} as const;

/** Reading code from an S3 endpoint. All ours. */
export const OBJECT_LIMITS = {
  /** Until the endpoint takes the connection. */
  connectMsMax: 3 * SECOND_MS,
  /** From the first attempt to the last byte. Shorter than the minute that the AWS CLI and boto3 wait for an answer. */
  readMsMax: 50 * SECOND_MS,
  attemptsMax: 2,
} as const;

/** Queues, topics and event buses of other servers. */
export const REMOTE_LIMITS = {
  connectMsMax: 3 * SECOND_MS,
  /** Longer than the longest wait for a message. */
  requestMsMax: 30 * SECOND_MS,
  attemptsMax: 3,
  /** Connections to one server; each waiting receive has one. */
  socketsMax: 500,
} as const;

/** Execution environments. */
export const ENVIRONMENT_LIMITS = {
  initMsMax: 10 * SECOND_MS,
  /** Ahead of invocations: this, or the function's timeout where that is longer. Source: the lifecycle page. */
  provisionedInitMsMax: 130 * SECOND_MS,
  /** From a snapshot, the function's own hooks included. Source: "Lambda SnapStart runtime hooks" page. */
  restoreMsMax: 10 * SECOND_MS,
  /** Ours: how long the credentials are good that a function with SnapStart asks for. */
  credentialsMs: 60 * MINUTE_MS,
  /** Ours: initialised runtimes that are kept to be copied, and how long after their last use. */
  snapshotsMax: 32,
  snapshotIdleMs: 60 * MINUTE_MS,
  /** Ours: beside the function's own memory, for what the kernel keeps of its copies. */
  snapshotMibBesideMemory: 1024,
  /** Ours: a copy has moved to its sandbox by then. */
  copyMsMax: 10 * SECOND_MS,
  /** An idle environment ends after this; AWS's own time is not documented. */
  keepAliveMsDefault: 10 * MINUTE_MS,
  /**
   * Ours: an environment ends after so many invocations. Each sets a variable to its own trace header, and the C library keeps
   * every value that a variable ever had: 140 bytes a call, 35 MB by then.
   */
  invocationsMax: 250_000,
  /** Ours: environments alive at once on this machine, of all functions. */
  environmentsMax: 1000,
  /** Ours: sandboxes being started at the same time, for each core; their init counts for so long. */
  startsPerCoreMax: 2,
  initInQueueMsMax: 100,
  /** Ours: invocations that begin in one turn of the event loop, for each core. */
  beginsPerCoreMax: 2,
  openFilesMax: 1024,
  processesMax: 1024,
  /** MemorySize that comes with one full core. Source: "Configure Lambda function memory" page. */
  memoryMibOfOneCore: 1769,
  /** Ours: what a function with a debugger is told it has left, and the memory that the debugger gets beside it. */
  debuggedRunMs: 24 * 60 * MINUTE_MS,
  debuggerMemoryMib: 512,
  /** Ours: a debugger listens by then, once its runtime has been started. */
  debuggerListensMsMax: 2 * MINUTE_MS,
  /** Ours: an idle environment is frozen after this; one that is called again at once never pays for it. */
  freezeDelayMs: 10,
  /** Ours: an environment is replaced at this age; AWS's own time is not documented. */
  environmentAgeMsDefault: 4 * 60 * MINUTE_MS,
  /** Ours: sandboxes of one interpreter that wait for a function. */
  parkedOfInterpreterMaxDefault: 128,
  /** Ours: copies of one snapshot that wait. */
  waitingCopiesMax: 8,
  /** Ours: share of the machine's memory that all that wait may hold. */
  parkedMemoryShareDefault: 0.05,
  /** Ours: how long after a cold start they are made, and how many of one kind at a time. */
  parkingDelayMs: 100,
  madeAheadAtOnceMax: 2,
  /** Ours: how often it is seen whether so many are needed. */
  parkingReviewMs: 1 * MINUTE_MS,
  /** Ours: memory of a sandbox that waits. */
  parkedMemoryMib: 256,
  /** Ours: files and folders of a function that are linked on the way of a cold start; more are mounted. */
  linkedEntriesMax: 200,
  /** Ours: empty /tmp volumes of the usual size kept ready. */
  readyVolumes: 8,
  /** Extensions of one function. Source: AWS's runtime interface emulator. */
  extensionsMax: 10,
  /** Ours: body of a call to the Extensions or Telemetry API. */
  extensionRequestBytesMax: 64 * KIB,
  /** Ours: what is kept of an error type that an extension names. */
  errorTypeCharactersMax: 200,
  /** Shutdown with external extensions, and with internal ones only. Source: the lifecycle page. */
  shutdownExternalMs: 2 * SECOND_MS,
  shutdownInternalMs: 500,
  /** Share of the shutdown that the runtime gets before extensions do. Source: AWS's runtime interface emulator. */
  shutdownRuntimeShare: 0.3,
  /** Buffering of a telemetry subscription. Source: "Lambda Telemetry API reference" page. */
  telemetryBuffering: {
    items: { min: 1000, max: 10_000, default: 1000 },
    bytes: { min: 256 * KIB, max: 1 * MIB, default: 256 * KIB },
    timeoutMs: { min: 25, max: 30_000, default: 1000 },
  },
  /** Ours: telemetry that waits for one subscriber; beyond it events are dropped and counted. */
  telemetryWaitingBytesMax: 4 * MIB,
  /** Ours: events of the init phase that are kept for whoever subscribes later in it. */
  telemetryEarlyEventsMax: 1000,
  telemetryAttemptsMax: 5,
  telemetryRetryMs: 100,
  /** One log event; longer lines are cut into several events. Source: CloudWatch Logs quota. */
  logEventBytesMax: 256 * KIB,
  /** Ours: what one environment may print, on the long run and at once; beyond it its writes wait. */
  logBytesPerSecondMax: 8 * MIB,
  logBurstBytes: 16 * MIB,
  /** Ours: one frame from a runtime: the largest response and its head. */
  frameBytesMax: 6 * MIB + 64 * KIB,
} as const;

/** What Node.js made of functions' modules, kept for their next environments. All ours. */
export const COMPILED_LIMITS = {
  /** Of one function's code. */
  bytesMax: 32 * MIB,
  filesMax: 2000,
  /** The names of the modules that a runtime reports. */
  reportBytesMax: 512 * KIB,
  /** Of all functions; the least recently used goes first, but nothing that was used so short a time ago. */
  storedBytesMax: 512 * MIB,
  inUseMs: 1 * MINUTE_MS,
  /** From a runtime's report to the compilation: the function's first calls have the machine to themselves. */
  delayMs: 500,
  /** From the start of the sandbox to the last file. */
  compileMsMax: 20 * SECOND_MS,
  compileMemoryMib: 512,
  /** Compilations that wait; one runs at a time. */
  waitingMax: 100,
  /** Functions that came to nothing and are not tried again. */
  failuresRemembered: 10_000,
} as const;

/** Sandboxes, and what they do where no control group can be written. All ours. */
export const SANDBOX_LIMITS = {
  /** Who connects to the server's socket for programs says by then which one it is. */
  tokenMsMax: 10 * SECOND_MS,
  /** Who wants to enter a sandbox that is just being started waits for so long. */
  enterMsMax: 5 * SECOND_MS,
  /** How often the memory of an environment is looked at. */
  memoryWatchMs: 250,
  /** What one process may have of writable memory beyond MemorySize, in use or not. */
  dataMibBesideMemory: 1024,
} as const;

/** Ours: the network of functions. */
export const NETWORK_LIMITS = {
  /** Slots made ahead; as many are being made when fewer than half are left. */
  readySlots: 16,
  /** The same where each is a process of 20 MB. */
  readyPastaSlots: 2,
  /** Used slots that wait for their next environment; more are taken apart. */
  keptSlotsMax: 64,
  /** Slots being made at the same time, beside those that somebody waits for. */
  refillInParallelMax: 2,
  /** A cold start that has just taken a slot has the processors to itself for this long. */
  refillDelayMs: 50,
  /** A slot that is not there by then cannot be had. */
  slotMsMax: 10 * SECOND_MS,
  /** Servers on one machine that give functions a network of their own. */
  serversMax: 32,
  /** Of one server: its addresses are a /20. */
  slotsMax: 4094,
  /** Between two attempts to put rules back that got lost. */
  rulesRestorePauseMs: 1 * SECOND_MS,
} as const;

/** CloudWatch Logs. Source: "CloudWatch Logs quotas" page unless said otherwise. */
export const LOGS_LIMITS = {
  /** PutLogEvents: sum of message bytes plus 26 an event. */
  putBatchBytesMax: 1 * MIB,
  putBatchEventsMax: 10_000,
  eventOverheadBytes: 26,
  /** One event, message and overhead. 1 MiB since 2025; the batch limit is the same. */
  eventBytesMax: 1 * MIB,
  /** PutLogEvents: from the first event of a batch to its last. */
  putBatchSpanMs: 24 * 60 * MINUTE_MS,
  /** Events older or newer than this against the clock are rejected by PutLogEvents. */
  eventAgeMsMax: 14 * 24 * 60 * MINUTE_MS,
  eventAheadMsMax: 2 * 60 * MINUTE_MS,
  describeItemsDefault: 50,
  describeItemsMax: 50,
  getEventsDefault: 10_000,
  getEventsMax: 10_000,
  tagsMax: 50,
  /** Ours: events looked at for one page of FilterLogEvents before an empty page with a token is given. */
  filterScanEventsMax: 50_000,
  /** Ours: bytes of log messages kept in all; the oldest go first. */
  storedBytesMax: 2 * 1024 * MIB,
  /** Ours: how long events may wait in memory before they are written. */
  writeDelayMs: 20,
  /** Ours: events waiting in memory; beyond it the oldest waiting are dropped and counted. */
  waitingEventsMax: 100_000,
  /** Ours: characters of the messages waiting in memory; the same happens beyond it. */
  waitingCharactersMax: 64 * MIB,
  /** Ours: events written in one transaction; so many waiting are written without delay. */
  writeBatchEventsMax: 2_000,
  /** Ours: states of a filter pattern's regular expression; longer ones are refused. */
  filterExpressionStatesMax: 2_000,
  /** Ours: parentheses within parentheses, in filter patterns and Insights queries. */
  patternDepthMax: 50,
  subscriptionFiltersMax: 2,
  metricFiltersMax: 100,
  /** A metric filter's dimensions. */
  metricDimensionsMax: 3,
  /** Ours: events of groups with filters that wait to be matched; beyond it further ones pass unseen and are counted. */
  filterWaitingEventsMax: 100_000,
  /** Ours: matching takes turns of so long. */
  filterSliceMs: 5,
  /** Ours: how long events for a subscriber wait for more, how many characters of them make a batch, and how many wait in all. */
  subscriptionDelayMs: 1 * SECOND_MS,
  subscriptionBatchCharactersMax: 1 * MIB,
  subscriptionWaitingCharactersMax: 64 * MIB,
  subscriptionAttemptsMax: 5,
  /** Ours: events looked at on the server's thread for one page of FilterLogEvents before a thread of its own goes on. */
  searchHereEventsMax: 5_000,
  /** Ours: time for one page of a search; then it is given as it is, with a token. */
  searchPageMsMax: 5 * SECOND_MS,
  /** Ours: memory of the thread that searches and queries run in, and how long it waits for the next. */
  jobMemoryMibMax: 768,
  jobThreadIdleMs: 30 * SECOND_MS,
  /** Ours: how long the thread that writes waits for more to write. */
  writeThreadIdleMs: 60 * SECOND_MS,
  /** Ours: a search or query that does not stop by then is ended with its thread. */
  jobStopMs: 1 * SECOND_MS,
  /** Logs Insights: rows of a result, what is given at once, groups of a query, queries at a time, and how long one may take. */
  insightsRowsDefault: 10_000,
  insightsRowsMax: 10_000,
  insightsPageRowsMax: 10_000,
  insightsGroupsMax: 50,
  insightsRunningMax: 30,
  insightsMsMax: 60 * MINUTE_MS,
  /** Ours: what a query may hold of groups and events, in units of about a hundred bytes. */
  insightsMemoryUnitsMax: 3_000_000,
  insightsProgressMs: 200,
  /** Ours: queries that are remembered, and rows of all their results. */
  insightsRememberedMax: 1_000,
  insightsRememberedRowsMax: 100_000,
  /** StartLiveTail: sessions of an account, how long one lasts, how often it tells, and how many events at a time. */
  liveTailsMax: 15,
  liveTailMsMax: 3 * 60 * MINUTE_MS,
  liveTailPeriodMs: 1 * SECOND_MS,
  liveTailEventsMax: 500,
  /** Ours: streams whose row numbers are remembered. */
  cachedStreamsMax: 10_000,
  /** FilterLogEvents and GetLogEvents: bytes of one page. */
  pageBytesMax: 1 * MIB,
  /** Ours: how often retention is enforced. */
  retentionSweepMs: 10 * MINUTE_MS,
} as const;

/** Counting what functions use. Source of AWS's: "AWS Lambda Pricing" page. */
export const USAGE_LIMITS = {
  /** An event is one request with its first bytes, and another with each further piece. */
  eventRequest: { firstBytes: 256 * KIB, furtherBytes: 64 * KIB },
  /** Of a streamed response. */
  streamedFreeBytes: 6 * MIB,
  /** Provisioned concurrency is billed in pieces of this length, the last one whole. */
  provisionStepMs: 5 * MINUTE_MS,
  /** Ours: how long use may wait in memory before it is written: what a crash loses. */
  writeDelayMs: 1 * SECOND_MS,
  /** Ours: lines (a function's version and a day) that wait; beyond it new ones are not counted. */
  waitingLinesMax: 100_000,
  /** Ours: thirteen months, so that a year can be compared. */
  daysKept: 400,
  /** Ours: lines of one answer; a request for more is refused. */
  answerLinesMax: 50_000,
} as const;

/** Sending traces to a collector. All ours; the specification leaves them to the exporter. */
export const TRACE_LIMITS = {
  /** Invocations that wait; beyond it new ones are dropped and counted. */
  waitingMax: 10_000,
  /** Invocations of one request; so many waiting are sent without delay. */
  batchMax: 200,
  sendDelayMs: 1 * SECOND_MS,
  requestMsMax: 10 * SECOND_MS,
  attemptsMax: 5,
  /** Before the second attempt; twice that before the third, and so on, up to the last. */
  retryMs: 1 * SECOND_MS,
  retryMsMax: 30 * SECOND_MS,
  /** For what is still to be sent when the server stops. */
  closeMsMax: 3 * SECOND_MS,
  /** Kept of a collector's answer. */
  answerCharactersMax: 64 * KIB,
} as const;

/** CloudWatch metrics and alarms. Source: "CloudWatch service quotas" page and the API reference unless said otherwise. */
export const METRICS_LIMITS = {
  /** PutMetricData: metrics of one request, and values of one metric. */
  putMetricsMax: 1000,
  putValuesMax: 150,
  dimensionsMax: 30,
  /** Timestamps further from now are refused. */
  ageMsMax: 14 * 24 * 60 * MINUTE_MS,
  aheadMsMax: 2 * 60 * MINUTE_MS,
  /** Absolute value of a datum. */
  valueMax: 2 ** 360,
  /** How long minutes, five minutes and hours are kept. */
  minutesKeptMs: 15 * 24 * 60 * MINUTE_MS,
  fiveMinutesKeptMs: 63 * 24 * 60 * MINUTE_MS,
  hoursKeptMs: 455 * 24 * 60 * MINUTE_MS,
  /** ListMetrics gives metrics with data in this time. */
  listedMs: 14 * 24 * 60 * MINUTE_MS,
  recentlyActiveMs: 3 * 60 * MINUTE_MS,
  listItemsMax: 500,
  /** GetMetricStatistics. */
  statisticsDatapointsMax: 1440,
  /** GetMetricData: queries of one request, and data points of one answer. */
  queriesMax: 500,
  dataPointsMax: 100_800,
  /** Ours: minutes that one series of a query may span, whatever its period. */
  queryMinutesMax: 1_000_000,
  /** Ours: metrics that the queries of one request may read, SEARCH included. */
  queriedSeriesMax: 5000,
  alarmsMax: 5000,
  alarmQueriesMax: 20,
  alarmActionsMax: 5,
  /** Seconds that period times evaluation periods may span. */
  evaluationSecondsMax: 7 * 24 * 60 * 60,
  evaluationSecondsMinutesMax: 24 * 60 * 60,
  describeItemsMax: 100,
  alarmHistoryKeptMs: 30 * 24 * 60 * MINUTE_MS,
  /** Ours: history entries of one account and region. */
  alarmHistoryItemsMax: 10_000,
  tagsMax: 50,
  /** Ours: metrics (name, dimensions, unit) kept in all; what comes beyond is dropped and reported once. */
  seriesMax: 100_000,
  /** Ours: bytes of the database; the oldest data go first. */
  storedBytesMax: 1024 * MIB,
  /** Ours: buckets of one minute's distribution. */
  bucketsMax: 1024,
  /** Ours: how long values may wait in memory, and how many minutes are written in one transaction. */
  writeDelayMs: 5 * SECOND_MS,
  writeBatchMinutes: 500,
  /** Ours: metrics that wait to be written; so many are written without delay. */
  waitingMetricsMax: 20_000,
  /** Ours: how often data are rolled up and bounds enforced. */
  sweepMs: 10 * MINUTE_MS,
  /** Ours: functions whose handles are remembered, and those that Prometheus is told of one by one. */
  rememberedFunctionsMax: 10_000,
  prometheusFunctionsMax: 500,
  /** Embedded metric format: metrics of one directive, and dimensions of one set. */
  embeddedMetricsMax: 100,
  embeddedValuesMax: 100,
  embeddedDimensionsMax: 30,
  /** Ours: sets of dimensions of one directive, and values (each for each set) taken from all logs in a second; others are passed over. */
  embeddedSetsMax: 30,
  embeddedPerSecondMax: 50_000,
} as const;

/** The stores on PostgreSQL. All ours. */
export const POSTGRES_LIMITS = {
  /** Of one server to its database. */
  connectionsMax: 8,
  connectMsMax: 10 * SECOND_MS,
  /** A statement without an answer for so long has failed. */
  answerMsMax: 1 * MINUTE_MS,
  /** A transaction that PostgreSQL ended for another one's sake is tried this often. */
  attemptsMax: 5,
  /** Before the second attempt; twice that before the third, and so on. */
  retryMsMax: 50,
  /** The database ends a transaction whose server says nothing: a frozen server must not hold the others up. */
  silentTransactionMsMax: 30 * SECOND_MS,
  /** Rows read at once when all are listed. */
  pageRows: 1000,
  /** Rows removed in one transaction, so that a long removal holds nobody up. */
  removalRows: 1000,
} as const;

/** Queues. Source: "Amazon SQS message quotas" and "queue quotas" pages and the API reference unless said otherwise. */
export const SQS_LIMITS = {
  /** Ours: a longer trace header of a request is left out of its messages. */
  traceHeaderCharactersMax: 1024,
  /** Body and attributes of a message, and of all messages of a batch together. 1 MiB since August 2025. */
  messageBytesMax: 1 * MIB,
  messageBytesMin: 1 * KIB,
  batchEntriesMax: 10,
  receiveMessagesMax: 10,
  messageAttributesMax: 10,
  delaySecondsMax: 900,
  waitSecondsMax: 20,
  visibilitySecondsDefault: 30,
  visibilitySecondsMax: 12 * 60 * 60,
  retentionSecondsDefault: 4 * 24 * 60 * 60,
  retentionSecondsMin: 60,
  retentionSecondsMax: 14 * 24 * 60 * 60,
  maxReceiveCountMax: 1000,
  keyReuseSecondsDefault: 300,
  keyReuseSecondsMin: 60,
  keyReuseSecondsMax: 24 * 60 * 60,
  /** Received and not yet deleted, of one queue; of a FIFO queue also how far it looks for groups that are free. */
  inFlightMax: 120_000,
  deduplicationMs: 5 * MINUTE_MS,
  /** A queue's name is free again after this. */
  nameReuseMs: 1 * MINUTE_MS,
  purgePauseMs: 1 * MINUTE_MS,
  listItemsDefault: 1000,
  listItemsMax: 1000,
  tagsMax: 50,
  policyActionsMax: 7,
  policyStatementsMax: 20,
  /** Source queues that a RedriveAllowPolicy may name. */
  redriveSourcesMax: 10,
  moveTasksListed: 10,
  moveRateMax: 500,
  /** Ours: places of messages read ahead at once. */
  placesOfPage: 1000,
  /** Ours: how long a receive count may wait before it is written. */
  receiveCountDelayMs: 1 * SECOND_MS,
  /** Ours: writes of one transaction. */
  commitWritesMax: 2000,
  /** Ours: receive counts written at once. */
  countsOfWrite: 1000,
  /** Ours: how often messages and deduplication keys past their time are removed. */
  sweepMs: 1 * MINUTE_MS,
  /** Ours: expired messages removed in one step. */
  expiredOfStep: 1000,
} as const;

/** The command line. */
export const CLI_LIMITS = {
  /** Between two looks at a function that is about to be ready; doubles from the first to the second. */
  lookMs: [2, 200],
  /** A server in the background; one with many functions takes its time, one that has failed has ended. */
  serverReadyMsMax: 60 * SECOND_MS,
  /** Longer than requests in flight are given. */
  serverStopMsMax: 60 * SECOND_MS,
  /** Until a function that was changed can be called. */
  functionReadyMsMax: 10 * MINUTE_MS,
  /** Until a server that is away is tried again. */
  retryMs: 300,
  logPollMs: 300,
  /** Events may be written a little after the time they bear: so far back is looked again. */
  logOverlapMs: 10 * SECOND_MS,
  /** Who presses Tab does not wait for a server that does not answer. */
  completionMsMax: 1500,
  /** Programs save in several steps; a step that comes this soon belongs to the same save. */
  saveQuietMs: 15,
  /** But somebody who never stops writing is not waited for. */
  saveQuietMsMax: 150,
  /** Read and compressed at the same time. */
  packFilesAtOnce: 8,
  /** Source: APPNOTE.TXT 4.4.22, a zip without the Zip64 extension. */
  zipEntriesMax: 65_535,
  /** Of a body whose progress is shown: smaller ones are gone before anybody could look. */
  uploadShownBytesMin: 1 * MIB,
  uploadPieceBytes: 64 * KIB,
  /** What pip prints. */
  pipOutputBytesMax: 16 * MIB,
} as const;
