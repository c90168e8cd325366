import { Cluster } from 'ioredis';
import { BailiwickError } from '../../errors.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { createAvailability, type Availability } from './availability.ts';
import { createClient, toDelay, type Client } from './client.ts';
import type { Keys } from './keys.ts';
import { assertLayout, toLayoutStep, type Layout } from './layout.ts';
import {
  describeError,
  isWrongSettings,
  toFailure,
  wasNeverSent,
  withoutCommand,
  type Failure,
} from './redis-errors.ts';
import { SCRIPTS, type ScriptName } from './scripts/scripts.ts';
import { inspectServers } from './server-check.ts';
import type { Topology } from './topology.ts';
import { createWarnings } from './warnings.ts';
import { notTaken, stateUnavailable, storeClosed } from '../unavailable.ts';
import { withDeadline } from './with-deadline.ts';

/** One way to Redis: runs scripts, within a time, and knows whether it is there. */
export interface Connection {
  readonly client: Client;
  readonly availability: Availability;
  /**
   * Runs a script, and sends it again within the time where that is harmless.
   *
   * @throws BailiwickError `STATE_UNAVAILABLE`
   */
  run(name: ScriptName, args: readonly string[]): Promise<unknown>;
  /** Resolves once Redis was reached, or is known to be away. Rejects where waiting will not help. */
  open(): Promise<void>;
  close(): void;
}

export interface ConnectionOptions {
  readonly topology: Topology;
  readonly timeoutMs: number;
  readonly keys: Keys;
  readonly layout: Layout;
  readonly logger: Logger;
}

/** How often an idle connection is tried, so that one that is dead is found before it is needed. */
const HEARTBEAT_MS = 5_000;
const RETRY_MS = 20;
/** A client that gave up is connected again as if it had failed so often: in a tenth of a second or two. */
const ENDED_FAILURES = 3;
/** How long a connection may be gone before Redis counts as away: a break is mended sooner, a failover is not. */
const LONGEST_GRACE_MS = 1_000;

type Commands = Record<string, (...args: string[]) => Promise<unknown>>;

