// Promises whose jobs the SDK runs itself: the engine would run them only after the flow or task has returned.
// The build makes generators of async functions, which await these.

type Settle<T> = { resolve(value: T | PromiseLike<T>): void; reject(reason: unknown): void };
type Reaction = () => void;
type OnFulfilled<T, A> = ((value: T) => A | PromiseLike<A>) | null | undefined;
type OnRejected<A> = ((reason: any) => A | PromiseLike<A>) | null | undefined;

let jobs: Reaction[] = [];
const rejected = new Set<LoopPromise<unknown>>();

/** Has the function called when the code that runs now has ended. */
export function enqueue(job: () => void): void {
  jobs.push(job);
}

/** Does all that is to be done now. */
export function drain(): void {
  while (jobs.length > 0) {
    const now = jobs;
    jobs = [];
    for (const [index, job] of now.entries()) {
      try {
        job();
      } catch (error) {
        jobs = [...now.slice(index + 1), ...jobs];
        throw error;
      }
    }
  }
}

/** Why promises were rejected of which nobody knows yet. */
export function unhandled(): unknown[] {
  const reasons = [...rejected].map((promise) => reasonOf(promise));
  rejected.clear();
  return reasons;
}

let reasonOf: (promise: LoopPromise<unknown>) => unknown;

/** What JavaScript calls a promise. */
export class LoopPromise<T> implements Promise<T> {
  static {
    reasonOf = (promise) => promise.#value;
  }

  #state: "pending" | "fulfilled" | "rejected" = "pending";
  #value: unknown;
  #reactions: Reaction[] = [];

  get [Symbol.toStringTag](): string {
    return "Promise";
  }

  constructor(executor: (resolve: Settle<T>["resolve"], reject: Settle<T>["reject"]) => void) {
    if (typeof executor !== "function") {
      throw new TypeError("a promise is made of a function");
    }
    const { resolve, reject } = this.#settle();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  /** What may be called once. */
  #settle(): Settle<T> {
    let isCalled = false;
    const once =
      <A>(act: (value: A) => void) =>
      (value: A) => {
        if (!isCalled) {
          isCalled = true;
          act(value);
        }
      };
    return {
      resolve: once((value: T | PromiseLike<T>) => this.#resolve(value)),
      reject: once((reason: unknown) => this.#end("rejected", reason)),
    };
  }

  #resolve(value: unknown): void {
    if ((value as unknown) === this) {
      this.#end("rejected", new TypeError("a promise cannot wait for itself"));
      return;
    }
    if ((typeof value !== "object" || value === null) && typeof value !== "function") {
      this.#end("fulfilled", value);
      return;
    }
    let then: unknown;
    try {
      then = (value as { then?: unknown }).then;
    } catch (error) {
      this.#end("rejected", error);
      return;
    }
    if (typeof then !== "function") {
      this.#end("fulfilled", value);
      return;
    }
    enqueue(() => {
      const { resolve, reject } = this.#settle();
      try {
        then.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  #end(state: "fulfilled" | "rejected", value: unknown): void {
    this.#state = state;
    this.#value = value;
    if (state === "rejected" && this.#reactions.length === 0) {
      rejected.add(this);
    }
    for (const reaction of this.#reactions) {
      enqueue(reaction);
    }
    this.#reactions = [];
  }

  then<A = T, B = never>(onFulfilled?: OnFulfilled<T, A>, onRejected?: OnRejected<B>): LoopPromise<A | B> {
    return new LoopPromise<A | B>((resolve, reject) => {
      const react = () => {
        const handler = this.#state === "fulfilled" ? onFulfilled : onRejected;
        if (typeof handler !== "function") {
          const pass = this.#state === "fulfilled" ? resolve : reject;
          pass(this.#value as A);
          return;
        }
        try {
          resolve(handler(this.#value as T));
        } catch (error) {
          reject(error);
        }
      };
      rejected.delete(this);
      if (this.#state === "pending") {
        this.#reactions.push(react);
      } else {
        enqueue(react);
      }
    });
  }

  catch<B = never>(onRejected?: OnRejected<B>): LoopPromise<T | B> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): LoopPromise<T> {
    return this.then(
      (value) => LoopPromise.resolve(onFinally?.()).then(() => value),
      (reason: unknown) =>
        LoopPromise.resolve(onFinally?.()).then(() => {
          throw reason;
        }),
    );
  }

  static resolve<V>(value?: V): LoopPromise<Awaited<V>> {
    if (value instanceof LoopPromise) {
      return value;
    }
    return new LoopPromise<Awaited<V>>((resolve) => resolve(value as Awaited<V>));
  }

  static reject<V = never>(reason?: unknown): LoopPromise<V> {
    return new LoopPromise<V>((_, reject) => reject(reason));
  }

  static withResolvers<V>(): Settle<V> & { promise: LoopPromise<V> } {
    let settle!: Settle<V>;
    const promise = new LoopPromise<V>((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise, ...settle };
  }

  static try<V, A extends unknown[]>(act: (...args: A) => V, ...args: A): LoopPromise<Awaited<V>> {
    return new LoopPromise<Awaited<V>>((resolve) => resolve(act(...args) as Awaited<V>));
  }

  static all(values: Iterable<unknown>): LoopPromise<unknown[]> {
    return gather(values, (one, keep, reject) => one.then(keep, reject));
  }

  static allSettled(values: Iterable<unknown>): LoopPromise<unknown[]> {
    return gather(values, (one, keep) =>
      one.then(
        (value) => keep({ status: "fulfilled", value }),
        (reason: unknown) => keep({ status: "rejected", reason }),
      ),
    );
  }

  static any(values: Iterable<unknown>): LoopPromise<unknown> {
    // The other way round it is `all`: the first that is fulfilled ends it.
    const swapped = Array.from(values, (value) =>
      LoopPromise.resolve(value).then(
        (value) => {
          throw { value };
        },
        (reason: unknown) => reason,
      ),
    );
    return LoopPromise.all(swapped).then(
      (reasons) => {
        throw new AggregateError(reasons, "All promises were rejected");
      },
      (first: { value: unknown }) => first.value,
    );
  }

  static race(values: Iterable<unknown>): LoopPromise<unknown> {
    return new LoopPromise((resolve, reject) => {
      for (const value of values) {
        LoopPromise.resolve(value).then(resolve, reject);
      }
    });
  }
}

type Each = (
  one: LoopPromise<unknown>,
  keep: (value: unknown) => void,
  reject: (reason: unknown) => void,
) => void;

/** A promise of the list of what was kept of each, unless one of them rejects it. */
function gather(values: Iterable<unknown>, each: Each): LoopPromise<unknown[]> {
  return new LoopPromise<unknown[]>((resolve, reject) => {
    const kept: unknown[] = [];
    let count = 0;
    let left = 1;
    const done = () => {
      left -= 1;
      if (left === 0) {
        resolve(kept);
      }
    };
    for (const value of values) {
      const index = count;
      count += 1;
      left += 1;
      const keep = (what: unknown) => {
        kept[index] = what;
        done();
      };
      each(LoopPromise.resolve(value), keep, reject);
    }
    done();
  });
}
