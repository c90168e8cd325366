import { escapeControls } from '../../telemetry/escape.ts';

/** Text that is HTML already. Made by {@link html} only, so that nothing gets into a page as it came. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | Html | readonly Html[] | undefined;

/** A template of HTML: what is put into it is escaped, but for other HTML. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = parts.map((part) => {
    if (part === undefined) return '';
    if (typeof part === 'string') return escape(part);
    return part instanceof Html ? part.text : part.map(({ text }) => text).join('');
  });
  return new Html(String.raw({ raw: strings }, ...texts));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also what hides text or turns it round: a name shall not read as somebody else's. */
function escape(text: string): string {
  return escapeControls(text).replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? '');
}
