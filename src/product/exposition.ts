/** Prometheus' text format. Source: "Exposition formats" page, text format 0.0.4. */

export type Labels = Readonly<Record<string, string>>;

interface Sample {
  /** After the family's own name: `_bucket`, `_sum`, `_count`. */
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Samples of one name, told of together. */
export class Family {
  readonly #name: string;
  readonly #type: "counter" | "gauge" | "histogram";
  readonly #help: string;
  readonly #samples: Sample[] = [];

  constructor(name: string, type: "counter" | "gauge" | "histogram", help: string) {
    this.#name = name;
    this.#type = type;
    this.#help = help;
  }

  add(value: number, labels: Labels = {}): this {
    this.#samples.push({ suffix: "", labels, value });
    return this;
  }

  /** `counts`: of each bucket alone, the last beyond every bound. */
  addHistogram(bounds: readonly number[], counts: readonly number[], sum: number, labels: Labels): void {
    let total = 0;
    for (const [place, count] of counts.entries()) {
      total += count;
      const le = place < bounds.length ? String(bounds[place]) : "+Inf";
      this.#samples.push({ suffix: "_bucket", labels: { ...labels, le }, value: total });
    }
    this.#samples.push({ suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total });
  }

  /** Nothing where there is no sample. */
  text(): string {
    if (this.#samples.length === 0) return "";
    const lines = this.#samples.map(
      ({ suffix, labels, value }) => `${this.#name}${suffix}${labelText(labels)} ${value}`,
    );
    return `# HELP ${this.#name} ${this.#help}\n# TYPE ${this.#name} ${this.#type}\n${lines.join("\n")}\n`;
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
