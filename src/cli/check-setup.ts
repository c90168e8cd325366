import type { HttpBinding } from '../catalog/binding.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Tool } from '../catalog/tool.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Cost } from '../gateway/ledger/ledger.ts';
import { createPriceList } from '../gateway/price.ts';
import { suggest } from '../text/suggest.ts';
import { configuredPrincipal } from '../identity/configured-principal.ts';
import { localPrincipal } from '../identity/local.ts';
import type { Principal } from '../identity/principal.ts';
import type { PolicySet } from '../policy/policy-set.ts';
import type { Problem } from '../policy/problem.ts';
import { view } from '../policy/view.ts';
import type { Path } from '../text/pointer.ts';
import { findLimitsOfNobody, findLimitsWithoutUse } from './check-limits.ts';
import { findIdlePrices } from './check-prices.ts';
import { chooseBase, type PinnedServers } from '../upstream/http/base-url.ts';

/** Everything a configuration makes, together. */
export interface Setup {
  readonly config: LoadedConfig['config'];
  readonly catalog: Catalog;
  readonly policy: PolicySet;
  /** True where a source is missing from the catalog: what it would offer is unknown. */
  readonly isIncomplete: boolean;
  /** Where a setting stands. */
  readonly placeOf: (path: Path) => Omit<Problem, 'message'>;
}

/** What is wrong with a setup whose parts are all right, each by itself: with it, calls cannot work. */
export function findSetupProblems({ config, catalog, placeOf }: Setup): Problem[] {
  return httpSources(config, catalog).flatMap(({ source, pinned, bindings }) => {
    const uncallable = bindings.filter(
      (binding) => !isServedElsewhere(binding) && !hasBase(source, pinned, binding),
    );
    if (uncallable.length === 0) return [];
    const which =
      uncallable.length === bindings.length
        ? 'every call would fail'
        : `${uncallable.length} of ${bindings.length} tools would fail`;
    return [
      {
        ...placeOf(['sources', source]),
        message: `sources.${source}: ${which}, because the document names no server that can be called; set sources.${source}.url`,
      },
    ];
  });
}

/** What is probably not meant, but may be. */
export function findSetupWarnings(setup: Setup): Problem[] {
  return [
    ...findMissingCredentials(setup),
    ...findForeignServers(setup),
    ...findPolicyGaps(setup),
    ...(hasUnknownCallers(setup) ? [] : findLimitsOfNobody(setup.policy, principalsOf(setup.config))),
    ...(setup.isIncomplete ? [] : findLimitsWithoutUse(setup.policy, setup.catalog.tools, boundOf(setup))),
    ...(setup.isIncomplete ? [] : findIdlePrices(setup)),
    ...(setup.policy.rules.length > 0
      ? [...(hasUnknownCallers(setup) ? [] : findScopesOfNobody(setup)), ...findIdleScopes(setup)]
      : []),
  ];
}

/** Issuers vouch for people whom the configuration does not know: what they hold is in their tokens. */
export function hasUnknownCallers({ config: { identity } }: Pick<Setup, 'config'>): boolean {
  return identity.issuers.length > 0 || identity.server !== undefined;
}

/** The most that a call of a tool can cost, by the prices of its source. */
function boundOf({ config }: Setup): (tool: Tool) => Cost | undefined {
  const lists = new Map(
    Object.entries(config.sources).map(([source, settings]) => [source, createPriceList(settings)]),
  );
  return (tool) => lists.get(tool.source)?.(tool)?.bound;
}

function findMissingCredentials({ config, catalog, placeOf }: Setup): Problem[] {
  return httpSources(config, catalog).flatMap(({ source, bindings, credentials }) => {
    const lacking = bindings.filter(
      ({ security }) =>
        security.length > 0 &&
        !security.some((alternative) => alternative.every(({ name }) => Object.hasOwn(credentials, name))),
    );
    if (lacking.length === 0) return [];
    const schemes = new Set(lacking.flatMap(({ security }) => security.flat().map(({ name }) => name)));
    return [
      {
        ...placeOf(['sources', source]),
        message: `sources.${source}: ${lacking.length} of ${bindings.length} tools ask for credentials that are not configured, so their requests go out without; security schemes of the document: ${[...schemes].join(', ')}`,
      },
    ];
  });
}

/** Servers that single operations name on hosts of their own, and configuration does not. */
function findForeignServers({ config, catalog, placeOf }: Setup): Problem[] {
  return httpSources(config, catalog).flatMap(({ source, pinned, bindings }) => {
    const closed = bindings.filter(
      (binding) => isServedElsewhere(binding) && !hasBase(source, pinned, binding),
    );
    if (closed.length === 0) return [];
    const servers = new Set(closed.flatMap(({ server }) => server ?? []));
    return [
      {
        ...placeOf(['sources', source]),
        message: `sources.${source}: ${closed.length} of ${bindings.length} tools cannot be called, because their operations name another host than the document; to allow it, add to sources.${source}.servers: ${[...servers].join(', ')}`,
      },
    ];
  });
}

