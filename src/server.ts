/** Wires the parts of one server together and takes them down in order; the only place that knows them all. */
import { randomBytes } from "node:crypto";
import { access, constants, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { COMPILED_LIMITS, type Config, HTTP_LIMITS, LAMBDA_LIMITS } from "./config/mod.ts";
import { AsyncQueue, ConcurrencyLedger, DataPlane, ScalingRate, Undeliverable } from "./dataplane/mod.ts";
import { ApiError } from "./errors/mod.ts";
import {
  EventSources,
  FunctionPlaces,
  type ReaderParts,
  StreamCheckpoints,
  sqsSource,
  streamMappings,
} from "./eventsources/mod.ts";
import { type Clock, isReadOnlyFolder, KeyedMutex, systemClock } from "./kit/mod.ts";
import {
  CODE_LINK_PREFIX,
  CodeLinks,
  destinationPorts,
  FunctionUrls,
  findQualified,
  type LambdaDependencies,
  lambdaOperations,
  restoreProvisions,
  settle,
  settleMappings,
  settleSnapshot,
  subscriptionTargets,
  versionForCall,
} from "./lambda/mod.ts";
import { type FunctionVersion, LATEST, type Scope } from "./model/mod.ts";
import { embeddedMetrics, LogWriter } from "./observe/mod.ts";
import {
  CONSOLE_PREFIX,
  consolePages,
  Debuggers,
  downloadCode,
  Environments,
  type FindVersion,
  json,
  Prometheus,
  productRoute,
  shell,
  usage,
} from "./product/mod.ts";
import {
  RemoteEventBuses,
  RemoteKinesisStreams,
  RemoteQueues,
  RemoteTableStreams,
  RemoteTopics,
} from "./remote/mod.ts";
import { alarmFunctions, CloudWatch } from "./services/cloudwatch/mod.ts";
import { Logs } from "./services/logs/mod.ts";
import { Sqs } from "./services/sqs/mod.ts";
import {
  CodeStorage,
  CompiledCode,
  openMainDatabase,
  S3Objects,
  SqliteAlarmStore,
  SqliteCodeSigningStore,
  SqliteEventSourceMappingStore,
  SqliteEventStore,
  SqliteFunctionStore,
  SqliteLayerStore,
  SqliteLogJobs,
  SqliteQueueStore,
  SqliteStreamCheckpointStore,
  ThreadedLogStore,
} from "./store/mod.ts";
import { openDoors, openIsolation, openObserving, services } from "./wiring/mod.ts";

const PROJECT = path.dirname(import.meta.dirname);
const packageJson = createRequire(import.meta.url)("../package.json") as { version: string };

export interface RunningServer {
  readonly url: string;
  /** What whoever started the server should read. */
  readonly warnings: readonly string[];
  /** Resolves when all is loaded that the first call of a function needs; nobody has to wait for it. */
  readonly warmed: Promise<void>;
  /** Requests in flight end first (within a bound), then environments, then what is stored. */
  stop(): Promise<void>;
}

/** Rejects when a folder, a database, the isolation asked for, or the port cannot be had. */
export async function startServer(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): Promise<RunningServer> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  // A database that cannot be opened would not say why.
  await access(config.dataDir, constants.W_OK);
  const database = openMainDatabase(path.join(config.dataDir, "lambkin.db"));
  const store = new SqliteFunctionStore(database);
  const storedBytesMax = config.logBytesMax;
  const logStore = new ThreadedLogStore(path.join(config.dataDir, "logs.db"), clock, { storedBytesMax });
  const queueStore = new SqliteQueueStore(path.join(config.dataDir, "queues.db"));
  const observing = openObserving({ config, clock, version: packageJson.version, reportFault });
  const { observe, metricBuffer, lambdaMetrics, meter, traces } = observing;
  const sqs = new Sqs({
    store: queueStore,
    clock,
    metrics: metricBuffer,
    reportFault: (error) => reportFault(error, "(queues)"),
  });
  const code = new CodeStorage(config.dataDir);
  await code.open();
  const compiledCode = new CompiledCode({ dataDir: config.dataDir, clock, ...COMPILED_LIMITS });
  await compiledCode.open();
  const neededCode = await store.codeInUse();
  await code.collect(neededCode, [], Number.POSITIVE_INFINITY);
  await compiledCode.collect(neededCode);
  const logWriter = new LogWriter({
    store: logStore,
    clock,
    reportFault: (error) => reportFault(error, "(log writer)"),
    limits: { storedBytesMax },
  });

  logWriter.addTap(embeddedMetrics((datum) => metricBuffer.put(datum)));

  const isolation = await openIsolation({
    ...{ config, env, project: PROJECT, clock, code, compiledCode, logs: logWriter, reportFault },
  });
  const { pool, parked, runtimes } = isolation;
  const ledger = new ConcurrencyLedger(
    config.accountConcurrency,
    config.limitsRequestRate ? clock : undefined,
  );
  const scaling = new ScalingRate(clock);
  const dataPlane = new DataPlane({
    ...{ pool, ledger, scaling, clock, observe, reportFault },
    expect: isolation.expect,
    takeSnapshot: isolation.takeSnapshot,
    forget: isolation.forget,
  });
  const objects = config.s3 && new S3Objects(config.s3);
  // What a qualifier means is asked when a call is made, not when it was asked for.
  const calledNow = async (scope: Scope, name: string, qualifier: string | undefined) => {
    const found = await findQualified(store, scope, name, qualifier);
    return found && { target: await versionForCall(store, scope, found, Math.random), shared: found.shared };
  };
  const readerParts: ReaderParts = {
    ...{ clock, observe, reportFault },
    putMetric: (datum) => metricBuffer.put(datum),
    invoker: dataPlane,
    places: new FunctionPlaces(clock, (...place) => ledger.waitForPlace(...place)),
    resolve: async (scope, name, qualifier) => {
      const called = await calledNow(scope, name, qualifier);
      return called?.target.code.kind === "image" ? undefined : called;
    },
  };
  const remoteQueues = config.sqs && new RemoteQueues(config.sqs);
  const topics = config.sns && new RemoteTopics(config.sns);
  const buses = config.eventBridge && new RemoteEventBuses(config.eventBridge);
  const kinesis = config.kinesis && new RemoteKinesisStreams(config.kinesis);
  const tableStreams = config.dynamodbStreams && new RemoteTableStreams(config.dynamodbStreams);
  const queues = remoteQueues ?? sqs;
  const destinations = destinationPorts({
    store,
    asyncQueue: () => asyncQueue,
    publish: topics && ((arn, message, attributes) => topics.publish(arn, message, attributes)),
    putEvent: buses && ((arn, event) => buses.put(arn, event)),
    sendToQueue: async (arn, body, attributes, traceHeader) => {
      await queues.sendText(arn, { body, attributes, traceHeader }).catch((error: unknown) => {
        throw error instanceof ApiError ? new Undeliverable(`${arn}: ${error.message}`) : error;
      });
    },
    objects,
  });
  const asyncQueue: AsyncQueue = new AsyncQueue({
    store: new SqliteEventStore(database),
    invoker: dataPlane,
    clock,
    observe,
    resolve: async (scope, name, qualifier) => {
      const called = await calledNow(scope, name, qualifier);
      const setting = await store.findSetting(scope, name, "eventInvoke", qualifier ?? LATEST);
      return called && { ...called, setting: setting ?? {} };
    },
    retryMs: config.asyncRetryMs,
    waitForPlace: (...place) => ledger.waitForPlace(...place),
    destinations,
    reportFault,
  });
  const mappings = new SqliteEventSourceMappingStore(database);
  const checkpoints = new StreamCheckpoints(new SqliteStreamCheckpointStore(database));
  const streamParts = { ...readerParts, checkpoints, destinations };
  const eventSources = new EventSources({
    mappings,
    checkpoints,
    sources: {
      sqs: sqsSource(queues, readerParts),
      ...(kinesis && { kinesis: streamMappings({ ...streamParts, source: kinesis }) }),
      ...(tableStreams && { dynamodb: streamMappings({ ...streamParts, source: tableStreams }) }),
    },
    reportFault,
  });
  const logJobs = new SqliteLogJobs(path.join(config.dataDir, "logs.db"), clock);
  const logs = new Logs({
    ...{ store: logStore, writer: logWriter, jobs: logJobs, clock },
    targets: subscriptionTargets(store, () => asyncQueue),
    putMetric: (datum) => metricBuffer.put(datum),
    reportFault: (error) => reportFault(error, "(log filters)"),
  });
  const codeLinks = new CodeLinks(await linkSecret(config.dataDir), clock);
  const steps = new Set<Promise<void>>();
  const lambdaParts: LambdaDependencies = {
    store,
    layers: new SqliteLayerStore(database),
    codeSigning: new SqliteCodeSigningStore(database),
    mappings,
    eventSources,
    code,
    objects,
    codeLinks,
    dataPlane,
    asyncQueue,
    runtimes,
    clock,
    observe,
    accountConcurrency: config.accountConcurrency,
    architecture: process.arch === "arm64" ? "arm64" : "x86_64",
    changes: new KeyedMutex(),
    draw: Math.random,
    afterwards: (work) => {
      const step = new Promise<void>((resolve) => setImmediate(resolve))
        .then(work)
        .catch((error: unknown) => reportFault(error, "-"))
        .finally(() => steps.delete(step));
      steps.add(step);
    },
  };
  const functionsHere: FunctionVersion[] = [];
  for await (const { scope, record } of store.listAll()) {
    const { latest, shared } = record;
    functionsHere.push(latest);
    if (shared.reservedConcurrency !== undefined) {
      dataPlane.setReserved(scope, shared.name, shared.reservedConcurrency);
    }
    // A server that was killed between a change and its completion.
    if (latest.state === "Pending" || latest.updateStatus === "InProgress")
      await settle({ store }, scope, latest);
  }

  let url = "";
  const health = () => ({
    status: "ok",
    version: packageJson.version,
    isolation: isolation.driver.name,
    network: isolation.network.name,
    weaknesses: isolation.weaknesses(),
    endpoint: url,
    auth: "open",
    ...(traces && { traces: traces.counts() }),
    environments: isolation.counts(),
    runtimes: runtimes.report(),
  });
  const pages = consolePages(path.join(PROJECT, ".cache/console"));
  const ending = new AbortController();
  const environments = new Environments({
    ...{ pool, ledger, clock, ending: ending.signal },
    accountLimit: config.accountConcurrency,
  });
  observing.listen((observation) => environments.observe(observation));
  const cloudWatch = new CloudWatch({
    ...{ store: observing.metricStore, buffer: metricBuffer, clock },
    alarmStore: new SqliteAlarmStore(observing.metricDatabase),
    ports: {
      invokeFunction: alarmFunctions(async (scope, name, qualifier) => {
        return (await findQualified(store, scope, name, qualifier)) !== undefined;
      }, asyncQueue),
      publish: topics && ((arn, message, subject) => topics.publish(arn, message, {}, subject)),
    },
    sample: async () => {
      lambdaMetrics.sample(ledger.functions(), ledger.provisions());
      await sqs.sample();
    },
    reportFault: (error) => reportFault(error, "(alarms)"),
  });
  const prometheus = new Prometheus({
    ...{ totals: observing.totals, pool, parked, ledger, asyncQueue },
    queues: () => sqs.depths(),
  });
  const find: FindVersion = async (scope, name, qualifier) =>
    (await calledNow(scope, name, qualifier))?.target;
  const debuggers = new Debuggers({
    find,
    prepare: isolation.prepareDebugging,
    begin: (scope, target, debugging) => dataPlane.debug(scope, target, debugging),
  });
  const doors = await openDoors(config, clock, {
    services: services({
      lambda: lambdaOperations(lambdaParts),
      logs: logs.operations,
      sqs: sqs.operations,
      cloudWatch: cloudWatch.operations,
    }),
    virtualHosts: [new FunctionUrls(lambdaParts)],
    product: productRoute({
      "GET /": pages.root,
      [`GET ${CONSOLE_PREFIX}*`]: pages.file,
      "GET /_lambkin/health": () => json(health()),
      "GET /_lambkin/environments": environments.list,
      "GET /_lambkin/environments/stream": environments.stream,
      "GET /_lambkin/usage": usage(meter, clock),
      "GET /_lambkin/metrics": prometheus.answer,
      [`GET ${CODE_LINK_PREFIX}*`]: downloadCode(codeLinks, code),
    }),
    tunnels: {
      "POST /_lambkin/debug": debuggers.open,
      "POST /_lambkin/debug/connection": debuggers.connect,
      "POST /_lambkin/shell": shell({
        find,
        visit: (scope, target, environmentId) => dataPlane.visit(scope, target, environmentId),
      }),
    },
    isDiskReadOnly: () => isReadOnlyFolder(config.dataDir),
    reportFault,
  });
  url = doors.url;
  await isolation.network.start(doors.innerPort);
  for (const each of functionsHere) parked.expect(each);
  for (const { scope, version } of await store.listPending()) {
    lambdaParts.afterwards(() => settleSnapshot(lambdaParts, scope, version));
  }
  await restoreProvisions(lambdaParts);
  await asyncQueue.resume();
  await logs.open();
  await sqs.resume();
  await settleMappings(lambdaParts);
  await eventSources.resume();
  cloudWatch.start();
  // Neither is waited for: the first requests are served without, a little slower.
  const warmed = doors.warm();
  void isolation.compileBootstraps();

  const sweepCode = async (): Promise<void> => {
    const inUse = pool.targets().flatMap(({ code, settings }) => {
      const layers = (settings.Layers ?? []).map((layer) => layer.CodeSha256);
      return code.kind === "zip" ? [{ code: code.sha256, layers }] : [];
    });
    const needed = await store.codeInUse();
    await code.collect(needed, inUse, clock.nowMs() - LAMBDA_LIMITS.codeSweepMs);
    await compiledCode.collect(needed);
  };
  const sweep = setInterval(
    () => void sweepCode().catch((error: unknown) => reportFault(error, "(code sweep)")),
    LAMBDA_LIMITS.codeSweepMs,
  );
  sweep.unref();

  return {
    url,
    warnings: isolation.warnings,
    warmed,
    async stop() {
      clearInterval(sweep);
      ending.abort();
      doors.closeTunnels();
      const lastBatches = eventSources.stop();
      logs.endTails();
      const drained = Promise.all([doors.drain(), within(lastBatches, HTTP_LIMITS.drainMsMax)]);
      await sqs.endWaits();
      await drained;
      isolation.abandonSnapshots();
      await Promise.all(steps);
      await logs.close();
      await Promise.all([isolation.endEnvironments(), asyncQueue.stop(), lastBatches]);
      await isolation.close();
      const remotes = [remoteQueues, topics, buses, kinesis, tableStreams];
      await Promise.all(remotes.map((remote) => remote?.close()));
      await cloudWatch.close();
      await observing.close();
      await logWriter.close();
      await logJobs.close();
      await logStore.close();
      await sqs.close();
      await queueStore.close();
      database.close();
    },
  };
}

/** Resolves when the work is done or its time is over. */
async function within(work: Promise<void>, timeMs: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = systemClock.after(timeMs, over.resolve);
  await Promise.race([work, over.promise]);
  timer.cancel();
}

/** Made once for a data folder, readable by its owner only. */
async function linkSecret(dataDir: string): Promise<Buffer> {
  const file = path.join(dataDir, "secret");
  const known = await readFile(file).catch(() => undefined);
  if (known !== undefined && known.length === 32) return known;
  const secret = randomBytes(32);
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}

function reportFault(error: unknown, requestId: string): void {
  console.error(`lambkin: request ${requestId} failed:`, error);
}