export function createConnection(options: ConnectionOptions): Connection {
  const { topology, timeoutMs, keys, layout, logger } = options;
  const { title } = topology;
  const client = createClient(topology, timeoutMs);
  const commands = client as unknown as Commands;
  const availability = createAvailability(Math.min(timeoutMs, LONGEST_GRACE_MS));
  const warnings = createWarnings(logger);
  const layoutStep = toLayoutStep(layout, keys);
  const probing = createProbing();
  let lastError: Error | undefined;
  /** Who made what Redis holds, as it was last seen. */
  let knownMaker: string | undefined;
  let isClosed = false;
  let opening: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  for (const [name, { lua, family }] of Object.entries(SCRIPTS))
    client.defineCommand(toCommandName(name), { lua, numberOfKeys: keys[family].length });
  client.defineCommand(toCommandName('layout'), {
    lua: layoutStep.lua,
    numberOfKeys: layoutStep.keys.length,
  });

  client.on('error', onError);
  if (client instanceof Cluster) client.on('node error', onError);
  client.on('ready', () => {
    // What went wrong before says nothing about what goes wrong from now on.
    lastError = undefined;
    void probing.now();
  });
  client.on('close', () => availability.lost(reasonOf(lastError)));
  client.on('end', () => {
    availability.lost(reasonOf(lastError));
    // Told of a failover while it asks a sentinel for the primary, the client gives up for good.
    if (!isClosed) setTimeout(connectAgain, toDelay(ENDED_FAILURES)).unref();
  });
  availability.onChange((available) => {
    if (available) logger.info({}, `${title} is reached: state is shared through it`);
    else if (!isClosed)
      logger.warn({ reason: availability.reason }, `${title} is away: ${availability.reason}`);
    probing.plan();
  });

  return {
    client,
    availability,
    run: (name, args) => attempt(() => runScript(name, args), SCRIPTS[name].repeatable),
    open,
    close() {
      isClosed = true;
      probing.stop();
      availability.close();
      client.disconnect();
    },
  };

  function connectAgain(): void {
    if (!isClosed && client.status === 'end') client.connect().catch(onError);
  }

  function onError(error: Error): void {
    lastError = withoutCommand(error);
    if (isWrongSettings(error) && opening !== undefined)
      opening.reject(
        new BailiwickError('CONFIGURATION', `${title}: ${describeError(error)}`, {
          cause: withoutCommand(error),
        }),
      );
    else if (isWrongSettings(error)) fail(error);
    if (/DB index is out of range|SELECT is not allowed/.test(error.message)) client.disconnect(true);
  }

  function fail(error: Error): void {
    availability.failed(describeError(error));
    warnings.say(describeError(error), `${title}: ${describeError(error)}`);
  }

  async function open(): Promise<void> {
    const verdict = Promise.withResolvers<void>();
    opening = verdict;
    const stop = availability.onChange(() => verdict.resolve());
    const timer = setTimeout(verdict.resolve, Math.max(timeoutMs, 1_000));
    client.once('close', verdict.resolve);
    client.connect().catch(onError);
    try {
      await verdict.promise;
    } catch (error) {
      isClosed = true;
      probing.stop();
      client.disconnect();
      throw error;
    } finally {
      opening = undefined;
      clearTimeout(timer);
      stop();
    }
    if (availability.isAvailable) return;
    availability.failed(reasonOf(lastError));
    logger.warn(
      { reason: availability.reason },
      `${title} is away: ${availability.reason}. Bailiwick goes on without it, and tries again`,
    );
    probing.plan();
  }

  async function runScript(name: ScriptName, args: readonly string[]): Promise<unknown> {
    const all = [...keys[SCRIPTS[name].family], String(layout.version), ...args];
    return await commands[toCommandName(name)]!(...all);
  }

  async function prepare(): Promise<void> {
    const answer = await commands[toCommandName('layout')]!(...layoutStep.keys, ...layoutStep.args());
    const [found, maker] = answer as [number, string | null];
    assertLayout(layout, found, title);
    if (knownMaker !== undefined && maker !== knownMaker)
      logger.warn({}, `${title} has lost what it held: limits and budgets begin anew`);
    knownMaker = maker ?? undefined;
  }

  async function attempt(step: () => Promise<unknown>, repeatable: boolean): Promise<unknown> {
    if (!availability.isAvailable) throw notTaken(unavailable(availability.reason));
    const deadline = performance.now() + timeoutMs;
    let mayBeTaken = false;
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- again only when it failed
        return await withDeadline(step(), deadline - performance.now());
      } catch (error) {
        const failure = toFailure(error);
        const again = failure === 'refused' || failure === 'layout' || (failure === 'lost' && repeatable);
        const isOver = performance.now() + RETRY_MS >= deadline;
        mayBeTaken ||= failure === 'lost';
        if (!again || isOver || !availability.isAvailable) {
          const given = giveUp(error, failure);
          throw mayBeTaken ? given : notTaken(given);
        }
        if (client instanceof Cluster) client.refreshSlotsCache();
        // oxlint-disable-next-line no-await-in-loop -- again only when it failed
        await (failure === 'layout' ? prepare().catch(() => undefined) : pause(RETRY_MS));
      }
    }
  }

  function giveUp(error: unknown, failure: Failure): BailiwickError {
    const fault = error instanceof Error ? error : new Error(String(error));
    const reason =
      failure === 'lost' && lastError !== undefined && describeError(lastError) !== describeError(fault)
        ? `${describeError(fault)} (${describeError(lastError)})`
        : describeError(fault);
    // Redis without memory still takes what is given back, so the other steps are not kept from it.
    if (failure === 'full') warnings.say('full', `${title}: ${reason}`);
    else if (!isClosed) availability.failed(reason);
    return unavailable(reason, error);
  }

  /** Callers are not told where Redis is; the cause, which is logged, says it. */
  function unavailable(reason: string, cause?: unknown): BailiwickError {
    if (isClosed) return storeClosed();
    return stateUnavailable(
      'the store that this gateway shares with others cannot be reached now',
      new Error(`${title}: ${reason}`, cause === undefined ? undefined : { cause: withoutCommand(cause) }),
    );
  }

  /** Finds out whether Redis is there: at once when it is connected, then seldom; often while it is away. */
  function createProbing() {
    let timer: NodeJS.Timeout | undefined;
    let failures = 0;
    let running = false;
    const plan = (): void => {
      clearTimeout(timer);
      if (isClosed) return;
      timer = setTimeout(() => void now(), availability.isAvailable ? HEARTBEAT_MS : toDelay(failures));
      timer.unref();
    };
    async function now(): Promise<void> {
      if (running || isClosed) return;
      running = true;
      try {
        await withDeadline(prepare(), timeoutMs);
        failures = 0;
        const wasAway = !availability.isAvailable;
        if (!isClosed) availability.found();
        if (wasAway) void inspectServers(client, title, warnings);
      } catch (error) {
        onProbeFailure(error);
      } finally {
        running = false;
        plan();
      }
    }
    function onProbeFailure(error: unknown): void {
      if (isClosed) return;
      failures += 1;
      const fault = error instanceof Error ? error : new Error(String(error));
      if (fault instanceof BailiwickError) opening?.reject(fault);
      if (wasNeverSent(fault)) {
        availability.failed(reasonOf(lastError));
        return;
      }
      if (isWrongSettings(fault) || toFailure(fault) !== 'refused') onError(fault);
      fail(fault);
    }
    return { now, plan, stop: () => clearTimeout(timer) };
  }
}

function toCommandName(script: string): string {
  return `bailiwick${script[0]!.toUpperCase()}${script.slice(1)}`;
}

function reasonOf(error: Error | undefined): string {
  return error === undefined ? 'the connection was lost' : describeError(error);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
