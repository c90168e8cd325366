/**
 * A matcher for a glob over a whole path: `*` stands for any characters but `/`, `**` for any characters; every other
 * character stands for itself, in its own case.
 *
 * No pattern and no path makes matching explode: it takes at most the product of their lengths.
 */
export function compilePathGlob(pattern: string): (path: string) => boolean {
  const tokens = pattern.match(/\*+|[^*]/gs) ?? [];
  return function matchesPath(path) {
    // `reached[i]`: the tokens so far can have consumed the first `i` characters.
    let reached = Array.from({ length: path.length + 1 }, (_each, index) => index === 0);
    for (const token of tokens) reached = consume(token, path, reached);
    return reached[path.length] === true;
  };
}

function consume(token: string, path: string, reached: readonly boolean[]): boolean[] {
  const isStar = token.startsWith('*');
  const next = Array.from({ length: reached.length }, () => false);
  for (let index = 0; index < reached.length; index++) {
    const character = path[index - 1];
    if (!isStar) next[index] = index > 0 && reached[index - 1] === true && character === token;
    else {
      const isCrossed = index > 0 && next[index - 1] === true && (token.length > 1 || character !== '/');
      next[index] = reached[index] === true || isCrossed;
    }
  }
  return next;
}
