import { nextId } from './desk.ts';
import { readBody, readQuery } from './input.ts';
import { created, type Operation } from './operation.ts';
import { invalidRequest, notFound, Problem } from './problem.ts';
import { newAttachment } from './schemas.ts';
import { describeAttachment, findTicket } from './tickets.ts';
import { toTime } from './time.ts';

const MAX_FILES_OF_A_TICKET = 10;
/** Over all tickets, in bytes. */
const MAX_STORED = 64 * 1024 * 1024;

export const attachmentOperations: readonly Operation[] = [
  {
    id: 'add_ticket_attachment',
    method: 'POST',
    path: '/tickets/{ticketId}/attachments',
    hasBody: true,
    run(desk, request) {
      readQuery(request.query, {});
      const file = readBody(request.body, newAttachment);
      if (file.content.length % 4 !== 0) {
        throw invalidRequest([
          {
            in: 'body',
            at: '/content',
            detail: 'base64 must be padded with = to a multiple of four characters',
          },
        ]);
      }
      const ticket = findTicket(desk, request.path['ticketId']!);
      if (ticket.attachments.length >= MAX_FILES_OF_A_TICKET) {
        throw new Problem(
          'conflict',
          `Ticket ${ticket.id} has ${MAX_FILES_OF_A_TICKET} files, the most there can be.`,
        );
      }
      const content = Buffer.from(file.content, 'base64');
      const stored = [...desk.tickets.values()]
        .flatMap((other) => other.attachments)
        .reduce((sum, attachment) => sum + attachment.content.length, 0);
      if (stored + content.length > MAX_STORED) {
        throw new Problem(
          'conflict',
          'The desk has no room for more files. Delete a ticket or restart the desk.',
        );
      }
      const addedAt = toTime(desk.now());
      const attachment = {
        id: nextId(desk, 'A'),
        fileName: file.fileName,
        contentType: file.contentType,
        addedAt,
        content,
      };
      ticket.attachments.push(attachment);
      ticket.updatedAt = addedAt;
      return created(`/tickets/${ticket.id}/attachments/${attachment.id}`, describeAttachment(attachment));
    },
  },
  {
    id: 'get_ticket_attachment',
    method: 'GET',
    path: '/tickets/{ticketId}/attachments/{attachmentId}',
    run(desk, request) {
      readQuery(request.query, {});
      const ticket = findTicket(desk, request.path['ticketId']!);
      const id = request.path['attachmentId']!;
      const attachment = ticket.attachments.find((candidate) => candidate.id === id);
      if (attachment === undefined) {
        throw notFound('attachment', id, `get_ticket shows the attachments of ${ticket.id}.`);
      }
      const { contentType, content, fileName } = attachment;
      return {
        status: 200,
        headers: {
          'content-disposition': `attachment; filename="${fileName}"`,
          'x-content-type-options': 'nosniff',
        },
        file: {
          contentType: contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType,
          content,
        },
      };
    },
  },
];
