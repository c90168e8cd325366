import type { z } from 'zod';
import { type Desk, nextId, refuseWhenFull } from './desk.ts';
import { readBody, readQuery } from './input.ts';
import { created, ok, type Operation } from './operation.ts';
import { cursorParameter, limitParameter, pageOf } from './page.ts';
import { invalidRequest, notFound, Problem } from './problem.ts';
import { customerId, newRefund, refundStatus } from './schemas.ts';
import { byAge, toTime } from './time.ts';
import type { Refund } from './types.ts';

export const refundOperations: readonly Operation[] = [
  {
    id: 'list_refunds',
    method: 'GET',
    path: '/refunds',
    run(desk, request) {
      const { limit, cursor, ...filter } = readQuery(request.query, {
        status: { schema: refundStatus.optional(), from: 'text' },
        customerId: { schema: customerId.optional(), from: 'text' },
        ...limitParameter,
        ...cursorParameter,
      });
      const found = [...desk.refunds.values()].filter(
        (refund) =>
          (filter.status ?? refund.status) === refund.status &&
          (filter.customerId ?? refund.customerId) === refund.customerId,
      );
      return ok(pageOf(found, { limit, cursor, key: byAge, descending: true }));
    },
  },
  {
    id: 'create_refund',
    method: 'POST',
    path: '/refunds',
    hasBody: true,
    run(desk, request) {
      readQuery(request.query, {});
      const key = readIdempotencyKey(request.headers['idempotency-key']);
      const wanted = readBody(request.body, newRefund);
      const body = JSON.stringify([
        wanted.ticketId,
        wanted.paymentId,
        wanted.amount,
        wanted.reason,
        wanted.note,
      ]);
      const earlier = key === undefined ? undefined : desk.refundsByKey.get(key);
      if (earlier !== undefined && earlier.body !== body) {
        throw new Problem(
          'key-reused',
          'This Idempotency-Key was sent with another body. Use a new key for a new refund.',
        );
      }
      const refund = earlier === undefined ? addRefund(desk, wanted) : desk.refunds.get(earlier.refundId)!;
      if (key !== undefined) desk.refundsByKey.set(key, { body, refundId: refund.id });
      return created(`/refunds/${refund.id}`, refund);
    },
  },
  {
    id: 'get_refund',
    method: 'GET',
    path: '/refunds/{refundId}',
    run(desk, request) {
      readQuery(request.query, {});
      return ok(findRefund(desk, request.path['refundId']!));
    },
  },
  {
    id: 'cancel_refund',
    method: 'DELETE',
    path: '/refunds/{refundId}',
    run(desk, request) {
      readQuery(request.query, {});
      const refund = findRefund(desk, request.path['refundId']!);
      if (refund.status !== 'pending') {
        throw new Problem(
          'conflict',
          `Refund ${refund.id} is ${refund.status}; only a pending refund can be cancelled.`,
        );
      }
      refund.status = 'cancelled';
      return ok(refund);
    },
  },
];

/** What was given back, or is about to be, of one payment: cancelled refunds do not count. */
export function refundedOf(desk: Desk, paymentId: string): number {
  return [...desk.refunds.values()]
    .filter((refund) => refund.paymentId === paymentId && refund.status !== 'cancelled')
    .reduce((sum, refund) => sum + refund.amount, 0);
}

function addRefund(desk: Desk, wanted: z.infer<typeof newRefund>): Refund {
  const ticket = desk.tickets.get(wanted.ticketId);
  if (ticket === undefined) {
    throw new Problem('conflict', `There is no ticket ${wanted.ticketId}. list_tickets shows all of them.`);
  }
  const payment = desk.customers.get(ticket.customerId)?.payments.find(({ id }) => id === wanted.paymentId);
  if (payment === undefined) {
    throw new Problem(
      'conflict',
      `${wanted.paymentId} is not a payment of ${ticket.customerId}, the customer of ${ticket.id}. get_customer shows the payments.`,
    );
  }
  const left = payment.amount - refundedOf(desk, payment.id);
  if (wanted.amount > left) {
    throw new Problem(
      'conflict',
      `Of ${payment.id} (${payment.amount} ${payment.currency}) only ${left} can still be refunded; ${wanted.amount} is more.`,
    );
  }
  refuseWhenFull(desk.refunds, 'refunds');
  const refund: Refund = {
    id: nextId(desk, 'R'),
    ticketId: ticket.id,
    customerId: ticket.customerId,
    paymentId: payment.id,
    amount: wanted.amount,
    currency: payment.currency,
    reason: wanted.reason,
    note: wanted.note ?? null,
    status: 'pending',
    createdAt: toTime(desk.now()),
    paidAt: null,
  };
  desk.refunds.set(refund.id, refund);
  return refund;
}

function findRefund(desk: Desk, id: string): Refund {
  const refund = desk.refunds.get(id);
  if (refund === undefined) throw notFound('refund', id, 'list_refunds shows all of them.');
  return refund;
}

function readIdempotencyKey(sent: string | undefined): string | undefined {
  if (sent === undefined || /^[A-Za-z0-9_-]{8,64}$/.test(sent)) return sent;
  throw invalidRequest([
    { in: 'header', at: 'Idempotency-Key', detail: 'must be 8 to 64 letters, digits, - or _' },
  ]);
}
