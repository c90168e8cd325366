import { openBy } from './support/open.ts';
import { reserveMany } from './support/reservations.ts';

/*
 * One of several gateways over one Redis: `node reserve.child.ts SETTINGS COUNT NAME` opens, says `ready`, begins at a line on standard
 * input, and says how many of its reservations were let through.
 */
const [settings = '{}', count = '0', name = ''] = process.argv.slice(2);
const store = await openBy(JSON.parse(settings) as object);
process.stdout.write('ready\n');
await new Promise((resolve) => {
  process.stdin.once('data', resolve);
});
process.stdout.write(`${await reserveMany(store, Number(count), name)}\n`);
await store.close();
process.exit();
