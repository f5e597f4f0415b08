/** A binary heap: items come out by rising key, whatever the order they went in. */

interface Entry<T> {
  readonly key: number;
  readonly item: T;
}

export class SmallestFirst<T> {
  #entries: Entry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  peek(): Entry<T> | undefined {
    return this.#entries[0];
  }

  clear(): void {
    this.#entries = [];
  }

  push(key: number, item: T): void {
    const entries = this.#entries;
    let place = entries.push({ key, item }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#key(parent) <= key) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  pop(): Entry<T> | undefined {
    const entries = this.#entries;
    const [first] = entries;
    const last = entries.pop();
    if (first === undefined || last === undefined || entries.length === 0) return first;
    entries[0] = last;
    let place = 0;
    for (;;) {
      const left = place * 2 + 1;
      const smaller = this.#key(left + 1) < this.#key(left) ? left + 1 : left;
      if (this.#key(smaller) >= last.key) return first;
      this.#swap(place, smaller);
      place = smaller;
    }
  }

  #key(place: number): number {
    return this.#entries[place]?.key ?? Number.POSITIVE_INFINITY;
  }

  #swap(a: number, b: number): void {
    const entries = this.#entries;
    const kept = entries[a] as Entry<T>;
    entries[a] = entries[b] as Entry<T>;
    entries[b] = kept;
  }
}
