/** Runs one named piece of work and prints what it did and how long it took, on standard error. */
export async function step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
  const startedAt = performance.now();
  process.stderr.write(`${name}...\n`);
  try {
    const result = await work();
    process.stderr.write(`${name}: ${seconds(startedAt)}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`${name}: failed after ${seconds(startedAt)}\n`);
    throw error;
  }
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
