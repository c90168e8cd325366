import { afterEach, describe, expect, it } from 'vitest';
import { createCatalog } from '../../src/catalog/catalog.ts';
import {
  catalogOf,
  contributionOf,
  embedAll,
  endAll,
  folderOf,
  MEANING,
  OFFICE,
  openSearch,
  sightOf,
  stubOf,
} from './support.ts';
import { asOpenAi, hashVector, json, textsIn, type Asked, type StubEndpoint } from './stub-endpoint.ts';

afterEach(endAll);

const ALL = Object.keys(OFFICE);

async function settingsFor(stub: StubEndpoint, more: object = {}): Promise<object> {
  return { provider: 'openai', url: stub.url, model: 'm', cache: await folderOf(), ...more };
}

/** What was asked by callers: each alone, while entries come in batches. */
const isQuestion = ({ body }: Asked): boolean => !textsIn(body)[0]?.includes('(office)');

/** How long is left of a rest: a request has a minute. */
const isRest = (milliseconds: number): boolean => milliseconds < 60_000;

describe('entries are found by meaning', () => {
  it('that share no word with the question, and only those that are seen', async () => {
    const stub = await stubOf(asOpenAi({ meaning: MEANING }));
    const opened = openSearch(await settingsFor(stub));
    opened.search.follow(catalogOf(OFFICE));
    expect(await opened.ask('zap scroll')).toEqual([]);
    expect(stub.asked.filter(isQuestion)).toEqual([]);
    await embedAll(opened);
    expect(await opened.ask('zap scroll')).toEqual(['delete_file']);
    const others = sightOf(ALL.filter((name) => name !== 'delete_file'));
    expect(await opened.ask('zap scroll', others)).toEqual([]);
    expect(opened.logged).toEqual(['embedded 4 of 4 entries']);
  });

  it('with the text of each entry that is the same for everybody', async () => {
    const stub = await stubOf(asOpenAi());
    const opened = openSearch(await settingsFor(stub, { textPrefix: 'doc: ', queryPrefix: 'ask: ' }));
    await embedAll(opened);
    await opened.ask('open   a\tticket, my password=hunter2hunter2', sightOf(['create_ticket']));
    expect(stub.texts()).toEqual([
      'doc: create ticket (office)\nOpens a ticket at the help desk.',
      'doc: delete file (office)\nDeletes a file for good.',
      'doc: list invoices (office)\nLists the invoices of a customer.',
      'doc: send message (office)\nSends a message to a channel.',
      'ask: open a ticket, my password=[secret]',
    ]);
  });

  it('beside words by weight', async () => {
    const described = {
      ...OFFICE,
      fold_paper: 'Folds a sheet of white paper slowly, before a printer takes it.',
    };
    const orders: string[][] = [];
    for (const weight of [0.001, 10]) {
      const stub = await stubOf(asOpenAi({ meaning: MEANING }));
      const opened = openSearch(await settingsFor(stub, { weight, minCloseness: 0.1 }));
      await embedAll(opened, catalogOf(described));
      orders.push(await opened.ask('fold scroll', sightOf(['delete_file', 'fold_paper', 'send_message'])));
    }
    expect(orders).toEqual([
      ['fold_paper', 'delete_file'],
      ['delete_file', 'fold_paper'],
    ]);
  });

  it('not embedded again by a swap, and of a changed source the changed ones alone', async () => {
    const stub = await stubOf(asOpenAi());
    const opened = openSearch(await settingsFor(stub));
    const other = contributionOf({ one: 'Another source.' }, 'other');
    await embedAll(opened, createCatalog([contributionOf(OFFICE), other]));
    stub.asked.length = 0;
    const { send_message: _, ...fewer } = OFFICE;
    const next = { ...fewer, create_ticket: 'Opens a case.', close_ticket: 'Closes a case.' };
    await embedAll(opened, createCatalog([contributionOf(next), other]));
    expect(stub.asked.filter((one) => !isQuestion(one)).flatMap(({ body }) => textsIn(body))).toEqual([
      'create ticket (office)\nOpens a case.',
      'close ticket (office)\nCloses a case.',
    ]);
  });

  it('in halves where the endpoint takes fewer, and without the one text that it refuses', async () => {
    const sizes: number[] = [];
    const stub = await stubOf((asked, response) => {
      const texts = textsIn(asked.body);
      sizes.push(texts.length);
      if (texts.length > 2) json(response, { error: 'Batch size error' }, 413);
      else if (texts.some((text) => text.includes('create'))) json(response, { error: 'no' }, 422);
      else asOpenAi({ meaning: MEANING })(asked, response);
    });
    const opened = openSearch(await settingsFor(stub));
    await embedAll(opened);
    // The third is a trial, which tells that the endpoint takes texts at all.
    expect(sizes).toEqual([4, 2, 1, 1, 1, 2]);
    expect(opened.logged).toContain('embedded 3 of 4 entries');
    expect(await opened.ask('create ticket')).toContain('create_ticket');
  });
});

