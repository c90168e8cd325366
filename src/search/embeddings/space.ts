import { hash } from 'node:crypto';

/**
 * What vectors have to have in common to be compared: who made them, with which model, of how many dimensions. `reported` is what the
 * endpoint itself says which model it is.
 */
export interface Space {
  readonly provider: string;
  /** URL; empty for a model in this process. */
  readonly endpoint: string;
  /** As configured. */
  readonly model: string;
  readonly reported: string | undefined;
  readonly dimensions: number;
}

/** Names what is configured, before anything was answered: SHA-256, hexadecimal. */
export function configuredIdOf({
  provider,
  endpoint,
  model,
  dimensions,
}: Omit<Space, 'reported' | 'dimensions'> & { readonly dimensions: number | undefined }): string {
  return digestOfParts([provider, endpoint, model, dimensions === undefined ? '' : String(dimensions)]);
}

/** A function that names texts in a space: SHA-256, hexadecimal. The same text has another name in each space. */
export function keysOf({ provider, endpoint, model, reported, dimensions }: Space): (text: string) => string {
  const parts = [provider, endpoint, model, reported ?? '', String(dimensions)];
  return (text) => digestOfParts([...parts, text]);
}

/** Each part with its length before it, so that nothing can pass from one part to the next. */
function digestOfParts(parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''));
}
