import type { Article } from './types.ts';
import type { Section } from './schemas.ts';

type Row = [
  title: string,
  category: Article['category'],
  labels: string[],
  updatedAt: string,
  sections: Section[],
];

const rows: Row[] = [
  [
    'First steps with Lantern',
    'how-to',
    ['start'],
    '2026-05-04T08:00:00Z',
    [
      {
        heading: 'Create a calendar',
        text: 'Choose **New calendar**, give it a name and a time zone.',
        sections: [
          { heading: 'One or several?', text: 'One per room or team works best; colours show the people.' },
        ],
      },
      { heading: 'Invite your team', text: 'Settings, Team, Invite. An invitation is good for seven days.' },
    ],
  ],
  [
    'Share a calendar with people outside the team',
    'how-to',
    ['sharing'],
    '2026-06-12T08:00:00Z',
    [
      {
        heading: 'Create a link',
        text: 'Open the calendar, choose Share and then Link.',
        sections: [
          { heading: 'Make it expire', text: 'Choose a date beside the link.' },
          { heading: 'Hide names', text: 'Choose "free and busy only".' },
        ],
      },
    ],
  ],
  [
    'Colours by person, room or label',
    'how-to',
    ['colours'],
    '2026-03-19T08:00:00Z',
    [{ heading: 'Where', text: 'Settings, Colours. "By Organizer" gives each person a colour.' }],
  ],
  [
    'When we give money back',
    'policy',
    ['refund', 'billing'],
    '2026-10-01T08:00:00Z',
    [
      {
        heading: 'The rule',
        text: 'A payment can be refunded within 60 days, in whole or in part, never more than was paid.',
        sections: [
          {
            heading: 'Monthly plans',
            text: 'In full when the customer cancelled before the renewal, or was charged twice.',
          },
          {
            heading: 'Annual plan',
            text: 'The months that remain, when the customer cancels within 30 days of the renewal.',
          },
          { heading: 'Outage', text: 'Half a month for an outage of more than 24 hours.' },
        ],
      },
      {
        heading: 'Who decides',
        text: 'Up to 50 euros whoever answers the ticket; above that the lead of the shift.',
      },
    ],
  ],
  [
    'Import events from a spreadsheet',
    'how-to',
    ['import'],
    '2026-04-22T08:00:00Z',
    [
      { heading: 'Columns', text: 'title, start, end, place. Times as `2026-11-01 09:30`.' },
      {
        heading: 'When it fails',
        text: 'The message names the line. Mend it and import the file again; nothing is doubled.',
      },
    ],
  ],
  [
    'Two payments for one month',
    'billing',
    ['duplicate', 'refund'],
    '2026-08-30T08:00:00Z',
    [
      { heading: 'Check', text: 'Two payments with the same description within an hour are one too many.' },
      { heading: 'Mend', text: 'Refund the second one in full, reason `duplicate_charge`.' },
    ],
  ],
  [
    'Time zones, and why events move',
    'troubleshooting',
    ['time-zones'],
    '2026-10-26T08:00:00Z',
    [
      {
        heading: 'Cause',
        text: 'An event without a zone of its own follows the calendar. When one place changes its clocks and another does not, it moves.',
      },
      { heading: 'Cure', text: 'Set the time zone of the event.' },
    ],
  ],
  [
    'Sync has stopped',
    'troubleshooting',
    ['sync', 'outage'],
    '2026-11-03T19:00:00Z',
    [
      {
        heading: 'First',
        text: 'Look at the status page. If sync is yellow or red, tell the customer and link the page.',
      },
      {
        heading: 'Then',
        text: 'Ask for the time of the last event that arrived, and for the connect log.',
        sections: [{ heading: 'Where is the log?', text: 'Settings, About, Logs. The file is connect.log.' }],
      },
    ],
  ],
  [
    'The sign-in window closes at once',
    'troubleshooting',
    ['sign-in', 'calendar'],
    '2026-09-15T08:00:00Z',
    [
      { heading: 'Cause', text: 'The browser blocks pop-up windows; connect.log says "window blocked".' },
      { heading: 'Cure', text: 'Allow pop-ups for lantern.example and try again.' },
    ],
  ],
  [
    'Events appear twice',
    'troubleshooting',
    ['sync', 'mobile'],
    '2026-11-02T08:00:00Z',
    [
      {
        heading: 'On Android',
        text: 'Version 7.2.0 adds the account a second time. Update to 7.2.1, then remove one of the two accounts.',
      },
    ],
  ],
  [
    'When somebody leaves the team',
    'security',
    ['sign-in', 'offboarding'],
    '2026-07-07T08:00:00Z',
    [
      {
        heading: 'Remove',
        text: 'Settings, Team, choose the person, Remove. Open sessions end within a minute.',
      },
      {
        heading: 'With single sign-on',
        text: 'Removing somebody from the directory ends new sign-ins only. Choose **End sessions** as well.',
      },
    ],
  ],
  [
    'Where your data is',
    'security',
    ['privacy'],
    '2026-02-11T08:00:00Z',
    [{ heading: 'Place', text: 'Frankfurt, with a copy in Dublin. Nothing leaves the European Union.' }],
  ],
  [
    'Requests to delete an account',
    'policy',
    ['privacy', 'account'],
    '2026-05-25T08:00:00Z',
    [
      {
        heading: 'Steps',
        text: 'Confirm by email, wait for the answer, then delete. Never on the word of a ticket alone.',
      },
    ],
  ],
  [
    'Plans and prices',
    'billing',
    ['plans'],
    '2026-09-01T08:00:00Z',
    [
      { heading: 'Free', text: 'One calendar, two people.' },
      { heading: 'Team', text: '19 euros a month, up to ten people.' },
      { heading: 'Business', text: '4.90 euros a seat and month, paid by the year; by invoice if you like.' },
    ],
  ],
  [
    'Limits of the API',
    'troubleshooting',
    ['api'],
    '2026-10-20T15:00:00Z',
    [
      { heading: 'Rate', text: '30 requests a minute and key. On 429 wait as long as Retry-After says.' },
      { heading: 'Webhooks', text: 'Signed with HMAC-SHA-256 in `X-Lantern-Signature`.' },
    ],
  ],
];

/** The articles every start begins with: `KB-101` and on. */
export function seedArticles(): Article[] {
  return rows.map(([title, category, labels, updatedAt, sections], index) => ({
    id: `KB-${101 + index}`,
    title,
    category,
    labels,
    updatedAt,
    sections,
  }));
}