describe('an endpoint that is slow or dead', () => {
  it('delays no answer beyond the deadline, and soon none at all', async () => {
    const stub = await stubOf(asOpenAi({ meaning: MEANING }));
    const opened = openSearch(await settingsFor(stub, { timeoutMs: 300 }));
    await embedAll(opened);
    stub.answer = () => {};
    stub.asked.length = 0;
    for (const [index, word] of ['ticket', 'invoices', 'message'].entries()) {
      const asking = opened.ask(word);
      await expect.poll(() => stub.asked.length).toBe(index + 1);
      opened.timers.advance(299);
      let isAnswered = false;
      void asking.then(() => (isAnswered = true));
      await Promise.resolve();
      expect(isAnswered).toBe(false);
      opened.timers.advance(1);
      expect(await asking).toHaveLength(1);
    }
    expect(opened.logged.slice(1)).toEqual([
      expect.stringMatching(/^what is asked cannot be embedded now, and words alone count: .*no answer/),
    ]);
    // Left alone: no timer, no request.
    expect(await opened.ask('zap scroll')).toEqual([]);
    expect(stub.asked).toHaveLength(3);
    expect(opened.timers.waiting()).toEqual([]);
    // After a while one question goes through to see, and no other beside it.
    opened.timers.advance(10_000);
    stub.answer = asOpenAi({ meaning: MEANING });
    const both = await Promise.all([opened.ask('zap scroll'), opened.ask('zap parrots')]);
    expect(both).toEqual([['delete_file'], []]);
    expect(stub.asked).toHaveLength(4);
    expect(opened.logged.at(-1)).toBe('what is asked is embedded again');
  });

  it('is not asked the same twice, nor waited for by who leaves', async () => {
    const stub = await stubOf(asOpenAi());
    const opened = openSearch(await settingsFor(stub));
    await embedAll(opened);
    stub.asked.length = 0;
    await Promise.all([opened.ask('ticket'), opened.ask('ticket')]);
    await opened.ask('ticket');
    expect(stub.asked).toHaveLength(1);
    stub.answer = () => {};
    const leaving = new AbortController();
    const finding = opened.search.find({ text: 'invoices', among: sightOf(ALL), limit: 5 }, leaving.signal);
    await expect.poll(() => stub.asked.length).toBe(2);
    leaving.abort();
    expect((await finding).map(({ entry }) => entry.own)).toEqual(['list_invoices']);
  });

  it('is told of once while entries wait, which are found by words', async () => {
    const stub = await stubOf((_, response) => json(response, { error: 'who are you' }, 401));
    const opened = openSearch(await settingsFor(stub));
    opened.search.follow(catalogOf(OFFICE));
    expect(await opened.ask('ticket')).toEqual(['create_ticket']);
    for (const times of [1, 2, 3]) {
      await expect.poll(() => stub.asked.length).toBe(times);
      await expect.poll(() => opened.timers.waiting()).toEqual([expect.toSatisfy(isRest)]);
      opened.timers.advance(60_000);
    }
    expect(opened.logged).toEqual([
      expect.stringMatching(/^entries cannot be embedded now, and are found by words: .*401/),
    ]);
    await expect.poll(() => stub.asked.length).toBe(4);
    await expect.poll(() => opened.timers.waiting()).toEqual([expect.toSatisfy(isRest)]);
    stub.answer = asOpenAi();
    opened.timers.advance(60_000);
    await expect.poll(() => opened.logged.at(-1)).toBe('embedded 4 of 4 entries');
    expect(opened.logged).toHaveLength(3);
  });

  it('that takes no settings is not asked of each text alone', async () => {
    const stub = await stubOf((_, response) => json(response, { error: 'no such dimensions' }, 400));
    const opened = openSearch(await settingsFor(stub, { dimensions: 64 }));
    opened.search.follow(catalogOf(OFFICE));
    await opened.ask('ticket');
    await expect.poll(() => opened.timers.waiting().every((one) => one < 60_000)).toBe(true);
    await expect.poll(() => stub.texts().slice(4)).toEqual(['tool']);
  });

  it('ends with the process, whatever is under way', async () => {
    const stub = await stubOf(() => {});
    const opened = openSearch(await settingsFor(stub));
    opened.search.follow(catalogOf(OFFICE));
    await opened.ask('ticket');
    await expect.poll(() => stub.asked.length).toBe(1);
    await opened.close();
    expect(opened.timers.waiting()).toEqual([]);
  });
});

