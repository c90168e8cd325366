import type { ClientFacts } from '../../identity/server/page.ts';
import { html, type Html } from './html.ts';

/** The longest name of a program that is shown, in characters. */
const MAX_NAME = 80;

/** What a program is called on a page: as it calls itself, or where it is from. */
export function nameOf({ name, id, origin }: ClientFacts): string {
  const text = name?.trim() ?? '';
  if (text !== '') return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
  return origin === 'document' ? hostOf(id) : 'A program without a name';
}

/** Rows of a list: which program asks, who says that it is that, and where the browser is sent in the end. */
export function clientRows(client: ClientFacts): Html {
  return html`<div>
      <dt>Program</dt>
      <dd>${nameOf(client)} <span class="quiet">${vouching(client)}</span></dd>
    </div>
    <div>
      <dt>Goes back to</dt>
      <dd>
        ${client.redirectHost}
        ${client.isOnThisMachine ? html`<span class="quiet">a program on this computer</span>` : undefined}
      </dd>
    </div>`;
}

function vouching({ origin, id }: ClientFacts): string {
  switch (origin) {
    case 'configured':
      return 'set up by who runs this server';
    case 'document':
      return `vouched for by ${hostOf(id)}`;
    case 'registered':
      return 'calls itself so; nobody has checked it';
  }
}

function hostOf(id: string): string {
  return URL.canParse(id) ? new URL(id).host : id;
}
