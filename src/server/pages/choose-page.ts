import type { PageOf } from './page-of.ts';
import { clientRows, nameOf } from './client-facts.ts';
import type { Page } from './frame.ts';
import { html } from './html.ts';

/** Asks how somebody wants to sign in. */
export function choosePage({ client, keyUrl, provider }: PageOf<'choose'>): Page {
  return {
    title: 'Sign in',
    body: html`<p><strong>${nameOf(client)}</strong> wants to use the tools of this server for you.</p>
      <dl>${clientRows(client)}</dl>
      <p class="buttons stacked">
        <a href="${provider.url}" class="button">Sign in with ${provider.name}</a>
        <a href="${keyUrl}" class="button second">Use a key</a>
      </p>`,
    footer: NOT_ASKED,
  };
}

/** For who was led here by somebody else. */
export const NOT_ASKED = html`If you did not start this from a program of yours, close this page.`;
