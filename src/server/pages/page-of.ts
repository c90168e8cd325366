import type { SignInPage } from '../../identity/server/page.ts';

/** One of the pages of the embedded authorization server. */
export type PageOf<Name extends SignInPage['page']> = Extract<SignInPage, { page: Name }>;
