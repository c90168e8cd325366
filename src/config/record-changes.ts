import type { BailiwickError } from '../errors.ts';
import type { AppendEvent } from '../gateway/events/append-event.ts';
import { compareKeys, expiredKeys, type KeyFacts } from '../identity/key-changes.ts';
import type { KeySettings } from '../identity/principal-settings.ts';
import { changedParts, factsOf, type ConfigurationFacts } from './configuration-facts.ts';
import type { LoadedConfig } from './load.ts';

/** A configuration in force, and the digest of its policies. */
export interface InForce {
  readonly facts: ConfigurationFacts;
  readonly policy: string;
}

/** What is recorded of a configuration that is put in force. */
export function toRecorded(prepared: {
  readonly loaded: LoadedConfig;
  readonly policy: { readonly digest: string };
}): InForce {
  return { facts: factsOf(prepared.loaded), policy: prepared.policy.digest };
}

/** Records the life of a configuration, and of the keys in it. */
export interface ChangeRecorder {
  started(first: InForce, version: string): void;
  reloaded(before: InForce, after: InForce): void;
  /** A changed configuration was not put in force. `message` holds no secret. */
  refused(current: InForce, error: BailiwickError, message: string): void;
  /** Looks for keys whose time is over: a record for those that were not seen before. */
  lookForExpired(keys: readonly KeySettings[]): void;
  /** Resolves when the record is accepted. */
  stopped(last: InForce, cancelled: number): Promise<void>;
}

/** Files, and keys, that one record names. */
const MAX_NAMED = 500;

/** The longest message that is recorded, in characters. */
const MAX_MESSAGE = 2_000;

export function createChangeRecorder(deps: {
  readonly append: AppendEvent;
  readonly now: () => number;
}): ChangeRecorder {
  const { append, now } = deps;
  const expired = new Set<string>();

  async function recordConfig(inForce: InForce, detail: Record<string, unknown>): Promise<void> {
    const { policy, facts } = inForce;
    await append({ type: 'config', policy, detail: { config: facts.digest, ...detail } });
  }

  function recordKeys(change: string, keys: readonly KeyFacts[]): void {
    if (keys.length === 0) return;
    const detail = { change, count: keys.length, keys: keys.slice(0, MAX_NAMED) };
    void append({ type: 'key', detail });
  }

  function lookForExpired(keys: readonly KeySettings[]): void {
    const all = expiredKeys(keys, now());
    const fresh = all.filter(({ key }) => !expired.has(key));
    expired.clear();
    for (const { key } of all) expired.add(key);
    recordKeys('expired', fresh);
  }

  return {
    lookForExpired,
    started(first, version) {
      const { policyFiles, keys } = first.facts;
      void recordConfig(first, {
        change: 'start',
        version,
        policyFiles: policyFiles.slice(0, MAX_NAMED),
        keys: keys.length,
      });
      lookForExpired(keys);
    },
    reloaded(before, after) {
      const { policyFiles, keys } = after.facts;
      void recordConfig(after, {
        change: 'reload',
        before: before.facts.digest,
        policyBefore: before.policy,
        changed: changedParts(before.facts, after.facts).slice(0, MAX_NAMED),
        policyFiles: policyFiles.slice(0, MAX_NAMED),
      });
      const { added, removed, changed } = compareKeys(before.facts.keys, keys);
      recordKeys('added', added);
      recordKeys('removed', removed);
      recordKeys('changed', changed);
      lookForExpired(keys);
    },
    refused(current, error, message) {
      void recordConfig(current, {
        change: 'reload-failed',
        code: error.code,
        message: message.slice(0, MAX_MESSAGE),
      });
    },
    async stopped(last, cancelled) {
      lookForExpired(last.facts.keys);
      await recordConfig(last, { change: 'stop', cancelled });
    },
  };
}
