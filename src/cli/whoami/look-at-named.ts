import { randomBytes } from 'node:crypto';
import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import { createKeyDesk } from '../../identity/keys/key-desk.ts';
import { stateOf, type KeyRecord } from '../../identity/keys/key-record.ts';
import type { Principal } from '../../identity/principal.ts';
import { toKeyName } from '../../identity/static-keys.ts';
import { rulesAbout } from './look-at-credential.ts';
import type { Report } from './report.ts';

/** Keys that are named; of more it is said how many there are. */
const MAX_NAMES = 20;

/**
 * A principal of the configuration, and which keys prove it.
 *
 * @throws BailiwickError `STATE_UNAVAILABLE` where the store of virtual keys is away.
 */
export async function lookAtNamed(
  principal: Principal,
  { config }: LoadedConfig,
  app: Pick<App, 'policy' | 'store'>,
): Promise<Report> {
  const { subject } = principal;
  const written = config.identity.keys.filter((key) => key.principal === subject);
  const made = config.state.memory ? [] : await listMade(app.store, subject);
  const names = [
    ...written.map(({ hash, expires }) => `${toKeyName(hash)} of \`identity.keys\`${until(expires)}`),
    ...made.map(({ name, expiresAt }) => `${name}${until(expiresAt)}`),
  ];
  const create = `bailiwick keys create ${subject}${config.state.memory ? ' --static' : ''}`;
  return {
    known: true,
    principal,
    steps: [
      {
        name: 'principal',
        ok: true,
        detail: `\`identity.principals.${principal.subject}\` describes it`,
      },
      {
        name: 'keys',
        ok: names.length > 0,
        detail:
          names.length > 0
            ? `keys that prove it: ${toShown(names)}`
            : `no key proves it: \`${create}\` makes one`,
      },
    ],
    rules: rulesAbout(app.policy(), principal),
  };
}

/** The virtual keys of the store that speak for a principal of the configuration and are not over. */
async function listMade(store: App['store'], subject: string): Promise<KeyRecord[]> {
  const now = Date.now();
  const desk = createKeyDesk({ store, now: () => now, random: randomBytes });
  return (await desk.list()).filter(
    (record) =>
      record.issuer === 'config' && record.principal === subject && stateOf(record, now) === 'active',
  );
}

function until(end: string | number | undefined): string {
  return end === undefined ? '' : ` (until ${typeof end === 'string' ? end : new Date(end).toISOString()})`;
}

function toShown(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
