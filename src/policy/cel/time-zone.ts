/** Zones that are remembered: conditions name a few, a hostile argument could name any. */
const MAX_ZONES = 100;

/** Changes of a zone's offset since then fall on quarters of an hour. */
const QUARTER = 15 * 60 * 1000;
const FIRST_QUARTERLY = Date.UTC(1980, 0);

interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

const zones = new Map<string, Zone>();

/**
 * The time that clocks in a zone show, as the milliseconds at which clocks in UTC show it; `undefined` for what is no zone.
 *
 * @param zone a name of the IANA database, or an offset like `+01:00`
 */
export function toLocal(milliseconds: number, zone: string): number | undefined {
  const known = zones.get(zone) ?? openZone(zone);
  if (known === undefined) return undefined;
  const quarter = Math.floor(milliseconds / QUARTER);
  if (known.quarter !== quarter || milliseconds < FIRST_QUARTERLY) {
    known.quarter = quarter;
    known.offset = offsetOf(known.format, milliseconds);
  }
  return milliseconds + known.offset;
}

function openZone(name: string): Zone | undefined {
  if (name.length > 64) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: /^\d/.test(name) ? `+${name}` : name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const [oldest] = zones.keys();
    if (zones.size >= MAX_ZONES && oldest !== undefined) zones.delete(oldest);
    const zone = { format, quarter: NaN, offset: 0 };
    zones.set(name, zone);
    return zone;
  } catch {
    return undefined;
  }
}

function offsetOf(format: Intl.DateTimeFormat, milliseconds: number): number {
  const parts = new Map(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const year = parts.get('era')?.startsWith('B') === true ? 1 - part('year') : part('year');
  const local = new Date(0);
  local.setUTCFullYear(year, part('month') - 1, part('day'));
  local.setUTCHours(part('hour'), part('minute'), part('second'));
  return local.getTime() - Math.floor(milliseconds / 1000) * 1000;
}
