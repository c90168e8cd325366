import path from 'node:path';
import type { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import { openHintBook } from '../config/open-hint-book.ts';
import { findSuspicions } from '../gateway/suspicions.ts';
import { checkPolicies } from '../policy/check.ts';
import type { Problem } from '../policy/problem.ts';
import { findEmbeddingFaults } from '../search/embeddings/find-faults.ts';
import { checkCallers, describeCallers, findSilentIssuers, findUnasked } from './check-callers.ts';
import { describePermissions, findChildPermissions } from './child-permissions.ts';
import { findSetupProblems, findSetupWarnings, type Setup } from './check-setup.ts';
import { findCatalogProblems, findEmptyCatalogs, findPinWarnings } from './check-catalogs.ts';
import { findLosses } from './check-losses.ts';
import {
  createCatalogCommand,
  loadForCommand,
  withApp,
  type AddCommand,
  type CatalogOptions,
} from './command.ts';
import { count } from './lock-text.ts';
import { offerOf } from './policy/offer.ts';
import { paint } from './terminal.ts';
import { placesIn, readWrittenConfig } from './written-config.ts';

/** `bailiwick check`: configuration, documents and policies, against the catalog that they make. Warnings are no "no". */
export const addCheck: AddCommand = (program, terminal, exit) => {
  const command = createCatalogCommand('check', 'Check the configuration, the documents and the policies', [
    'check',
    'check --config deploy/bailiwick.yaml --json',
  ]).action(async (options: CatalogOptions) => {
    const { loaded, logger } = await loadForCommand({ ...options, logLevel: options.logLevel ?? 'silent' });
    const written = await readWrittenConfig(options.config);
    const placeOf: Setup['placeOf'] = placesIn(options.config, written);
    await withApp(terminal, { loaded, logger }, async (app) => {
      const found = checkAll(app, loaded, placeOf);
      const { problems, failed } = found;
      const children = findChildPermissions(loaded);
      const callers = await checkCallers(app, loaded);
      const unasked = findUnasked(callers, loaded);
      const warnings = [
        ...found.warnings,
        ...(unasked === undefined ? [] : [{ ...placeOf(['identity']), message: unasked }]),
      ];
      const silent = findSilentIssuers(callers);
      if (options.json)
        terminal.out(JSON.stringify({ problems, warnings, failed, children, callers }, undefined, 2));
      else {
        for (const problem of problems) terminal.out(toLine(problem));
        for (const { source, message } of failed) terminal.out(`source ${source}: ${message}`);
        for (const { issuer, message } of silent) terminal.out(`issuer ${issuer}: ${message}`);
        for (const { message, ...place } of warnings)
          terminal.out(toLine({ ...place, message: `${paint('yellow', 'warning:')} ${message}` }));
        const toShown = (at: string): string => path.relative(path.dirname(loaded.file), at) || '.';
        for (const child of children) terminal.out(describePermissions(child, toShown));
        for (const line of describeCallers(callers)) terminal.out(line);
        if (problems.length + failed.length === 0)
          terminal.out(toVerdict(loaded.file, { warnings: warnings.length, silent: silent.length }));
      }
      if (app.unusable().length > 0) exit(2);
      else if (problems.length > 0) exit(1);
      else if (failed.length + silent.length > 0) exit(3);
    });
  });
  program.addCommand(command);
};

function checkAll(
  app: App,
  loaded: LoadedConfig,
  placeOf: Setup['placeOf'],
): { problems: Problem[]; warnings: Problem[]; failed: { source: string; message: string }[] } {
  const missing = [...app.unusable(), ...app.sources().filter((one) => one.state === 'down')];
  const policy = app.policy();
  // A rule for a tool that is held back means something: the tool is there, and waits for its review.
  const catalog = app.offered();
  const { config } = loaded;
  const setup = { config, catalog, policy, isIncomplete: missing.length > 0, placeOf };
  // Where a source does not answer, or cannot be read, the lock says what it offers; where that does not either, nothing is said.
  const offer = offerOf(app, Object.keys(config.sources));
  const ofPolicies = checkPolicies(policy, offer.catalog, {
    locked: offer.locked,
    withToolsOnly: offer.fromLock.map(({ source }) => source),
    unknown: offer.unknown.map(({ source }) => source),
  });
  return {
    problems: [...ofPolicies.problems, ...findSetupProblems(setup), ...findCatalogProblems(setup, offer)],
    warnings: [
      ...ofPolicies.warnings,
      ...findSetupWarnings(setup),
      ...findEmptyCatalogs(setup),
      ...findPinWarnings(setup, offer),
      ...findLosses(setup),
      ...toWarnings(setup),
      ...findHeld(app, placeOf),
      ...findStrangers(loaded, placeOf),
      ...findUnready(loaded, placeOf),
    ],
    failed: missing.map(({ source, error }) => ({ source, message: error?.message ?? '' })),
  };
}

/** Tools that look alike, and texts that speak of other sources' tools. */
function toWarnings({ catalog, placeOf }: Setup): Problem[] {
  return findSuspicions(catalog.contributions).map(({ sources, message }) => ({
    ...placeOf(['sources', sources[0] ?? '']),
    message,
  }));
}

function findHeld(app: App, placeOf: Setup['placeOf']): Problem[] {
  const held = app.held().length;
  if (held === 0) return [];
  const what = `${count(held, 'tool')} held back by the lock`;
  return [{ ...placeOf(['lock']), message: `${what}; \`bailiwick compile --check\` says what differs` }];
}

/** Hints about sources that are not there. */
function findStrangers(loaded: LoadedConfig, placeOf: Setup['placeOf']): Problem[] {
  const folder = path.dirname(placeOf(['search', 'hints']).file);
  return openHintBook(loaded)
    .strangers(Object.keys(loaded.config.sources))
    .map((one) => ({ ...one, file: path.join(folder, one.file) }));
}

function toLine({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}  ${message}`;
}

function toVerdict(
  file: string,
  { warnings, silent }: { readonly warnings: number; readonly silent: number },
): string {
  if (silent > 0) {
    const rest = warnings === 0 ? 'the rest is in order' : `no other problems, ${count(warnings, 'warning')}`;
    return `${file}: ${count(silent, 'issuer')} cannot be asked; ${rest}`;
  }
  if (warnings === 0) return paint('green', `${file}: configuration, documents and policies are in order`);
  return `${file}: no problems, ${warnings === 1 ? '1 warning' : `${warnings} warnings`}`;
}

/** What embeddings need, and do not have. */
function findUnready({ config, tlsFiles }: LoadedConfig, placeOf: Setup['placeOf']): Problem[] {
  const { embeddings } = config.search;
  const faults = embeddings ? findEmbeddingFaults(embeddings, tlsFiles) : [];
  return faults.map((fault) => ({
    ...placeOf(['search', 'embeddings']),
    message: `search.embeddings: ${fault}`,
  }));
}
