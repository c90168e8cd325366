import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { default as Provider, Interaction } from 'oidc-provider';
import type { Json } from '../../catalog/json.ts';
import { faultOf } from '../unauthenticated.ts';
import type { NoteAuthorization } from './events.ts';
import { toClientFacts } from './client-facts.ts';
import type { Limits } from './limits.ts';
import type { LoginProvider } from './login-provider.ts';
import { TOO_MANY, type ClientFacts, type SignInAnswer } from './page.ts';
import { askedScopes, BASE_SCOPE, divideScopes, scopesOf } from './scopes.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import { readKey, type KeyCheck, type SignIn, type SignIns, type Standing } from './sign-ins.ts';
import { keyOf, prolongClient, type ShelfWorld } from './store-adapter.ts';

/** Fields of a form as they were sent. */
export type Form = Readonly<Record<string, unknown>>;

/** A browser on its way from the authorization request to the answer to it. Paths are below `/oauth/sign-in/<id>`. */
export interface Conversation {
  /** GET ``: what is next. */
  show(exchange: Exchange): Promise<SignInAnswer>;
  /** GET `/key`: the form for a key. */
  showKeyForm(exchange: Exchange): Promise<SignInAnswer>;
  /** POST `/key` */
  takeKey(exchange: Exchange, form: Form): Promise<SignInAnswer>;
  /** GET `/provider`: leads to the OpenID provider. */
  leave(exchange: Exchange): Promise<SignInAnswer>;
  /** GET `/oauth/login/callback`: back from the OpenID provider. */
  comeBack(exchange: Omit<Exchange, 'id'>, query: URLSearchParams): Promise<SignInAnswer>;
  /** POST `/consent` */
  decide(exchange: Exchange, form: Form): Promise<SignInAnswer>;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  readonly address: string | undefined;
}

/** What is kept of a conversation, sealed, until it ends. */
interface Kept {
  readonly csrf: string;
  readonly signIn?: SignIn;
}

/** An interaction whose browser it is, and who wants to be let in. */
interface Open {
  readonly interaction: Interaction;
  readonly client: ClientFacts;
  readonly redirectUri: string;
  readonly kept: Kept;
}

export interface ConversationParts {
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly settings: AuthorizationServerSettings;
  readonly world: ShelfWorld;
  readonly signIns: SignIns;
  readonly keys: KeyCheck;
  readonly limits: Limits;
  readonly loginProvider: LoginProvider | undefined;
  readonly note: NoteAuthorization;
}

const OVER: SignInAnswer = {
  page: 'problem',
  status: 400,
  problem: 'This sign-in is over, or was begun in another browser.',
};
const FORGED: SignInAnswer = {
  page: 'problem',
  status: 403,
  problem: 'This form was not sent from its page.',
};

const MODEL = 'conversation';

