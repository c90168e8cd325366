import type { Desk } from './desk.ts';
import { readQuery } from './input.ts';
import { ok, type Operation } from './operation.ts';
import { cursorParameter, limitParameter, pageOf } from './page.ts';
import { notFound } from './problem.ts';
import { refundedOf } from './refunds.ts';
import { plan, text } from './schemas.ts';
import type { Customer } from './types.ts';

export const customerOperations: readonly Operation[] = [
  {
    id: 'list_customers',
    method: 'GET',
    path: '/customers',
    run(desk, request) {
      const {
        query,
        plan: onPlan,
        limit,
        cursor,
      } = readQuery(request.query, {
        query: { schema: text(1, 100).optional(), from: 'text' },
        plan: { schema: plan.optional(), from: 'text' },
        ...limitParameter,
        ...cursorParameter,
      });
      const needle = query?.toLowerCase() ?? '';
      const found = [...desk.customers.values()].filter(
        (customer) =>
          (onPlan === undefined || customer.plan === onPlan) &&
          [customer.name, customer.email, customer.company ?? ''].some((value) =>
            value.toLowerCase().includes(needle),
          ),
      );
      const page = pageOf(found, { limit, cursor, key: (customer) => customer.id });
      return ok({ ...page, items: page.items.map(summarize) });
    },
  },
  {
    id: 'get_customer',
    method: 'GET',
    path: '/customers/{customerId}',
    run(desk, request) {
      readQuery(request.query, {});
      const customer = findCustomer(desk, request.path['customerId']!);
      const payments = customer.payments.map((payment) => ({
        ...payment,
        refunded: refundedOf(desk, payment.id),
      }));
      return ok({ ...summarize(customer), payments });
    },
  },
];

function findCustomer(desk: Desk, id: string): Customer {
  const customer = desk.customers.get(id);
  if (customer === undefined) throw notFound('customer', id, 'list_customers shows all of them.');
  return customer;
}

function summarize(customer: Customer): Omit<Customer, 'payments'> {
  const { payments: _payments, ...summary } = customer;
  return summary;
}
