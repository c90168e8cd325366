import type { SignInPage } from '../../identity/server/page.ts';
import { choosePage } from './choose-page.ts';
import { consentPage } from './consent-page.ts';
import { formHeaders, PAGE_HEADERS, renderPage } from './frame.ts';
import { keyPage } from './key-page.ts';
import { problemPage } from './problem-page.ts';

/** An answer to a browser. */
export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The pages of the embedded authorization server. */
export function renderSignIn(page: SignInPage): RenderedPage {
  switch (page.page) {
    case 'choose':
      return { status: 200, headers: PAGE_HEADERS, body: renderPage(choosePage(page)) };
    case 'key': {
      const status = page.problem === undefined ? 200 : page.problem === 'too-many' ? 429 : 400;
      return { status, headers: formHeaders(), body: renderPage(keyPage(page)) };
    }
    case 'consent':
      return {
        status: 200,
        headers: formHeaders([page.formTarget]),
        body: renderPage(consentPage(page)),
      };
    case 'problem':
      return { status: page.status, headers: PAGE_HEADERS, body: renderPage(problemPage(page)) };
  }
}
