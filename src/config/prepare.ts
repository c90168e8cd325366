import { createArgumentRecorder } from '../audit/mask/record-arguments.ts';
import type { Via } from '../audit/record.ts';
import { checkSinks } from '../audit/sinks/create-sink.ts';
import { toBailiwickError, type BailiwickError } from '../errors.ts';
import { compileCatalogs, type VirtualCatalog } from '../gateway/catalogs/virtual-catalog.ts';
import { openReview, type Review } from '../gateway/hold-back.ts';
import { compileListing } from '../gateway/listing/rules.ts';
import { createPriceList } from '../gateway/price.ts';
import type { SnapshotSettings } from '../gateway/snapshot.ts';
import type { SourcePlan } from '../gateway/source-pool.ts';
import { checkIdentity } from '../identity/open-identity.ts';
import { loadPolicies } from '../policy/load.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import { questionsOf } from '../upstream/mcp/question-settings.ts';
import type { LoadedConfig } from './load.ts';
import { openHintBook } from './open-hint-book.ts';
import { planSource, type PlanOptions } from './plan-source.ts';

/** A configuration made ready to be put in force: everything that can be wrong with it has been found. */
export interface Prepared {
  readonly loaded: LoadedConfig;
  readonly policy: PolicySet;
  /** Policies that are only compared with those in force. */
  readonly shadow: PolicySet | undefined;
  /** Why {@link shadow} are not those of the configuration, but those from before. */
  readonly shadowFault?: BailiwickError;
  /** Virtual catalogs by name. */
  readonly catalogs: ReadonlyMap<string, VirtualCatalog>;
  readonly review: Review;
  readonly hints: ReturnType<typeof openHintBook>;
  readonly plans: ReadonlyMap<string, SourcePlan>;
  readonly settings: SnapshotSettings;
  readonly unusable: { source: string; error: BailiwickError }[];
}

export interface PrepareOptions extends Omit<PlanOptions, 'loaded'> {
  readonly face: Via['face'];
  /** Plan these sources only; absent: all. */
  readonly only?: readonly string[];
}

/**
 * Makes a configuration ready.
 *
 * @param before the one that it takes the place of
 * @throws BailiwickError `CONFIGURATION`
 */
export function prepare(loaded: LoadedConfig, options: PrepareOptions, before?: Prepared): Prepared {
  const { identity, sources, audit, results, server } = loaded.config;
  checkSinks(audit.sinks, options.face);
  checkIdentity(identity);
  const plans = new Map<string, SourcePlan>();
  const unusable: Prepared['unusable'] = [];
  for (const [source, settings] of Object.entries(sources)) {
    if (options.only && !options.only.includes(source)) continue;
    try {
      plans.set(source, planSource(source, settings, { ...options, loaded }));
    } catch (error) {
      unusable.push({ source, error: toBailiwickError(error) });
    }
  }
  return {
    loaded,
    policy: loadPolicies(loaded.policyFiles),
    ...prepareShadow(loaded, before),
    catalogs: compileCatalogs(loaded.config.catalogs),
    review: openReview(loaded.lock, loaded.secrets, before?.review),
    hints: openHintBook(loaded, before?.hints),
    plans,
    settings: {
      maxResultBytes: results.maxBytes,
      pageSize: server.pageSize,
      listing: compileListing(loaded.config.listing, loaded.config.catalogs),
      recordArguments: createArgumentRecorder(audit, loaded.secrets, (error) => {
        options.logger.error(
          { err: error },
          'arguments of a call could not be masked; its record leaves them out',
        );
      }),
      prices: new Map(
        Object.entries(sources).map(([source, settings]) => [source, createPriceList(settings)]),
      ),
      questions: questionsOf(sources),
    },
    unusable,
  };
}

/**
 * What is wrong with shadow policies keeps a server from starting, but never from taking up other policies: those that were there stay.
 *
 * @throws BailiwickError `CONFIGURATION` at the start
 */
function prepareShadow(
  { config, shadowFiles }: LoadedConfig,
  before: Prepared | undefined,
): Pick<Prepared, 'shadow' | 'shadowFault'> {
  if (config.shadow === undefined) return { shadow: undefined };
  try {
    return { shadow: loadPolicies(shadowFiles) };
  } catch (error) {
    if (before === undefined) throw error;
    return { shadow: before.shadow, shadowFault: toBailiwickError(error) };
  }
}
