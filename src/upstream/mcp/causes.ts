import { SdkError } from '@modelcontextprotocol/client';

/** An error, then what caused it, outside in; `SdkError` keeps some causes in `data`. */
export function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let next = error; next !== undefined && next !== null && causes.length < 8;) {
    causes.push(next);
    if (!(next instanceof Error)) break;
    next = next.cause ?? (next instanceof SdkError ? memberOf(next.data, 'cause') : undefined);
  }
  return causes;
}

export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
