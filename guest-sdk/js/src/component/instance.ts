// What belongs to one instance: the build's own must not be found in it, as every instance begins where the
// build ended.

const forgets: (() => void)[] = [];

/** Makes a value when it is first needed, once in each instance. */
export function perInstance<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  forgets.push(() => {
    made = undefined;
  });
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Ends the build: what was made in it is made anew in each instance. */
export function forgetBuild(): void {
  for (const forget of forgets) {
    forget();
  }
}
