import type { Json } from '../../../catalog/json.ts';
import { isJsonObject } from '../../is-json-object.ts';
import type { IssuerAnswer, IssuerClient } from '../../issuers/issuer-client.ts';
import { parseStrictObject } from '../../issuers/strict-json.ts';
import { unauthenticated } from '../../unauthenticated.ts';
import { MAX_TEXTS, quote } from '../read-texts.ts';
import type { DirectoryToken } from './directory-token.ts';
import type { GroupsOverageSettings } from './settings.ts';

/** As many pages of one caller's groups are read. */
const MAX_PAGES = 40;

/**
 * The groups of one caller: ids, as its token would list them.
 *
 * @throws BailiwickError `UNAUTHENTICATED` where the directory does not know the caller, or it is in more groups than anybody may be
 * @throws Error that says why the directory did not tell
 */
export async function askDirectory(
  settings: GroupsOverageSettings,
  id: string,
  world: {
    readonly client: Pick<IssuerClient, 'request'>;
    readonly token: DirectoryToken;
    readonly now: number;
  },
): Promise<readonly string[]> {
  const first = settings.url.replace(/\{id\}|%7Bid%7D/gi, () => encodeURIComponent(id));
  const groups: string[] = [];
  let url: string | undefined = first;
  for (let page = 0; url !== undefined; page += 1) {
    if (page === MAX_PAGES) throw new Error(`${hostOf(url)} has more than ${MAX_PAGES} pages`);
    const answer = await ask(url, settings, world);
    if (answer.status === 404) {
      throw unauthenticated('claims', `the directory ${hostOf(url)} does not know the caller ${quote(id)}`);
    }
    if (answer.status !== 200) throw new Error(`${hostOf(url)} answered ${answer.status}`);
    const { ids, next } = readPage(answer.text, url);
    groups.push(...ids);
    if (groups.length > MAX_TEXTS) {
      throw unauthenticated(
        'claims',
        `the caller ${quote(id)} is in more than ${MAX_TEXTS} groups, which is the limit`,
      );
    }
    url = next;
  }
  return groups;
}

/** Once more with a new token where the first one is not taken any more. */
async function ask(
  url: string,
  settings: GroupsOverageSettings,
  { client, token, now }: Parameters<typeof askDirectory>[2],
): Promise<IssuerAnswer> {
  const send = async (): Promise<{ readonly answer: IssuerAnswer; readonly shown: string }> => {
    const shown = await token.get(now);
    const authorization = `Bearer ${shown}`;
    const isPost = /\/getMember(Objects|Groups)$/i.test(new URL(url).pathname);
    const answer = await client.request(
      isPost
        ? {
            url,
            method: 'POST',
            headers: { authorization, 'content-type': 'application/json' },
            body: JSON.stringify({ securityEnabledOnly: settings.securityGroupsOnly }),
          }
        : { url, headers: { authorization } },
    );
    return { answer, shown };
  };
  const first = await send();
  if (first.answer.status !== 401) return first.answer;
  token.drop(first.shown);
  return (await send()).answer;
}

/** `value` is a list of ids, or of objects with an `id`. */
function readPage(
  text: string,
  url: string,
): { readonly ids: readonly string[]; readonly next: string | undefined } {
  const page = parseStrictObject(text);
  const value = typeof page === 'string' ? undefined : page['value'];
  if (typeof page === 'string' || !Array.isArray(value)) {
    throw new Error(`${hostOf(url)} answered something that is no list of groups`);
  }
  const next = page['@odata.nextLink'];
  if (next === undefined || next === null)
    return { ids: value.map((item) => idOf(item, url)), next: undefined };
  // The token goes along: to the host that configuration names and to no other.
  if (typeof next !== 'string' || !URL.canParse(next) || new URL(next).origin !== new URL(url).origin) {
    throw new Error(`${hostOf(url)} answered with a next page that is not there`);
  }
  return { ids: value.map((item) => idOf(item, url)), next };
}

function idOf(item: Json, url: string): string {
  const id = isJsonObject(item) ? item['id'] : item;
  if (typeof id === 'string' && /^[\x21-\x7E]{1,256}$/.test(id)) return id;
  throw new Error(`${hostOf(url)} answered with a group that has no id`);
}

function hostOf(url: string): string {
  return new URL(url).host;
}
