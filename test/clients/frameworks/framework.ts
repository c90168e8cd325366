/** What a framework's own client found behind an endpoint, in its own words. */
export interface Found {
  /** Names of the tools. */
  readonly tools: readonly string[];
  /** What the call gave that succeeds. */
  readonly result: string;
  /** What the call gave, or threw, that fails. */
  readonly fault: string;
}

/** A call by the name that the client sees. */
export interface Call {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** Lists and calls by a framework's own MCP client. */
export type Framework = (endpoint: string, good: Call, bad: Call) => Promise<Found>;

/** What a promise gave, or threw, as text. */
export async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await promise);
  } catch (error) {
    return String(error);
  }
}
