import type { App } from '../app.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Contribution, Loss, Skip } from '../catalog/entries.ts';
import type { Json } from '../catalog/json.ts';
import type { BailiwickError } from '../errors.ts';
import type { OfferReview } from './lock-review.ts';
import { table } from './terminal.ts';

/** The document of `compile --json`: {@link COMPILE_SCHEMA} describes it. */
export interface CompileDocument {
  readonly digest: string;
  readonly sources: readonly {
    readonly source: string;
    readonly operations: number;
    readonly tools: number;
    readonly skipped: readonly Skip[];
    readonly lossy: readonly Loss[];
    readonly warnings: readonly string[];
  }[];
  readonly failed: readonly { readonly source: string; readonly code: string; readonly message: string }[];
  readonly lock: {
    readonly file: string;
    readonly state: OfferReview['state'];
    readonly written: boolean;
    readonly drift: readonly DriftRow[];
    readonly refused: readonly { readonly tool: string; readonly why: string }[];
  };
}

export interface DriftRow {
  readonly tool: string;
  readonly status: 'new' | 'changed' | 'gone';
  readonly changes: readonly { readonly pointer: string; readonly before?: Json; readonly after?: Json }[];
}

export function accountFor(
  app: App,
  broken: readonly { readonly source: string; readonly error?: BailiwickError }[],
  review: OfferReview,
): CompileDocument {
  const { contributions, digest } = app.offered();
  return {
    digest,
    sources: contributions.map(({ source, operations, tools, skipped, lossy, warnings = [] }) => ({
      source,
      operations,
      tools: tools.length,
      skipped,
      lossy,
      warnings,
    })),
    failed: broken.map(({ source, error }) => ({
      source,
      code: error?.code ?? 'INTERNAL',
      message: error?.message ?? '',
    })),
    lock: {
      file: review.file,
      state: review.state,
      written: review.written !== undefined,
      drift: toDriftRows(review.drift),
      refused: review.refused.map(({ id, why }) => ({ tool: id, why })),
    },
  };
}

function toDriftRows(drift: OfferReview['drift']): DriftRow[] {
  return drift.map(({ id, status, changes }) => ({ tool: id, status, changes }));
}

/** One line for each source. */
export function summarise({ contributions, digest }: Catalog): string {
  const rows = contributions.map((one) => [
    one.source,
    String(one.operations),
    String(one.tools.length),
    String(one.resources.length + one.templates.length + one.prompts.length),
    String(one.skipped.length),
    String(one.lossy.length),
    reasons(one),
  ]);
  // OTHERS: the resources, templates and prompts of an MCP server, which its OPERATIONS count as well.
  const heading = ['SOURCE', 'OPERATIONS', 'TOOLS', 'OTHERS', 'SKIPPED', 'LOSSY', 'REASONS'];
  return `${table(heading, rows)}\n\ncatalog ${digest}`;
}

function reasons({ skipped, lossy }: Contribution): string {
  const counts = new Map<string, number>();
  for (const { reason } of [...skipped, ...lossy]) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, number]) => `${reason} ${number}`).join(', ');
}
