import { suggest } from '../text/suggest.ts';

/** What to write instead of a name that is no time zone. */
export function describeTimeZone(name: string): string {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const city = name.toLowerCase().replaceAll(' ', '_');
  const near = zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? suggest(name, zones);
  const advice =
    near === undefined ? 'write its IANA name, like `Europe/Berlin` or `UTC`' : `did you mean \`${near}\`?`;
  return `this is not a time zone that this system knows; ${advice}`;
}
