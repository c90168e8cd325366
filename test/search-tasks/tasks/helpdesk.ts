import { isJsonObject, type Json, type JsonObject } from '../../../src/catalog/json.ts';
import type { Task } from '../support/task.ts';

/** By the names of the bundled help desk, whose data are the same after each start. They may be carried out again and again. */
export const HELPDESK_TASKS: readonly Task[] = [
  {
    goal: 'What has the surf school asked us lately?',
    steps: [
      {
        query: 'find a customer by company name',
        tool: 'helpdesk_list_customers',
        args: { query: 'tidewater' },
        arrives: { method: 'GET', path: '/customers', query: { query: 'tidewater' } },
      },
      {
        query: 'list the tickets of a customer',
        tool: 'helpdesk_list_tickets',
        args: (before) => ({ customerId: idOf(first(before)), limit: 5, select: 'items[].subject' }),
        arrives: { method: 'GET', path: '/tickets', query: { customerId: 'C-101', limit: '5' } },
      },
    ],
  },
  {
    goal: 'The festival called: they cannot sign in. I told them to use the link in the mail. Note it down as solved.',
    steps: [
      {
        query: 'open a ticket for a customer',
        tool: 'helpdesk_create_ticket',
        args: { customerId: 'C-107', subject: 'Cannot sign in', body: 'By telephone.', priority: 'low' },
        arrives: {
          method: 'POST',
          path: '/tickets',
          body: { customerId: 'C-107', subject: 'Cannot sign in', body: 'By telephone.', priority: 'low' },
        },
      },
      {
        query: 'reply to a ticket and set its status to solved',
        tool: 'helpdesk_update_ticket',
        args: (before) => ({
          ticketId: idOf(before),
          status: 'solved',
          reply: 'Use the link.',
          select: 'id',
        }),
        arrives: (before) => ({
          method: 'PATCH',
          path: `/tickets/${idOf(before)}`,
          body: { status: 'solved', reply: 'Use the link.' },
        }),
      },
    ],
  },
  {
    goal: 'Have we written down anywhere how to connect a calendar?',
    steps: [
      {
        query: 'search the knowledge base',
        tool: 'helpdesk_search_articles',
        args: { query: 'calendar', limit: 3, select: 'items[].title' },
        arrives: { method: 'GET', path: '/articles', query: { query: 'calendar', limit: '3' } },
      },
    ],
  },
  {
    goal: 'Give the festival a cent of its last payment back for the outage.',
    steps: [
      {
        query: 'refund a payment',
        tool: 'helpdesk_create_refund',
        args: { ticketId: 'T-1003', paymentId: 'P-2009', amount: 1, reason: 'service_outage' },
        arrives: {
          method: 'POST',
          path: '/refunds',
          body: { ticketId: 'T-1003', paymentId: 'P-2009', amount: 1, reason: 'service_outage' },
        },
      },
    ],
  },
];

function first({ items }: JsonObject): Json | undefined {
  return Array.isArray(items) ? items[0] : undefined;
}

function idOf(value: Json | undefined): string {
  const id = isJsonObject(value) ? value['id'] : undefined;
  return typeof id === 'string' ? id : 'none';
}
