import { describe, expect, test } from 'vitest';
import type { SearchDocument } from '../../src/search/document.ts';
import { createSearchIndex } from '../../src/search/search-index.ts';
import { document, order, sightOf } from './documents.ts';

type Like = Partial<SearchDocument> & { name: string };

/** As many words as one likes to be found by. */
const VOCABULARY = [
  'send',
  'mail',
  ...Array.from({ length: 198 }, (_, at) => `verb${'abcdefghij'.at(at % 10)} noun`),
];

describe('what is found first', () => {
  test.each<[promise: string, question: string, better: Like, worse: Like]>([
    [
      'a word in the name counts more than one in the description',
      'invoice',
      { name: 'get_invoice' },
      { name: 'get_order', description: 'Also shows the invoice' },
    ],
    [
      'words of names in camel case come apart',
      'user info',
      { name: 'getUserInfo' },
      { name: 'getOrderList' },
    ],
    [
      'acronyms and digits come apart',
      'parse xml file',
      { name: 'XMLFile2parser' },
      { name: 'JSONFile2parser' },
    ],
    [
      'a letter and a number are one name, which its parts are not',
      'upload to s3',
      { name: 'put_object', description: 'Uploads a file to a bucket of S3' },
      { name: 'upload_3_files', description: 'Uploads three files' },
    ],
    [
      'a short name stands for the long one',
      'k8s logs',
      { name: 'kubernetes_logs' },
      { name: 'docker_logs' },
    ],
    [
      'a soft hyphen or a joiner parts no word',
      'authentication',
      { name: 'a', description: 'authen\u00adti\u200dcation' },
      { name: 'b', description: 'authenticity of goods' },
    ],
    [
      'one who fills a field that nobody else has is not the measure of it',
      'send mail',
      { name: 'a', description: 'Whoever is new here starts with this. A mail that is ready it sends.' },
      { name: 'b', parameterNames: VOCABULARY, parameterTexts: VOCABULARY },
    ],
    [
      'a word is found in its other forms',
      'deleting repositories',
      { name: 'repository_deletion', description: 'Deletes a repository' },
      { name: 'gist_star', description: 'Stars a gist' },
    ],
    ['irregular plurals are known', 'children', { name: 'list_child_nodes' }, { name: 'list_parent_nodes' }],
    [
      'what only begins the same is something else',
      'news',
      { name: 'lookup', description: 'Headlines and other news' },
      { name: 'lookup', description: 'Whatever is new in here' },
    ],
    [
      'another name of a thing is known',
      'picture of the moon',
      { name: 'moon_image' },
      { name: 'moon_phase' },
    ],
    [
      'the word itself counts more than another name of it',
      'delete image',
      { name: 'delete_image' },
      { name: 'remove_picture' },
    ],
    [
      'words of parameters count',
      'latitude and longitude',
      { name: 'lookup', parameterNames: ['latitude', 'longitude'] },
      { name: 'lookup', parameterNames: ['zip'] },
    ],
    [
      'what is said of parameters counts',
      'celsius',
      { name: 'lookup', parameterTexts: ['Unit: celsius or fahrenheit'] },
      { name: 'lookup', parameterTexts: ['Unit: metres'] },
    ],
    [
      'the source counts',
      'slack message',
      { name: 'post_message', source: 'slack' },
      { name: 'post_message', source: 'teams' },
    ],
    [
      'tags count',
      'billing export',
      { name: 'export', groups: ['billing'] },
      { name: 'export', groups: ['users'] },
    ],
    [
      'hints count as much as a name',
      'rollback',
      { name: 'patchDeployment', hints: ['rollback to an earlier revision'] },
      { name: 'patchService', description: 'Patches a service. Nothing to do with a rollback.' },
    ],
    [
      'a hint that says the question wins over what only has its words',
      'delete a label',
      {
        name: 'git_erase-mark',
        description: 'Erases a mark',
        hints: ['remove', 'label deletion', 'tidy up'],
      },
      {
        name: 'delete_label_protection',
        description: 'Deletes the protection of a label: delete a label, delete labels',
      },
    ],
    [
      'a hint that says the question wins over a name that does',
      'archive a ticket',
      { name: 'move_it', hints: ['archive the tickets'] },
      { name: 'archive_ticket', description: 'Archive a ticket' },
    ],
    [
      'a name that says the question, also with the source, wins over longer ones',
      'list tickets in helpdesk',
      {
        name: 'tickets/list',
        source: 'helpdesk',
        description: 'What is assigned to one, in the helpdesk or out of it',
      },
      {
        name: 'tickets/list-events',
        source: 'helpdesk',
        description: 'Lists tickets: events of the tickets in a list of the helpdesk',
      },
    ],
    [
      'a noun alone is to be seen, not deleted',
      'invoice',
      { name: 'a', method: 'GET', path: '/invoice/{id}', description: 'The invoice' },
      { name: 'b', method: 'DELETE', path: '/invoice/{id}', description: 'The invoice' },
    ],
    [
      'words side by side count more than the same words apart',
      'merge pull request',
      { name: 'merge', description: 'Merges a pull request' },
      { name: 'merge', description: 'Merges a request after the next pull' },
    ],
    [
      'letters that are alike help a name that is written together',
      'github stars',
      { name: 'githubstarlist' },
      { name: 'gitlabissues' },
    ],
    [
      'a misspelt word still leads to its like',
      'calender event',
      { name: 'calendar_event' },
      { name: 'color_palette', description: 'An event of colours' },
    ],
    [
      'who asks to delete finds what deletes',
      'delete the ticket',
      { name: 'removeIt', method: 'DELETE', path: '/tickets/{id}', description: 'A ticket' },
      { name: 'readIt', method: 'GET', path: '/tickets/{id}', description: 'A ticket' },
    ],
    [
      'who asks to see many finds what lists',
      'show pods',
      { name: 'a', method: 'GET', path: '/api/v1/pods', description: 'pods' },
      { name: 'b', method: 'DELETE', path: '/api/v1/pods', description: 'pods' },
    ],
    [
      'what is deprecated comes later',
      'send mail',
      { name: 'send_mail' },
      { name: 'send_mail', isDeprecated: true },
    ],
    [
      'a stable version comes before a beta',
      'list jobs',
      { name: 'listJobs', method: 'GET', path: '/apis/batch/v1/jobs' },
      { name: 'listJobs', method: 'GET', path: '/apis/batch/v1beta1/jobs' },
    ],
  ])('%s', (_promise, question, better, worse) => {
    // Whichever stands first in the catalog.
    const documents = [document('1', better), document('2', worse)];
    expect(order(question, documents)[0]).toBe('1');
    expect(order(question, [document('1', worse), document('2', better)])[0]).toBe('2');
  });

  test('each sentence of a long question leads to its own tool', () => {
    const documents = [
      document('flight', { name: 'book_flight', description: 'Books a flight between two airports' }),
      document('hotel', { name: 'find_hotel', description: 'Finds hotels in a town' }),
      document('weather', { name: 'forecast', description: 'Weather of the next days' }),
      ...Array.from({ length: 12 }, (_, at) =>
        document(`trip${at}`, {
          name: `trip_${at}`,
          description: 'Plans a family trip to the mountains in August',
        }),
      ),
    ];
    const question =
      'I am planning a family trip to the mountains in August with my parents and we leave from Vienna. ' +
      'Which flight can I book? Then find a good hotel in the town. What will the weather be?';
    expect(order(question, documents).slice(0, 3).toSorted()).toEqual(['flight', 'hotel', 'weather']);
  });
});