function isServedElsewhere({ ownServer }: HttpBinding): boolean {
  return ownServer === 'elsewhere';
}

function findPolicyGaps({ config, catalog, policy, isIncomplete, placeOf }: Setup): Problem[] {
  if (policy.rules.length === 0) {
    const where = [config.policies].flat().join(', ');
    return [{ ...placeOf(['policies']), message: `there is no policy in ${where}, so every call is denied` }];
  }
  const isEmpty = catalog.tools.length + catalog.resources.length + catalog.prompts.length === 0;
  // Where no rule permits, that is reported as a problem of the policies.
  if (
    hasUnknownCallers({ config }) ||
    isIncomplete ||
    isEmpty ||
    !policy.rules.some(({ effect }) => effect === 'permit')
  )
    return [];
  const principals = principalsOf(config);
  if (principals.some((principal) => seesSomething(policy, catalog, principal))) return [];
  const names = principals.map(({ subject }) => subject).join(', ') || 'nobody';
  return [
    {
      ...placeOf(['identity']),
      message: `no rule permits anything to anybody who is configured (${names}), so every call is denied; give them scopes that a policy names`,
    },
  ];
}

function seesSomething(policy: PolicySet, catalog: Catalog, principal: Principal): boolean {
  const { tools, resources, templates, prompts } = view(policy, catalog, principal);
  return tools.length + resources.length + templates.length + prompts.length > 0;
}

/** Scopes that a policy names and that nobody holds. */
function findScopesOfNobody({ config, policy }: Setup): Problem[] {
  const held = new Set(principalsOf(config).flatMap(({ scopes }) => scopes));
  return policy.rules.flatMap((rule) =>
    (rule.who?.scopes ?? []).flatMap((scope, index) =>
      held.has(scope)
        ? []
        : [
            {
              ...rule.positionOf(['who', 'scopes', index]),
              message: `${rule.id}: nobody who is configured holds the scope \`${scope}\`${butHeld(scope, held)}`,
            },
          ],
    ),
  );
}

/** Scopes that somebody holds and that no policy names. */
function findIdleScopes({ config, policy, placeOf }: Setup): Problem[] {
  const named = new Set(policy.rules.flatMap(({ who }) => who?.scopes ?? []));
  const { local, principals } = config.identity;
  const holders: [Path, readonly string[]][] = [
    [['identity', 'local'], local === false ? [] : local.scopes],
    ...Object.entries(principals).map(([name, { scopes }]): [Path, readonly string[]] => [
      ['identity', 'principals', name],
      scopes,
    ]),
  ];
  return holders.flatMap(([path, scopes]) =>
    scopes.flatMap((scope, index) =>
      named.has(scope)
        ? []
        : [
            {
              ...placeOf([...path, 'scopes', index]),
              message: `${path.join('.')}: no policy names the scope \`${scope}\`, so it opens nothing${didYouMean(scope, named)}`,
            },
          ],
    ),
  );
}

function didYouMean(scope: string, known: ReadonlySet<string>): string {
  const meant = suggest(scope, [...known]);
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}

function butHeld(scope: string, held: ReadonlySet<string>): string {
  const near = suggest(scope, [...held]);
  return near === undefined ? '' : `; somebody holds \`${near}\``;
}

export function principalsOf({ identity }: LoadedConfig['config']): Principal[] {
  const { local, principals } = identity;
  return [
    ...(local === false ? [] : [localPrincipal(local)]),
    ...Object.entries(principals).map(([name, settings]) => configuredPrincipal(name, settings)),
  ];
}

interface HttpSource {
  readonly source: string;
  readonly pinned: PinnedServers;
  readonly credentials: object;
  readonly bindings: readonly HttpBinding[];
}

function httpSources({ sources }: LoadedConfig['config'], { tools }: Catalog): HttpSource[] {
  return Object.entries(sources).flatMap(([source, settings]) => {
    if (!('openapi' in settings)) return [];
    const bindings = tools.flatMap((tool) =>
      tool.source === source && tool.binding.kind === 'http' ? [tool.binding] : [],
    );
    const pinned = { url: settings.url, servers: settings.servers ?? [] };
    return [{ source, pinned, credentials: settings.credentials ?? {}, bindings }];
  });
}

function hasBase(source: string, pinned: PinnedServers, binding: HttpBinding): boolean {
  try {
    chooseBase(source, pinned, binding);
    return true;
  } catch {
    return false;
  }
}
