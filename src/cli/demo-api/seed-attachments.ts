import { crc32, deflateSync } from 'node:zlib';
import type { Attachment } from './types.ts';

/** The files some tickets begin with. */
export function seedAttachments(ticketId: string): Attachment[] {
  switch (ticketId) {
    case 'T-1033':
      return [
        textFile('A-501', 'cancellation.txt', '2026-11-14T08:09:00Z', [
          'From: Lantern Billing <billing@lantern.example>',
          'To: Oisín Byrne',
          'Date: Fri, 13 Nov 2026 21:40:00 +0000',
          '',
          'Your Team plan will not renew. It ends on 14 November 2026.',
        ]),
      ];
    case 'T-1035':
      return [
        textFile('A-502', 'connect.log', '2026-11-16T15:51:00Z', [
          '15:47:02 connect: opening sign-in window',
          '15:47:02 connect: window blocked by browser (popup)',
          '15:47:02 connect: giving up, no answer from window',
        ]),
        {
          id: 'A-503',
          fileName: 'closed-window.png',
          contentType: 'image/png',
          addedAt: '2026-11-16T15:51:00Z',
          content: drawLantern(),
        },
      ];
    default:
      return [];
  }
}

function textFile(id: string, fileName: string, addedAt: string, lines: readonly string[]): Attachment {
  return { id, fileName, contentType: 'text/plain', addedAt, content: Buffer.from(`${lines.join('\n')}\n`) };
}

/** A picture of a lantern, 32 × 32 pixels, as PNG (RFC 2083) with a palette: night, brass, glow. */
function drawLantern(): Buffer {
  const size = 32;
  const rows = Array.from({ length: size }, (_, y) => {
    const pixels = Array.from({ length: size }, (__, x) => {
      const distance = Math.hypot(x - 15.5, y - 17.5);
      if (distance < 6) return 2;
      if (distance < 10 || (Math.abs(x - 15.5) < 2 && y > 3 && y < 9)) return 1;
      return 0;
    });
    return Buffer.from([0, ...pixels]);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from([0x1b, 0x26, 0x3b, 0xb0, 0x8d, 0x57, 0xff, 0xd1, 0x66])),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(4 + body.length + 4);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}