describe('what is not there', () => {
  test('is not found: nothing shared, no answer', () => {
    expect(order('xylophone', [document('1', { name: 'send_mail' })])).toEqual([]);
    expect(order('', [document('1', { name: 'send_mail' })])).toEqual([]);
    expect(order('please could you help me with that', [document('1', { name: 'send_mail' })])).toEqual([]);
  });

  test('counts in no best: who is not accepted changes no score', () => {
    const documents = [
      document('1', { name: 'send_mail' }),
      document('2', { name: 'send_mail_mail', description: 'send mail, send mail' }),
    ];
    const index = createSearchIndex();
    index.replace('any', documents);
    const ask = (among: readonly SearchDocument[], accept = () => true) =>
      index.rank({ text: 'send mail', among: sightOf(among), accept, limit: 5 }).map(({ score }) => score);
    expect(ask(documents.slice(0, 1))).toEqual(
      index
        .rank({ text: 'send mail', among: sightOf(documents), accept: ({ own }) => own === '1', limit: 5 })
        .map(({ score }) => score),
    );
  });
});

describe('languages', () => {
  test.each([
    [
      'Chinese',
      '查询天气',
      { name: 'a', description: '查询城市的天气预报' },
      { name: 'b', description: '预订火车票' },
    ],
    [
      'Japanese',
      '会議を予約',
      { name: 'a', description: '会議室を予約する' },
      { name: 'b', description: '天気を見る' },
    ],
    [
      'Korean',
      '날씨 예보',
      { name: 'a', description: '도시의 날씨를 예보합니다' },
      { name: 'b', description: '기차표를 예매합니다' },
    ],
    [
      'Thai',
      'พยากรณ์อากาศ',
      { name: 'a', description: 'ดูพยากรณ์อากาศ' },
      { name: 'b', description: 'จองตั๋วรถไฟ' },
    ],
    [
      'French, without its accents',
      'reserver une reunion',
      { name: 'a', description: 'Réserver une réunion' },
      { name: 'b', description: 'Voir la météo' },
    ],
    [
      'Greek in capitals',
      'ΚΑΙΡΟΣ',
      { name: 'a', description: 'ο καιρος σήμερα' },
      { name: 'b', description: 'το τρένο' },
    ],
  ] satisfies [string, string, Like, Like][])('%s is found', (_language, question, better, worse) => {
    expect(order(question, [document('2', worse), document('1', better)])[0]).toBe('1');
  });
});

test('what is near in meaning is a good match, whatever its words are, and says how near it is', () => {
  const both = [document('near', { name: 'wipe' }), document('far', { name: 'list_lamps' })];
  const index = createSearchIndex();
  index.replace('any', both);
  const cosines = new Map([
    ['near', 0.7],
    ['far', 0.1],
  ]);
  const closeness = { weight: 0.5, least: 0.6, of: (key: string) => cosines.get(key) };
  const hits = index.rank({ text: 'zap', among: sightOf(both), limit: 5, closeness });
  expect(hits).toMatchObject([{ entry: { key: 'near' }, isNear: true, nearness: 0.7 }]);
});