export function createConversation(parts: ConversationParts): Conversation {
  const { provider, baseUrl, settings, world, signIns, keys, limits, loginProvider, note } = parts;
  const pathOf = (id: string, step = ''): string =>
    `${new URL(baseUrl).pathname.replace(/\/$/, '')}/oauth/sign-in/${id}${step}`;

  /** Only the browser that began it has the cookie by which it is found. */
  async function open({ request, response, id }: Exchange): Promise<Open | undefined> {
    const interaction = await provider.interactionDetails(request, response).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'SessionNotFound') return undefined;
      throw error;
    });
    return interaction?.uid === id ? describe(interaction) : undefined;
  }

  async function describe(interaction: Interaction): Promise<Open | undefined> {
    const { client_id: clientId, redirect_uri: redirectUri } = interaction.params;
    if (typeof clientId !== 'string' || typeof redirectUri !== 'string') return undefined;
    const client = await provider.Client.find(clientId);
    if (!client) return undefined;
    const kept = await keep(interaction);
    return { interaction, client: toClientFacts(client, redirectUri, settings), redirectUri, kept };
  }

  async function keep(interaction: Interaction, signIn?: SignIn): Promise<Kept> {
    const key = keyOf(MODEL, interaction.uid);
    const now = world.now();
    const stored = (await world.sealed.get(key, now))?.value as unknown as Kept | undefined;
    if (stored && !signIn) return stored;
    const next: Kept = {
      csrf: stored?.csrf ?? randomBytes(24).toString('base64url'),
      ...(signIn && { signIn }),
    };
    await world.sealed.put(key, next as unknown as Json, { now, expiresAt: interaction.exp * 1000 });
    return next;
  }

  const keyForm = (one: Open, problem?: 'not-valid' | 'too-many'): SignInAnswer => ({
    page: 'key',
    client: one.client,
    action: pathOf(one.interaction.uid, '/key'),
    csrf: one.kept.csrf,
    ...(problem && { problem }),
    ...(loginProvider && { otherUrl: pathOf(one.interaction.uid, '/provider') }),
  });

  const login = (one: Open): SignInAnswer => {
    const { uid } = one.interaction;
    if (!loginProvider) return keyForm(one);
    if (!settings.login.keys) return { page: 'redirect', location: pathOf(uid, '/provider') };
    return {
      page: 'choose',
      client: one.client,
      keyUrl: pathOf(uid, '/key'),
      provider: { name: loginProvider.name, url: pathOf(uid, '/provider') },
    };
  };

  const consent = (one: Open, signIn: SignIn, { principal }: Standing): SignInAnswer => {
    const { given, withheld } = divide(one, signIn, principal);
    const name = principal.claims['name'] ?? principal.claims['email'];
    const { protocol, origin } = new URL(one.redirectUri);
    return {
      page: 'consent',
      client: one.client,
      person: {
        subject: principal.subject,
        issuer: principal.issuer,
        ...(typeof name === 'string' && { name }),
      },
      scopes: given.map((scope) => {
        const description = settings.scopes[scope]?.description;
        return { name: scope, ...(description !== undefined && { description }) };
      }),
      withheld,
      formTarget: origin === 'null' ? protocol : origin,
      action: pathOf(one.interaction.uid, '/consent'),
      csrf: one.kept.csrf,
    };
  };

  const divide = (one: Open, signIn: SignIn, principal: Standing['principal']) =>
    divideScopes(askedScopes(one.interaction.params['scope']), scopesOf(settings, principal, signIn.login));

  async function proceed(one: Open): Promise<SignInAnswer> {
    const { signIn } = one.kept;
    const standing = signIn && (await signIns.standing(signIn));
    return signIn && standing ? consent(one, signIn, standing) : login(one);
  }

  /** The answer goes by the browser of the person, who is told of it by the program. */
  async function finish(one: Open, exchange: Exchange, result: object): Promise<SignInAnswer> {
    const location = await provider.interactionResult(exchange.request, exchange.response, result as never, {
      mergeWithLastSubmission: false,
    });
    await world.sealed.take(keyOf(MODEL, one.interaction.uid), world.now());
    return { page: 'redirect', location };
  }

  async function allow(one: Open, signIn: SignIn, given: readonly string[]): Promise<object> {
    const { interaction, client } = one;
    const wantsOffline = String(interaction.params['scope']).split(' ').includes('offline_access');
    const accountId = await signIns.keep(signIn, settings.signInDays);
    if (client.origin === 'registered') {
      await prolongClient(world, client.id, world.now() + (settings.signInDays + 1) * 86_400_000);
    }
    const grant = new provider.Grant({ accountId, clientId: client.id });
    for (const resource of [interaction.params['resource']].flat()) {
      if (typeof resource === 'string') grant.addResourceScope(resource, [BASE_SCOPE, ...given].join(' '));
    }
    if (wantsOffline) grant.addOIDCScope('offline_access');
    const grantId = await grant.save();
    interaction.params['scope'] = [BASE_SCOPE, ...given, ...(wantsOffline ? ['offline_access'] : [])].join(
      ' ',
    );
    await interaction.save(Math.max(1, interaction.exp - Math.floor(Date.now() / 1000)));
    return { login: { accountId, remember: false }, consent: { grantId } };
  }

  return {
    async show(exchange) {
      const one = await open(exchange);
      return one ? proceed(one) : OVER;
    },
    async showKeyForm(exchange) {
      const one = await open(exchange);
      if (!one) return OVER;
      return settings.login.keys ? keyForm(one) : login(one);
    },
    async takeKey(exchange, form) {
      const one = await open(exchange);
      if (!one || !settings.login.keys) return OVER;
      if (!isSame(form['csrf'], one.kept.csrf)) return FORGED;
      const { uid } = one.interaction;
      if (!limits.keys.isOpen(uid)) return keyForm(one, 'too-many');
      const key = readKey(form['key']);
      try {
        if (key === undefined) throw new Error('it has not the form of a key');
        await keys.verify(key);
      } catch (error) {
        if (key !== undefined && faultOf(error) === undefined) throw error;
        limits.keys.note(uid);
        note({ what: 'login refused', client: one.client.id, ip: exchange.address });
        return keyForm(one, 'not-valid');
      }
      await keep(one.interaction, { login: 'key', key, at: world.now() });
      return { page: 'redirect', location: pathOf(uid) };
    },
    async leave(exchange) {
      const one = await open(exchange);
      if (!one || !loginProvider) return OVER;
      const from = exchange.address ?? '';
      if (!limits.starts.isOpen(from)) return TOO_MANY;
      limits.starts.note(from);
      return loginProvider.begin(exchange.response, one.interaction);
    },
    async comeBack({ request, address }, query) {
      if (!loginProvider) return OVER;
      const end = await loginProvider.end(request, query);
      const interaction = end && (await provider.Interaction.find(end.interaction));
      if (!end || !interaction) return OVER;
      if ('problem' in end) {
        note({ what: 'login refused', client: String(interaction.params['client_id']), ip: address });
        return { page: 'problem', status: 403, problem: end.problem };
      }
      await keep(interaction, end.signIn);
      return { page: 'redirect', location: pathOf(interaction.uid) };
    },
    async decide(exchange, form) {
      const one = await open(exchange);
      if (!one) return OVER;
      if (!isSame(form['csrf'], one.kept.csrf)) return FORGED;
      const { signIn } = one.kept;
      const standing = signIn && (await signIns.standing(signIn));
      if (!signIn || !standing) return login(one);
      const about = { client: one.client.id, ip: exchange.address, principal: standing.principal };
      if (form['decision'] === 'other') {
        await world.sealed.take(keyOf(MODEL, one.interaction.uid), world.now());
        return { page: 'redirect', location: pathOf(one.interaction.uid) };
      }
      if (form['decision'] !== 'allow') {
        note({ what: 'consent refused', ...about });
        return finish(one, exchange, {
          error: 'access_denied',
          error_description: 'the person did not agree',
        });
      }
      const { given } = divide(one, signIn, standing.principal);
      const result = await allow(one, signIn, given);
      note({ what: 'consent', scopes: given, ...about });
      return finish(one, exchange, result);
    },
  };
}

function isSame(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false;
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
