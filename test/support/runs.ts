/** How often a costly property is tried: what fits into `npm test`, and ten times that under `FUZZ=1`. */
export function runs(count: number): { readonly numRuns: number } {
  return { numRuns: process.env['FUZZ'] === undefined ? count : count * 10 };
}
