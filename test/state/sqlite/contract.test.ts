import { describeStore } from '../contract.ts';
import { createStateFile } from './support.ts';

describeStore('state in a file', async () => {
  const home = await createStateFile();
  const [first, second] = [await home.open(), await home.open()];
  return {
    first,
    second,
    async close() {
      await Promise.all([first.close(), second.close()]);
      await home.remove();
    },
  };
});
