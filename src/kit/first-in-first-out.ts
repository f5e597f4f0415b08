/** A list that grows at its end and shrinks at its start, both in constant time. */

export class FirstInFirstOut<T> {
  #items: T[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#start];
  }

  shift(): T | undefined {
    const item = this.#items[this.#start];
    if (this.length === 0) return undefined;
    this.#start++;
    // Cut off when half is passed: seldom enough to cost nothing for each item.
    if (this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Of items in rising order: how many at the end satisfy `is`. */
  countFromEnd(is: (item: T) => boolean): number {
    let low = this.#start;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (is(this.#items[middle] as T)) high = middle;
      else low = middle + 1;
    }
    return this.#items.length - low;
  }
}
