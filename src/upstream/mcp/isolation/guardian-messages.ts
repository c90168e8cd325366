import type { Limits } from './isolation.ts';
import type { Command } from './launch.ts';

/** One child, as the guardian knows it. */
export interface Ward {
  readonly id: string;
  readonly leader: number;
  readonly mark: string;
  readonly bounds: Pick<Limits, 'memory' | 'processes'>;
  readonly cleanup?: Command;
}

/** What the guardian is told: a line of JSON each. */
export type ToGuardian = { readonly watch: Ward } | { readonly end: string };

/** What the guardian tells: a line of JSON each. */
export type FromGuardian =
  | { readonly ended: string }
  | { readonly exceeded: string; readonly limit: 'memory' | 'processes'; readonly used: number };
