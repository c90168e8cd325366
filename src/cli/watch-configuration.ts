import type { App } from '../app.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { watchInputs } from '../config/watch.ts';
import { toBailiwickError } from '../errors.ts';
import { checkCatalogs } from '../gateway/catalogs/check.ts';
import { checkListing } from '../gateway/listing/check.ts';
import { catalogFromLock } from '../lock/catalog-from-lock.ts';
import { checkPolicies } from '../policy/check.ts';
import type { Logger } from '../telemetry/logger.ts';
import { placesIn, readWrittenConfig } from './written-config.ts';

export interface WatchOptions {
  readonly loaded: LoadedConfig;
  readonly app: App;
  readonly logger: Logger;
  /** What the log masks; secrets of a changed configuration are added before it is put in force. */
  readonly secrets: string[];
}

/** A valid change of any file is swapped in; an invalid one is reported, and what runs keeps running. */
export function watchConfiguration({ loaded, app, logger, secrets }: WatchOptions): () => void {
  let current = loaded;
  const watch = watchInputs(loaded.inputs, { onChange: () => void reload() });
  const reload = async (): Promise<void> => {
    try {
      const next = await loadConfig(loaded.file, process.env);
      watch.update(next.inputs);
      secrets.push(...next.secrets.filter((secret) => !secrets.includes(secret)));
      app.reload(next);
      logger.info({ digest: next.digest }, 'configuration reloaded');
      warnOfRestart(current, next, logger);
      warnOfLock(app, logger);
      current = next;
      await app.settled();
      warnOfPolicies(app, logger);
      await warnOfCatalogs(app, next, logger);
    } catch (thrown) {
      // What is missing or broken is watched too: its repair is a change.
      if (thrown instanceof ConfigurationError) watch.update(thrown.inputs);
      const error = toBailiwickError(thrown);
      app.reloadFailed(error);
      const details = error.code === 'CONFIGURATION' ? {} : { err: thrown };
      logger.error(
        details,
        `the changed configuration is not used; the running one stays:\n${error.message}`,
      );
    }
  };
  return () => watch.close();
}

/** More than anybody reads in a log. */
const MAX_WARNINGS = 50;

/** What `check` calls an error is a warning here: an upstream that is down must not take the policies down. */
export function warnOfPolicies(app: App, logger: Logger): void {
  const down = app.sources().filter(({ state }) => state !== 'ready');
  const sources = [...down, ...app.unusable()].map(({ source }) => source);
  const { lock } = app.review();
  const locked = lock === undefined ? [] : catalogFromLock(lock).flatMap(({ tools }) => tools);
  const { problems, warnings } = checkPolicies(app.policy(), app.offered(), { locked, unknown: sources });
  const found = [...problems, ...warnings];
  for (const { file, line, column, message } of found.slice(0, MAX_WARNINGS)) {
    logger.warn({}, `${file}:${line}:${column}  ${message}`);
  }
  if (found.length > MAX_WARNINGS) {
    logger.warn({}, `${found.length - MAX_WARNINGS} more like these: \`bailiwick policy check\` says all`);
  }
}

/** The same of virtual catalogs and of pinned tools. */
export async function warnOfCatalogs(
  app: App,
  { config, file }: LoadedConfig,
  logger: Logger,
): Promise<void> {
  if (Object.keys(config.catalogs).length + config.listing.pin.length === 0) return;
  const down = app.sources().filter(({ state }) => state !== 'ready');
  const unknown = [...down, ...app.unusable()].map(({ source }) => source);
  const placeOf = placesIn(file, await readWrittenConfig(file));
  const found = [
    ...checkCatalogs(config.catalogs, app.offered(), { placeOf, unknown }),
    ...checkListing(config, app.offered(), { placeOf, unknown }),
  ];
  for (const { line, column, message } of found.slice(0, MAX_WARNINGS)) {
    logger.warn({}, `${file}:${line}:${column}  ${message}`);
  }
  if (found.length > MAX_WARNINGS) {
    logger.warn({}, `${found.length - MAX_WARNINGS} more like these: \`bailiwick check\` says all`);
  }
}

function warnOfLock(app: App, logger: Logger): void {
  const { file, isGone } = app.review();
  if (isGone) logger.warn({}, `${file} is gone: what it held stays in force until the next start`);
}

function warnOfRestart(before: LoadedConfig, after: LoadedConfig, logger: Logger): void {
  if (JSON.stringify(before.config.server) !== JSON.stringify(after.config.server)) {
    logger.warn({}, 'a change under `server:` takes effect at the next start');
  }
  if (JSON.stringify(before.config.state) !== JSON.stringify(after.config.state)) {
    logger.warn({}, 'a change under `state:` takes effect at the next start');
  }
  if (before.config.audit.dir !== after.config.audit.dir) {
    logger.warn({}, 'a change of `audit.dir` takes effect at the next start');
  }
}
