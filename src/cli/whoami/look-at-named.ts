import type { App } from '../../app.ts';
import type { LoadedConfig } from '../../config/load.ts';
import type { Principal } from '../../identity/principal.ts';
import { toKeyName } from '../../identity/static-keys.ts';
import { rulesAbout } from './look-at-credential.ts';
import type { Report } from './report.ts';

/** A principal of the configuration, and which of its keys prove it. */
export function lookAtNamed(
  principal: Principal,
  { config }: LoadedConfig,
  app: Pick<App, 'policy'>,
): Report {
  const keys = config.identity.keys.filter((key) => key.principal === principal.subject);
  const names = keys.map(
    ({ hash, expires }) => `${toKeyName(hash)}${expires === undefined ? '' : ` (until ${expires})`}`,
  );
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
        ok: keys.length > 0,
        detail:
          keys.length > 0
            ? `keys of the configuration that prove it: ${names.join(', ')}`
            : `no key of \`identity.keys\` proves it: \`bailiwick keys create ${principal.subject}\` makes one`,
      },
    ],
    rules: rulesAbout(app.policy(), principal),
  };
}
