import { answersOf, indexInOrder, smallSources } from './answers.ts';

// What another process answers, its sources come in another order.
process.stdout.write(`${answersOf(indexInOrder(smallSources().toReversed()))}\n`);
