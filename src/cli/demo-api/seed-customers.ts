import type { Customer } from './types.ts';

type Row = [
  id: string,
  name: string,
  email: string,
  company: string | null,
  plan: Customer['plan'],
  createdAt: string,
  payments: [id: string, amount: number, description: string, paidAt: string][],
];

const rows: Row[] = [
  [
    'C-101',
    'Ines Almeida',
    'ines@tidewater.example',
    'Tidewater Surf School',
    'team',
    '2024-03-04T08:12:00Z',
    [
      ['P-2001', 1900, 'Lantern Team, October 2026', '2026-10-04T06:00:00Z'],
      ['P-2002', 1900, 'Lantern Team, November 2026', '2026-11-04T06:00:00Z'],
    ],
  ],
  [
    'C-102',
    'Jonas Lindqvist',
    'jonas@norrsken.example',
    'Norrsken Arkitekter',
    'business',
    '2023-09-18T11:40:00Z',
    [['P-2003', 58800, 'Lantern Business, one year, 10 seats', '2026-09-18T06:00:00Z']],
  ],
  ['C-103', 'Priya Raman', 'priya.raman@mailbox.example', null, 'free', '2026-08-21T17:05:00Z', []],
  [
    'C-104',
    'Tomasz Zielinski',
    'tomasz@kawa-i-kot.example',
    'Kawa i Kot',
    'team',
    '2025-01-30T09:26:00Z',
    [
      ['P-2004', 1900, 'Lantern Team, November 2026', '2026-11-01T06:00:00Z'],
      ['P-2005', 1900, 'Lantern Team, November 2026', '2026-11-01T06:00:04Z'],
    ],
  ],
  [
    'C-105',
    'Amara Okafor',
    'amara@brightside-clinic.example',
    'Brightside Clinic',
    'business',
    '2024-06-11T13:55:00Z',
    [['P-2006', 117600, 'Lantern Business, one year, 20 seats', '2026-06-11T06:00:00Z']],
  ],
  [
    'C-106',
    'Lukas Brandt',
    'lukas@brandt-orgelbau.example',
    'Brandt Orgelbau',
    'team',
    '2025-05-02T07:48:00Z',
    [['P-2007', 1900, 'Lantern Team, November 2026', '2026-11-02T06:00:00Z']],
  ],
  [
    'C-107',
    'Noor Haddad',
    'noor@harbourlight.example',
    'Harbourlight Theatre',
    'team',
    '2024-11-25T15:31:00Z',
    [
      ['P-2008', 1900, 'Lantern Team, October 2026', '2026-10-25T06:00:00Z'],
      ['P-2009', 1900, 'Lantern Team, November 2026', '2026-11-15T06:00:00Z'],
    ],
  ],
  [
    'C-108',
    'Mei-Ling Chen',
    'meiling@paperlantern.example',
    'Paper Lantern Books',
    'business',
    '2023-12-07T10:02:00Z',
    [['P-2010', 29400, 'Lantern Business, one year, 5 seats', '2025-12-07T06:00:00Z']],
  ],
  [
    'C-109',
    'Oisín Byrne',
    'oisin.byrne@mailbox.example',
    null,
    'team',
    '2026-02-14T20:19:00Z',
    [['P-2011', 1900, 'Lantern Team, November 2026', '2026-11-14T06:00:00Z']],
  ],
  [
    'C-110',
    'Rosa Quispe',
    'rosa@altiplano-trek.example',
    'Altiplano Trek',
    'business',
    '2025-07-09T12:44:00Z',
    [['P-2012', 88200, 'Lantern Business, one year, 15 seats', '2026-07-09T06:00:00Z']],
  ],
  ['C-111', 'Henrik Dahl', 'henrik@dahl-vvs.example', 'Dahl VVS', 'free', '2026-10-30T06:58:00Z', []],
  [
    'C-112',
    'Fatima Zahra',
    'fatima@atlas-ceramics.example',
    'Atlas Ceramics',
    'team',
    '2025-10-13T14:21:00Z',
    [
      ['P-2013', 1900, 'Lantern Team, October 2026', '2026-10-13T06:00:00Z'],
      ['P-2014', 1900, 'Lantern Team, November 2026', '2026-11-13T06:00:00Z'],
    ],
  ],
];

/** The customers every start begins with, in the order of their ids. */
export function seedCustomers(): Customer[] {
  return rows.map(([id, name, email, company, plan, createdAt, payments]) => ({
    id,
    name,
    email,
    company,
    plan,
    createdAt,
    payments: payments.map(([paymentId, amount, description, paidAt]) => ({
      id: paymentId,
      amount,
      currency: id === 'C-110' ? 'USD' : 'EUR',
      description,
      paidAt,
    })),
  }));
}
