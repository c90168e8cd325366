/** A program that wants to be let in, as far as it is known. Every text is its own and may say anything. */
export interface ClientFacts {
  readonly id: string;
  /** What it calls itself; absent where it does not. */
  readonly name?: string;
  /** Who says so: the configuration, a document at the host in `id`, or only the program itself. */
  readonly origin: 'configured' | 'document' | 'registered';
  /** Where the browser is sent in the end: `claude.ai`, `127.0.0.1:53211`, `cursor:`. */
  readonly redirectHost: string;
  /** True where that is a program of the machine at which the person sits. */
  readonly isOnThisMachine: boolean;
}

/** A form's parts that are the same on every page. */
interface Form {
  /** Path that it is sent to. */
  readonly action: string;
  /** Sent along in the field `csrf`. */
  readonly csrf: string;
}

/** What a browser is shown next. */
export type SignInPage =
  | {
      readonly page: 'choose';
      readonly client: ClientFacts;
      readonly keyUrl: string;
      readonly provider: { readonly name: string; readonly url: string };
    }
  /** Field `key`. `problem` says what was wrong with the last one. */
  | ({
      readonly page: 'key';
      readonly client: ClientFacts;
      readonly problem?: 'not-valid' | 'too-many';
      /** Where to sign in otherwise. */
      readonly otherUrl?: string;
    } & Form)
  /** Field `decision` is `allow` or `deny`; `other` signs in as somebody else. */
  | ({
      readonly page: 'consent';
      readonly client: ClientFacts;
      readonly person: { readonly subject: string; readonly name?: string; readonly issuer: string };
      readonly scopes: readonly { readonly name: string; readonly description?: string }[];
      /** What was asked for and this person cannot give. */
      readonly withheld: readonly string[];
      /** Where the answer leads: an origin or a scheme, as `form-action` of a content security policy takes it. */
      readonly formTarget: string;
    } & Form)
  | { readonly page: 'problem'; readonly status: number; readonly problem: string };

/** For who may go on in a minute. */
export const TOO_MANY: SignInPage & { readonly page: 'problem' } = {
  page: 'problem',
  status: 429,
  problem: 'Too many people sign in at this moment. Wait a minute, then connect again.',
};

/** What to answer a browser. `location` is where it goes next. */
export type SignInAnswer = SignInPage | { readonly page: 'redirect'; readonly location: string };
