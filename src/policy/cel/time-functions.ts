import { type Apply, noFunction } from './function.ts';
import { Failure } from './outcome.ts';
import { floorDivide } from './time.ts';
import { toLocal } from './time-zone.ts';
import { Duration, Timestamp } from './value.ts';

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const MILLISECONDS_PER_DAY = 86_400_000;

/** Finding out the time in a zone that is not remembered is that much work. */
const ZONE_STEPS = 20;

/** A method of timestamps, with or without a zone, and where `ofDuration` is given of durations as well. */
function onTime(ofDate: (date: Date) => number, nanosecondsPerUnit?: bigint): Apply {
  return (values, evaluation, at) => {
    const [time, zone] = values;
    if (time instanceof Duration && zone === undefined && nanosecondsPerUnit !== undefined) {
      return time.nanoseconds / nanosecondsPerUnit;
    }
    if (!(time instanceof Timestamp) || !(zone === undefined || typeof zone === 'string')) {
      return noFunction(values, at);
    }
    const milliseconds = Number(floorDivide(time.nanoseconds, NANOSECONDS_PER_MILLISECOND));
    if (zone === undefined) return BigInt(ofDate(new Date(milliseconds)));
    evaluation.steps -= ZONE_STEPS;
    const local = toLocal(milliseconds, zone);
    if (local === undefined) {
      return new Failure(`there is no time zone \`${zone.slice(0, 64)}\`; name one like "Europe/Berlin"`, at);
    }
    return BigInt(ofDate(new Date(local)));
  };
}

/** By name, the methods of times. Months, days of a month, of a week and of a year count from 0; `getDate` from 1. */
export const TIME_METHODS: Readonly<Record<string, Apply>> = {
  getFullYear: onTime((date) => date.getUTCFullYear()),
  getMonth: onTime((date) => date.getUTCMonth()),
  getDate: onTime((date) => date.getUTCDate()),
  getDayOfMonth: onTime((date) => date.getUTCDate() - 1),
  getDayOfWeek: onTime((date) => date.getUTCDay()),
  getDayOfYear: onTime((date) => {
    const first = new Date(date);
    first.setUTCMonth(0, 1);
    return Math.round((date.getTime() - first.getTime()) / MILLISECONDS_PER_DAY);
  }),
  getHours: onTime((date) => date.getUTCHours(), 3_600_000_000_000n),
  getMinutes: onTime((date) => date.getUTCMinutes(), 60_000_000_000n),
  getSeconds: onTime((date) => date.getUTCSeconds(), 1_000_000_000n),
  getMilliseconds: onTime((date) => date.getUTCMilliseconds(), NANOSECONDS_PER_MILLISECOND),
};
