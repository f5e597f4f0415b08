/** One folder that is deployed, once or after every save: keeps what was read and compressed, and the connection. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { CliError } from "../cli-error.ts";
import { lambdaClient } from "../clients.ts";
import type { Connection } from "../connection.ts";
import { getJson } from "../product-api.ts";
import type { Health } from "../server-answers.ts";
import { Archiver } from "./archive.ts";
import { type Deployment, deployFunction } from "./deploy-function.ts";
import { type DeployOptions, deploySettings } from "./deploy-settings.ts";
import { type Guess, guess, handlerIsThere } from "./guess.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { installPackages, REQUIREMENTS } from "./install-packages.ts";
import { type PackageFile, PackageFolder } from "./package-folder.ts";
import { reportUploads } from "./upload-progress.ts";

/** `share` of the step from 0 to 1, where it is known. */
export type Report = (step: string, share?: number) => void;

export interface JobOptions {
  readonly connection: Connection;
  readonly folder: PackageFolder;
  readonly options: DeployOptions;
  readonly report: Report;
}

export class DeployJob {
  readonly #options: JobOptions;
  readonly #archiver = new Archiver();
  #client: LambdaClient | undefined;
  #installed: { readonly at: string; readonly files: readonly PackageFile[] } | undefined;
  #fileCount = 0;
  #bytes = 0;

  constructor(options: JobOptions) {
    this.#options = options;
  }

  /** What the last package held. */
  get size(): { readonly fileCount: number; readonly bytes: number } {
    return { fileCount: this.#fileCount, bytes: this.#bytes };
  }

  /** The file at this path is to be read again. */
  forget(file: string): void {
    this.#archiver.forget(file);
  }

  /** Rejects with CliError and the API's refusals; can be tried again. */
  async run(): Promise<Deployment> {
    const { connection, folder, options, report } = this.#options;
    const settings = deploySettings(folder.root, options);
    const guessed = this.#guesser(folder);
    const own = folder.files();
    if (own.length === 0) throw new CliError(`There is nothing to deploy in ${folder.root}.`);
    const packages = options.install ? await this.#packages(settings.runtime, guessed) : [];
    const names = new Set(own.map(({ name }) => name));
    const files = [...own, ...packages.filter(({ name }) => !names.has(name))];
    files.sort((one, other) => (one.name < other.name ? -1 : 1));
    const archive = await this.#archiver.pack(files, (share) => report("compressing", share));
    this.#fileCount = archive.fileCount;
    this.#bytes = archive.bytes.length;
    report("uploading");
    this.#client ??= await this.#connect(connection);
    return deployFunction(this.#client, {
      settings,
      archive,
      guess: guessed,
      fits: (handler) => handlerIsThere(handler, files),
      publish: options.publish ?? false,
    });
  }

  async #connect(connection: Connection): Promise<LambdaClient> {
    const client = await lambdaClient(connection);
    reportUploads(client, (share) =>
      this.#options.report(
        share < 1 ? "uploading" : "waiting until it is ready",
        share < 1 ? share : undefined,
      ),
    );
    return client;
  }

  #guesser(folder: PackageFolder): () => Promise<Guess> {
    let known: Promise<Guess> | undefined;
    return () => {
      known ??= getJson<Health>(this.#options.connection, "/_lambkin/health").then(({ runtimes }) =>
        guess(folder.files(), runtimes),
      );
      return known;
    };
  }

  async #packages(
    runtime: string | undefined,
    guessed: () => Promise<Guess>,
  ): Promise<readonly PackageFile[]> {
    const { folder, report } = this.#options;
    report("installing packages");
    const at = await installPackages(folder.root, runtime ?? (await guessed()).runtime);
    if (this.#installed?.at !== at) {
      this.#installed = {
        at,
        files: new PackageFolder(at, new IgnoreRules(["__pycache__/", "*.pyc"])).files(),
      };
    }
    return this.#installed.files;
  }
}

/** A sentence for who may have forgotten the packages; undefined when there is nothing to say. */
export function packagesHint(folder: PackageFolder, options: DeployOptions): string | undefined {
  if (options.install || !existsSync(path.join(folder.root, REQUIREMENTS))) return undefined;
  const isVendored = folder.files().some(({ name }) => /(^|\/)[^/]+\.dist-info\//.test(name));
  return isVendored ? undefined : `${REQUIREMENTS} is there: --install puts what it names into the function.`;
}
