/**
 * The least that an answer can cost: the bytes of a file, written to whoever posts anything. Its one argument is
 * the file.
 */
import { readFileSync } from 'node:fs';
import { listen } from './listen.ts';

const [file = ''] = process.argv.slice(2);
const bytes = readFileSync(file);

listen((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
    response.end(bytes);
  });
});
