import { keyPrincipal } from '../../identity/keys/key-principal.ts';
import { stateOf, type KeyRecord } from '../../identity/keys/key-record.ts';
import { visible } from '../audit/safe-text.ts';
import { toLimitText } from './limit-option.ts';
import type { KeyRoom } from './with-keys.ts';

type Principals = KeyRoom['principals'];

/**
 * `rotated`: another has taken its place, and it counts until it expires. `orphaned`: the configuration does not name its
 * principal any more, so it opens nothing.
 */
export type ShownState = 'active' | 'rotated' | 'orphaned' | 'expired' | 'revoked';

/** What of a key is shown to a person or a program: what it may do now, in `--json` a part of the commands' promise. */
export function toKeyView(record: KeyRecord, principals: Principals, now: number) {
  const principal = keyPrincipal(record, principals);
  const { name, lineage, description, rotatedFrom, rotatedTo } = record;
  return {
    name,
    state: toShownState(record, principal !== undefined, now),
    principal: record.principal,
    issuer: record.issuer,
    scopes: principal?.scopes ?? record.scopes ?? [],
    groups: principal?.groups ?? record.groups ?? [],
    ...(principal?.team !== undefined && { team: principal.team }),
    ...(principal?.client !== undefined && { client: principal.client }),
    claims: principal?.claims ?? record.claims ?? {},
    limits: record.limits.map(toLimitText),
    ...(record.limits.length > 0 && { limitsCountAs: `key/${lineage}` }),
    ...(description !== undefined && { description }),
    createdAt: toText(record.createdAt),
    // oxlint-disable-next-line unicorn/no-null -- JSON: it does not expire
    expiresAt: record.expiresAt === undefined ? null : toText(record.expiresAt),
    ...(rotatedFrom !== undefined && { rotatedFrom }),
    ...(rotatedTo !== undefined && { rotatedTo }),
    ...(record.revokedAt !== undefined && { revokedAt: toText(record.revokedAt) }),
  };
}

export type KeyView = ReturnType<typeof toKeyView>;

/** One line for each thing there is to say of a key. */
export function describeKey(view: KeyView): string {
  const rights = [
    ['scopes', view.scopes.join(' ') || 'none'],
    ['groups', view.groups.join(', ') || undefined],
    ['team', view.team],
    ['client', view.client],
    ['claims', Object.keys(view.claims).length > 0 ? JSON.stringify(view.claims) : undefined],
  ];
  const lines = [
    ['name', view.name],
    ['state', view.state],
    [
      'speaks for',
      `${view.principal}${view.issuer === 'config' ? ', as identity.principals has it' : ', a principal of its own'}`,
    ],
    ...rights,
    ['limits', view.limits.join(', ') || undefined],
    ['count as', view.limitsCountAs],
    ['description', view.description],
    ['created', view.createdAt],
    ['expires', view.expiresAt ?? 'never'],
    ['rotated from', view.rotatedFrom],
    ['rotated to', view.rotatedTo],
    ['revoked', view.revokedAt],
  ];
  return lines
    .flatMap(([label = '', text]) => (text === undefined ? [] : [`${label.padEnd(12)}  ${visible(text)}`]))
    .join('\n');
}

function toShownState(record: KeyRecord, hasPrincipal: boolean, now: number): ShownState {
  const state = stateOf(record, now);
  if (state !== 'active') return state;
  if (!hasPrincipal) return 'orphaned';
  return record.rotatedTo === undefined ? 'active' : 'rotated';
}

function toText(time: number): string {
  return new Date(time).toISOString();
}
