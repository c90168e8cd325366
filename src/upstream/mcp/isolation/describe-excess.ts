import type { Excess } from './guardian.ts';
import type { Limits } from './isolation.ts';

/** Why a child was ended, as what follows "its process ended". */
export function describeExcess(
  { limit, used }: Excess,
  limits: Pick<Limits, 'memory' | 'processes'>,
): string {
  const allowed = limits[limit] ?? 0;
  return limit === 'memory'
    ? `for using ${toMebibytes(used)} of memory, where \`limits.memory\` allows ${toMebibytes(allowed)}`
    : `for being ${used} processes, where \`limits.processes\` allows ${allowed}`;
}

function toMebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
