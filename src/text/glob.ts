/**
 * A matcher for a glob over a whole text. `*` stands for any characters, none and `/` included; every other character
 * stands for itself, in its own case. There is deliberately nothing else: one wildcard with one meaning can be reviewed
 * at a glance.
 *
 * No regular expressions: each literal part is searched for once, left to right, and never again, so no pattern and no
 * text makes matching explode.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === pattern;
  const middle = rest.filter((part) => part !== '');
  return function matchesGlob(text) {
    if (text.length < head.length + tail.length) return false;
    if (!text.startsWith(head) || !text.endsWith(tail)) return false;
    const end = text.length - tail.length;
    let from = head.length;
    for (const part of middle) {
      // The leftmost find leaves most room for what follows, so a failed search is final.
      const at = text.indexOf(part, from);
      if (at === -1 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
