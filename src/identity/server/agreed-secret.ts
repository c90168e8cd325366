import { randomBytes } from 'node:crypto';
import type { Store } from '../../state/store.ts';
import { PREFIX } from './prefix.ts';

/** A random secret that all processes of a deployment share: the one who comes first makes it. */
export async function agreeOnSecret(
  sealed: Pick<Store, 'get' | 'put'>,
  name: string,
  now: number,
): Promise<string> {
  const key = `${PREFIX}secret/${name}`;
  const known = await sealed.get(key, now);
  if (typeof known?.value === 'string') return known.value;
  await sealed.put(key, randomBytes(32).toString('base64url'), { now, ifVersion: 0 });
  const agreed = await sealed.get(key, now);
  if (typeof agreed?.value !== 'string') throw new Error(`the secret ${name} was put and is not there`);
  return agreed.value;
}
