import { z } from 'zod';

/**
 * What the API reads, as `specs/helpdesk.yaml` describes it. A property test holds the two to each other: a body is
 * answered with 400 exactly when the document's schema rejects it.
 */

const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9]{1,8}$`), `must look like ${prefix}-123`);

export const customerId = id('C');
const paymentId = id('P');
const ticketId = id('T');

export const plan = z.enum(['free', 'team', 'business']);
export const ticketStatus = z.enum(['open', 'pending', 'solved', 'closed']);
export const priority = z.enum(['low', 'normal', 'high', 'urgent']);
export const articleCategory = z.enum(['how-to', 'billing', 'troubleshooting', 'security', 'policy']);
export const refundStatus = z.enum(['pending', 'paid', 'cancelled']);
export const refundReason = z.enum(['duplicate_charge', 'service_outage', 'cancelled_in_time', 'goodwill']);
export const attachmentType = z.enum([
  'image/png',
  'image/jpeg',
  'application/pdf',
  'text/plain',
  'text/csv',
]);

export const dateTime = z.iso.datetime({
  offset: true,
  error: 'must be an RFC 3339 date-time such as 2026-11-01T09:30:00Z',
});

/** Text whose length is counted in characters (code points), as JSON Schema counts. */
export const text = (min: number, max: number) =>
  z.string().refine((value) => {
    const length = value.length > 2 * max ? value.length : Array.from(value).length;
    return length >= min && length <= max;
  }, `must have ${min} to ${max} characters`);

const tags = z
  .array(z.string().regex(/^[a-z0-9-]{1,30}$/, 'must be 1 to 30 characters of a-z, 0-9 and -'))
  .max(10, 'must be at most 10 labels');

export const newTicket = z.strictObject({
  customerId,
  subject: text(1, 200),
  body: text(1, 10_000),
  priority: priority.optional(),
  tags: tags.optional(),
  dueAt: dateTime.nullable().optional(),
});

export const ticketChange = z
  .strictObject({
    subject: text(1, 200).optional(),
    status: ticketStatus.optional(),
    priority: priority.optional(),
    assignee: text(1, 40).nullable().optional(),
    tags: tags.optional(),
    dueAt: dateTime.nullable().optional(),
    reply: text(1, 10_000).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must name at least one member to change');

export const newAttachment = z.strictObject({
  fileName: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/,
      'must be a plain file name of letters, digits, spaces, dots, _ and -',
    ),
  contentType: attachmentType,
  content: z
    .string()
    .min(4, 'must not be empty')
    .max(349_528, 'must be at most 256 KiB of bytes')
    .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64 without line breaks'),
});

/** A section of an article; its `sections` are sections again. */
export interface Section {
  heading: string;
  text: string;
  sections?: Section[] | undefined;
}

const section: z.ZodType<Section> = z.strictObject({
  heading: text(1, 200),
  text: text(0, 10_000),
  get sections() {
    return z.array(section).max(50, 'must be at most 50 sections').optional();
  },
});

export const newArticle = z.strictObject({
  title: text(1, 200),
  category: articleCategory,
  labels: tags.optional(),
  sections: z.array(section).min(1, 'must have a section').max(50, 'must be at most 50 sections'),
});

export const newRefund = z.strictObject({
  ticketId,
  paymentId,
  amount: z
    .int('must be a whole number in the smallest unit of the currency, e.g. cents')
    .min(1, 'must be at least 1')
    .max(1_000_000, 'must be at most 1000000'),
  reason: refundReason,
  note: text(0, 500).nullable().optional(),
});
