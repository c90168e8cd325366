/** A package as `package-lock.json` (version 3) lists it. */
interface LockedPackage {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly resolved?: string;
}

export interface Lock {
  readonly packages: Record<string, LockedPackage>;
}

/**
 * What a package needs, or can use on some platform, that the lock does not list. `npm ci` refuses such a lock; it comes about
 * when a lock is written where the packages of other platforms cannot be reached.
 */
export function findLockGaps(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isListed(lock, place, name))
      .map((name) => `${place || 'the root'} → ${name}`),
  );
}

/** As Node looks for a package: beside the one that wants it, and then further up. */
function isListed(lock: Lock, place: string, name: string): boolean {
  const candidate = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
  if (Object.hasOwn(lock.packages, candidate)) return true;
  if (place === '') return false;
  const parent = place.lastIndexOf('/node_modules/');
  return isListed(lock, parent < 0 ? '' : place.slice(0, parent), name);
}