describe('vectors are of one model', () => {
  it('which is begun anew where the endpoint says that it is another one', async () => {
    const stub = await stubOf(asOpenAi({ model: 'one', meaning: MEANING }));
    const opened = openSearch(await settingsFor(stub));
    await embedAll(opened);
    stub.asked.length = 0;
    stub.answer = asOpenAi({ model: 'two', meaning: MEANING });
    // The first answer of another model counts for nothing: there is nothing that it may be compared with.
    expect(await opened.ask('zap scroll')).toEqual([]);
    await expect.poll(() => opened.logged.at(-1)).toBe('embedded 4 of 4 entries');
    expect(stub.texts()).toHaveLength(5);
    expect(opened.logged[1]).toBe(
      'the model is two of 64 dimensions now, and was one of 64 dimensions: entries are embedded anew',
    );
    expect(await opened.ask('zap scroll')).toEqual(['delete_file']);
    // Two in turn would embed for ever.
    stub.answer = asOpenAi({ model: 'one', meaning: MEANING });
    stub.asked.length = 0;
    expect(await opened.ask('scroll, zap')).toEqual([]);
    expect(stub.asked).toHaveLength(1);
    opened.timers.advance(600_000);
    await opened.ask('scroll, zap!');
    await expect.poll(() => opened.logged.filter((line) => line.startsWith('embedded'))).toHaveLength(3);
  });

  it('whatever the length of an answer is', async () => {
    const stub = await stubOf(asOpenAi({ meaning: MEANING }));
    const opened = openSearch(await settingsFor(stub));
    await embedAll(opened);
    stub.answer = asOpenAi({ dimensions: 65, meaning: MEANING });
    expect(await opened.ask('zap scroll')).toEqual([]);
    await expect.poll(() => opened.logged.at(-1)).toBe('embedded 4 of 4 entries');
    expect(await opened.ask('zap scroll')).toEqual(['delete_file']);
  });

  it('also while requests of the one before are under way', async () => {
    const held: (() => void)[] = [];
    const stub = await stubOf((asked, response) => {
      const isFirst = textsIn(asked.body)[0]?.startsWith('create');
      const answer = () => asOpenAi({ model: isFirst === true ? 'old' : 'new' })(asked, response);
      if (isFirst === true) held.push(answer);
      else answer();
    });
    const opened = openSearch(await settingsFor(stub, { batch: 2 }));
    opened.search.follow(catalogOf(OFFICE));
    await opened.ask('ticket');
    await expect.poll(() => held.length).toBe(1);
    held.pop()?.();
    // Its answer is of the model before, or after: either way one of the two batches is embedded again.
    await expect.poll(() => opened.logged.some((line) => line.startsWith('the model is'))).toBe(true);
    expect(opened.logged.filter((line) => line.startsWith('the model is'))).toHaveLength(1);
  });

  it('of other settings after a reload, without the words being lost meanwhile', async () => {
    const [one, two] = [await stubOf(asOpenAi()), await stubOf(asOpenAi({ meaning: MEANING }))];
    const settings = await settingsFor(one);
    const opened = openSearch(settings);
    const catalog = catalogOf(OFFICE);
    await embedAll(opened, catalog);
    expect(await opened.ask('zap scroll')).toEqual([]);
    opened.use({ ...settings, url: two.url });
    await embedAll(opened, catalog);
    expect(two.asked.filter((asked) => !isQuestion(asked))).toHaveLength(1);
    expect(await opened.ask('zap scroll')).toEqual(['delete_file']);
    opened.use({ ...settings, url: two.url, weight: 2 });
    two.asked.length = 0;
    opened.search.follow(catalog);
    await expect.poll(() => opened.ask('zap scroll')).toEqual(['delete_file']);
    expect(two.asked.every(isQuestion)).toBe(true);
  });
});

it('the stand-in for a model is near where words mean the same', () => {
  expect(hashVector('zap', 8, MEANING)).toEqual(hashVector('deletes', 8));
});
