import type { Catalog } from '../catalog/catalog.ts';
import type { Contribution, Loss, Skip } from '../catalog/entries.ts';
import { toShownName } from '../catalog/names.ts';
import { MCP_LOSS_REASONS, MCP_SKIP_REASONS } from '../compile/mcp/reasons.ts';
import { LOSS_REASONS, SKIP_REASONS } from '../compile/openapi/reasons.ts';
import { estimateTokens } from '../compile/present/tokens.ts';
import { presentTool } from '../gateway/present-tool.ts';
import { PLAIN_NAMES } from '../gateway/window.ts';
import { escapeControls } from '../telemetry/escape.ts';
import type { OfferReview } from './lock-review.ts';
import { count, describeDrift, describeReview, more, type Limits } from './lock-text.ts';
import { paint } from './terminal.ts';

const DEFAULT_LIMITS: Limits = { rows: 5, changes: 3 };

/** The largest tools are the ones to look at first; more than a few are a list. */
const LARGEST = 5;

const MEANINGS: Readonly<Record<string, string>> = {
  ...MCP_SKIP_REASONS,
  ...MCP_LOSS_REASONS,
  ...SKIP_REASONS,
  ...LOSS_REASONS,
};

/** `compile --report`: what became of each operation, by reason, the largest tools, and what the lock holds back. */
export function report(catalog: Catalog, review: OfferReview, limits: Limits = DEFAULT_LIMITS): string {
  const sections = catalog.contributions.map((one) => toSection(one, limits));
  const drift = review.drift.length > 0 ? [describeDrift(review, { ...limits, rows: limits.rows * 4 })] : [];
  return [
    ...sections,
    [paint('bold', 'lock'), describeReview(review), ...drift].join('\n'),
    `catalog ${catalog.digest}`,
  ].join('\n\n');
}

function toSection(contribution: Contribution, limits: Limits): string {
  const {
    source,
    operations,
    tools,
    skipped,
    lossy,
    warnings = [],
    resources,
    templates,
    prompts,
  } = contribution;
  const others = resources.length + templates.length + prompts.length;
  const facts = [
    `${count(operations, 'operation')}: ${count(tools.length, 'tool')}`,
    ...(others > 0 ? [`${others} resources, templates or prompts`] : []),
    `${skipped.length} skipped`,
  ];
  const withLoss = new Set(lossy.map(({ operation }) => operation)).size;
  return [
    `${paint('bold', source)}  ${facts.join(', ')}`,
    ...toGroups('skipped', skipped, limits),
    ...toGroups('with a loss', lossy, limits),
    ...(skipped.length + lossy.length === 0 ? ['  every operation compiled without a loss'] : []),
    ...(withLoss > 0 ? [`  ${count(withLoss, 'operation')} of ${operations} compiled with a loss`] : []),
    ...toWarnings(warnings, limits),
    ...toLargest(contribution),
    ...toShortened(contribution),
  ].join('\n');
}

/** Rows under their reason, the reason with the most rows first. */
function toGroups(title: string, rows: readonly (Skip | Loss)[], { rows: limit }: Limits): string[] {
  const groups = Map.groupBy(rows, ({ reason }) => reason);
  return [...groups]
    .toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
    .flatMap(([reason, group]) => [
      `  ${paint('yellow', `${title}: ${reason}`)} (${group.length})  ${MEANINGS[reason] ?? ''}`,
      ...group
        .slice(0, limit)
        .map(({ operation, detail }) => `    ${escapeControls(`${operation}  ${detail}`)}`),
      ...more(group.length - limit, 'rows', '    '),
    ]);
}

function toWarnings(warnings: readonly string[], { rows: limit }: Limits): string[] {
  if (warnings.length === 0) return [];
  return [
    `  ${paint('yellow', 'tolerated in the source')} (${warnings.length})`,
    ...warnings.slice(0, limit).map((line) => `    ${escapeControls(line)}`),
    ...more(warnings.length - limit, 'warnings', '    '),
  ];
}

/** By the tokens of what a client is shown of them. */
function toLargest({ tools }: Contribution): string[] {
  const sized = tools.map((tool) => {
    const { name = '', description = '', inputSchema = {} } = presentTool(PLAIN_NAMES, tool);
    return {
      name: toShownName(tool.source, tool.name),
      tokens: Math.ceil(estimateTokens({ name, description, inputSchema })),
    };
  });
  const largest = sized
    .toSorted((a, b) => b.tokens - a.tokens || (a.name < b.name ? -1 : 1))
    .slice(0, LARGEST);
  if (largest.length === 0) return [];
  const total = sized.reduce((sum, { tokens }) => sum + tokens, 0);
  return [
    `  largest tools, in tokens of name, description and input schema (estimated; all together ${total})`,
    ...largest.map(({ name, tokens }) => `    ${String(tokens).padStart(7)}  ${name}`),
  ];
}

/** Tools whose clients see less of the input schema than calls are checked against. */
function toShortened({ tools }: Contribution): string[] {
  const shortened = tools.filter(
    ({ binding, inputSchema, validationSchema }) =>
      binding.kind === 'http' && inputSchema !== validationSchema,
  ).length;
  return shortened > 0
    ? [
        `  ${shortened} of ${count(tools.length, 'tool')} presented in a shorter form; calls are checked against the whole`,
      ]
    : [];
}
