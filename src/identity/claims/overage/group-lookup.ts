import { BailiwickError, messageOf } from '../../../errors.ts';
import { createGate } from '../../bounds/gate.ts';
import { createIssuerClient, type IssuerClient } from '../../issuers/issuer-client.ts';
import type { IssuerSettings } from '../../issuers/settings.ts';
import { tooMany, unavailable } from '../../unavailable.ts';
import { askDirectory } from './ask-directory.ts';
import { createDirectoryToken } from './directory-token.ts';
import type { GroupsOverageSettings } from './settings.ts';

/** Finds the groups that tokens do not list. */
export interface GroupLookup {
  /**
   * @param id the caller's, in the directory of its issuer
   * @throws BailiwickError `UNAUTHENTICATED` with the fault `claims` where the directory knows no such caller; `IDENTITY_UNAVAILABLE`
   *   where it does not answer
   */
  find(issuer: IssuerSettings, id: string, now: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Who shows another token within this time has the groups that were found for the one before. */
const FRESH_MS = 300_000;
/** For as long, nobody asks again for what could not be found out. */
const FAILURE_MS = 2_000;
const MAX_CALLERS = 10_000;
const RUNNING = 8;
const WAITING = 200;

/** Asks once for all tokens of a caller that come at the same time. */
export function createGroupLookup(
  options: { readonly client?: IssuerClient; readonly maxCallers?: number } = {},
): GroupLookup {
  const { client = createIssuerClient(), maxCallers = MAX_CALLERS } = options;
  // With other settings another directory is asked, and the answers of the one before are gone.
  const directories = new WeakMap<GroupsOverageSettings, ReturnType<typeof createDirectory>>();
  return {
    async find(issuer, id, now) {
      const { groupsOverage } = issuer;
      if (!groupsOverage) throw new TypeError('no directory is configured');
      const directory =
        directories.get(groupsOverage) ?? createDirectory(issuer.issuer, groupsOverage, client, maxCallers);
      directories.set(groupsOverage, directory);
      return directory(id, now);
    },
    close: () => client.close(),
  };
}

interface Answer {
  readonly groups: Promise<readonly string[]>;
  until: number;
}

function createDirectory(
  issuer: string,
  settings: GroupsOverageSettings,
  client: IssuerClient,
  maxCallers: number,
): (id: string, now: number) => Promise<readonly string[]> {
  const { clientId, clientSecret, scope = `${new URL(settings.url).origin}/.default` } = settings;
  const url = tokenUrlOf(issuer, settings);
  const token =
    url === undefined ? undefined : createDirectoryToken({ url, clientId, clientSecret, scope }, client);
  const gate = createGate({ running: RUNNING, waiting: WAITING });
  const answers = new Map<string, Answer>();

  const ask = async (id: string, now: number): Promise<readonly string[]> => {
    if (!token)
      throw unavailable('groupsOverage.tokenUrl is not set, and the issuer names no tenant of Entra ID');
    const work = gate.run(() => askDirectory(settings, id, { client, token, now }));
    if (!work) throw tooMany('too many callers wait for their groups');
    try {
      return await work;
    } catch (error) {
      if (error instanceof BailiwickError) throw error;
      throw unavailable(`the groups of a caller cannot be found out (groupsOverage): ${messageOf(error)}`);
    }
  };

  return (id, now) => {
    const known = answers.get(id);
    if (known && now < known.until) return known.groups;
    const groups = ask(id, now);
    const answer: Answer = { groups, until: now + FRESH_MS };
    groups.catch(() => {
      answer.until = now + FAILURE_MS;
    });
    answers.delete(id);
    answers.set(id, answer);
    const oldest = answers.size > maxCallers ? answers.keys().next().value : undefined;
    if (oldest !== undefined) answers.delete(oldest);
    return groups;
  };
}

/** The public cloud and that of the government, both versions of tokens. */
const TENANT = /^https:\/\/(?:sts\.windows\.net|(login\.microsoftonline\.(?:com|us)))\/([\w.-]+)(?:\/|$)/;

/** Where the token for the directory comes from: what is configured, or the endpoint of the tenant that an issuer of Entra ID names. */
export function tokenUrlOf(issuer: string, { tokenUrl }: GroupsOverageSettings): string | undefined {
  if (tokenUrl !== undefined) return tokenUrl;
  const [, host = 'login.microsoftonline.com', tenant] = TENANT.exec(issuer) ?? [];
  return tenant === undefined ? undefined : `https://${host}/${tenant}/oauth2/v2.0/token`;
}
