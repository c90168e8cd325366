import type { z } from 'zod';
import type {
  articleCategory,
  attachmentType,
  plan,
  priority,
  refundReason,
  refundStatus,
  Section,
  ticketStatus,
} from './schemas.ts';

/** Amounts are integers in the smallest unit; times are RFC 3339 in UTC. */
export interface Payment {
  id: string;
  amount: number;
  currency: 'EUR' | 'USD';
  description: string;
  paidAt: string;
}

export interface Customer {
  id: string;
  name: string;
  email: string;
  company: string | null;
  plan: z.infer<typeof plan>;
  createdAt: string;
  payments: Payment[];
}

export interface Message {
  from: 'customer' | 'support';
  body: string;
  sentAt: string;
}

export interface Attachment {
  id: string;
  fileName: string;
  contentType: z.infer<typeof attachmentType>;
  addedAt: string;
  content: Buffer;
}

export interface Ticket {
  id: string;
  customerId: string;
  subject: string;
  status: z.infer<typeof ticketStatus>;
  priority: z.infer<typeof priority>;
  assignee: string | null;
  tags: string[];
  createdAt: string;
  updatedAt: string;
  dueAt: string | null;
  messages: Message[];
  attachments: Attachment[];
}

export interface Article {
  id: string;
  title: string;
  category: z.infer<typeof articleCategory>;
  labels: string[];
  updatedAt: string;
  sections: Section[];
}

export interface Refund {
  id: string;
  ticketId: string;
  customerId: string;
  paymentId: string;
  amount: number;
  currency: Payment['currency'];
  reason: z.infer<typeof refundReason>;
  note: string | null;
  status: z.infer<typeof refundStatus>;
  createdAt: string;
  paidAt: string | null;
}
