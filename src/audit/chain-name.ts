/**
 * The name of a process's own chain, e.g. `http-20261121T010203Z-4f2a9c`.
 *
 * `face` is what runs (`http`, `stdio`, `cli`): lower-case letters, digits and hyphens. `random` gives that many
 * random bytes, which keep two processes of one second apart.
 */
export function createChainName(deps: {
  face: string;
  now: () => number;
  random: (size: number) => Uint8Array;
}): string {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(deps.face)) throw new RangeError(`not a name for a face: ${deps.face}`);
  const second = new Date(deps.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${deps.face}-${second}-${Buffer.from(deps.random(3)).toString('hex')}`;
}
