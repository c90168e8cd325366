import { createRequire } from 'node:module';
import { TRANSFORMERS } from './onnx.ts';
import type { EmbeddingSettings } from './settings.ts';

/** What is wrong around settings that are right by themselves, in sentences: with it, words alone find. Nothing is asked over a network. */
export function findEmbeddingFaults(
  { provider, tls }: EmbeddingSettings,
  files: ReadonlyMap<string, string>,
  isInstalled: (name: string) => boolean = isBeside,
): string[] {
  const faults: string[] = [];
  if (provider === 'onnx' && !isInstalled(TRANSFORMERS)) {
    faults.push(
      `the package ${TRANSFORMERS} is not installed beside Bailiwick, so that words alone find; npm install ${TRANSFORMERS}`,
    );
  }
  if (tls && files.get(tls.ca)?.includes('-----BEGIN CERTIFICATE-----') !== true) {
    faults.push('the file of authorities (`tls.ca`) holds no certificate in PEM');
  }
  return faults;
}

/** A package that is there and cannot be resolved in this way is there. */
function isBeside(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND');
  }
}
