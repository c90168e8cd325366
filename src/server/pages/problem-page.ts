import type { PageOf } from './page-of.ts';
import type { Page } from './frame.ts';
import { html } from './html.ts';
import { toSentence } from './sentence.ts';

/** Says why a sign-in does not go on, and what to do. */
export function problemPage({ problem }: Pick<PageOf<'problem'>, 'problem'>): Page {
  return {
    title: 'Not signed in',
    body: html`<p class="problem">${toSentence(problem)}</p>
      <p>
        To try again, go back to your program and connect from there. If it goes wrong again, tell who runs
        this server what stands above.
      </p>
      <p>You can close this page.</p>`,
  };
}
