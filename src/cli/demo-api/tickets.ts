import { z } from 'zod';
import { type Desk, nextId, refuseWhenFull } from './desk.ts';
import { readBody, readQuery } from './input.ts';
import { created, ok, type Operation } from './operation.ts';
import { cursorParameter, limitParameter, pageOf } from './page.ts';
import { notFound, Problem } from './problem.ts';
import { customerId, dateTime, newTicket, priority, text, ticketChange, ticketStatus } from './schemas.ts';
import { byAge, HOURS_TO_ANSWER, hoursAfter, toTime } from './time.ts';
import type { Attachment, Ticket } from './types.ts';

export const ticketOperations: readonly Operation[] = [
  {
    id: 'list_tickets',
    method: 'GET',
    path: '/tickets',
    run(desk, request) {
      const { limit, cursor, sort, ...filter } = readQuery(request.query, {
        status: { schema: z.array(ticketStatus).max(4).optional(), from: 'list' },
        priority: { schema: priority.optional(), from: 'text' },
        customerId: { schema: customerId.optional(), from: 'text' },
        assignee: { schema: text(1, 40).optional(), from: 'text' },
        createdAfter: { schema: dateTime.optional(), from: 'text' },
        sort: { schema: z.enum(['newest', 'oldest']).default('newest'), from: 'text' },
        ...limitParameter,
        ...cursorParameter,
      });
      const after = filter.createdAfter === undefined ? -Infinity : Date.parse(filter.createdAfter);
      const found = [...desk.tickets.values()].filter(
        (ticket) =>
          (filter.status?.includes(ticket.status) ?? true) &&
          (filter.priority ?? ticket.priority) === ticket.priority &&
          (filter.customerId ?? ticket.customerId) === ticket.customerId &&
          (filter.assignee ?? ticket.assignee) === ticket.assignee &&
          Date.parse(ticket.createdAt) > after,
      );
      const descending = sort === 'newest';
      const page = pageOf(found, { limit, cursor, key: byAge, descending });
      return ok({ ...page, items: page.items.map(summarize) });
    },
  },
  {
    id: 'create_ticket',
    method: 'POST',
    path: '/tickets',
    hasBody: true,
    run(desk, request) {
      readQuery(request.query, {});
      const wanted = readBody(request.body, newTicket);
      if (!desk.customers.has(wanted.customerId)) {
        throw new Problem(
          'conflict',
          `There is no customer ${wanted.customerId}. list_customers shows all of them.`,
        );
      }
      refuseWhenFull(desk.tickets, 'tickets');
      const createdAt = toTime(desk.now());
      const urgency = wanted.priority ?? 'normal';
      const ticket: Ticket = {
        id: nextId(desk, 'T'),
        customerId: wanted.customerId,
        subject: wanted.subject,
        status: 'open',
        priority: urgency,
        assignee: null,
        tags: wanted.tags ?? [],
        createdAt,
        updatedAt: createdAt,
        dueAt: wanted.dueAt ?? hoursAfter(createdAt, HOURS_TO_ANSWER[urgency]),
        messages: [{ from: 'customer', body: wanted.body, sentAt: createdAt }],
        attachments: [],
      };
      desk.tickets.set(ticket.id, ticket);
      return created(`/tickets/${ticket.id}`, present(ticket));
    },
  },
  {
    id: 'get_ticket',
    method: 'GET',
    path: '/tickets/{ticketId}',
    run(desk, request) {
      readQuery(request.query, {});
      return ok(present(findTicket(desk, request.path['ticketId']!)));
    },
  },
  {
    id: 'update_ticket',
    method: 'PATCH',
    path: '/tickets/{ticketId}',
    hasBody: true,
    run(desk, request) {
      readQuery(request.query, {});
      const { reply, ...change } = readBody(request.body, ticketChange);
      const ticket = findTicket(desk, request.path['ticketId']!);
      if (ticket.status === 'closed') {
        throw new Problem(
          'conflict',
          `Ticket ${ticket.id} is closed and cannot be changed. Create a new ticket.`,
        );
      }
      if (reply !== undefined && ticket.messages.length >= MAX_MESSAGES) {
        throw new Problem(
          'conflict',
          `Ticket ${ticket.id} holds ${MAX_MESSAGES} messages, the most there can be.`,
        );
      }
      const updatedAt = toTime(desk.now());
      Object.assign(ticket, change, { updatedAt });
      if (reply !== undefined) ticket.messages.push({ from: 'support', body: reply, sentAt: updatedAt });
      return ok(present(ticket));
    },
  },
  {
    id: 'delete_ticket',
    method: 'DELETE',
    path: '/tickets/{ticketId}',
    run(desk, request) {
      readQuery(request.query, {});
      const ticket = findTicket(desk, request.path['ticketId']!);
      const pending = [...desk.refunds.values()].find(
        (refund) => refund.ticketId === ticket.id && refund.status === 'pending',
      );
      if (pending !== undefined) {
        throw new Problem(
          'conflict',
          `Ticket ${ticket.id} has the pending refund ${pending.id}. Cancel that first.`,
        );
      }
      desk.tickets.delete(ticket.id);
      return { status: 204 };
    },
  },
];

const MAX_MESSAGES = 200;

export function findTicket(desk: Desk, id: string): Ticket {
  const ticket = desk.tickets.get(id);
  if (ticket === undefined) throw notFound('ticket', id, 'list_tickets shows all of them.');
  return ticket;
}

/** An attachment without its bytes. */
export function describeAttachment({ content, ...attachment }: Attachment): object {
  return { ...attachment, bytes: content.length };
}

function summarize(ticket: Ticket): Omit<Ticket, 'messages' | 'attachments'> {
  const { messages: _messages, attachments: _attachments, ...summary } = ticket;
  return summary;
}

function present(ticket: Ticket): object {
  return { ...ticket, attachments: ticket.attachments.map(describeAttachment) };
}
