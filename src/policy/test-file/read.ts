import { readYaml, type YamlProblem } from '../../text/yaml.ts';
import { toComplaints } from '../describe-issue.ts';
import { describeYaml, POLICY_YAML } from '../describe-yaml.ts';
import { inFileOrder, type Position, type Problem } from '../problem.ts';
import { PolicyTestFile, testKeysAt } from './schema.ts';

/** A file of tests, with the places of what it says. */
export interface ReadTestFile {
  readonly file: string;
  readonly content: PolicyTestFile;
  /** Where a value stands, or its key; the nearest part around it where it is absent. */
  positionOf(path: readonly PropertyKey[], part?: 'key' | 'value'): Position;
}

/**
 * Reads a file of tests. Tolerant of nothing: a test that is misread is a promise that nobody keeps.
 *
 * @param file How problems name it.
 */
export function readTestFile(
  file: string,
  text: string,
): ReadTestFile | { readonly problems: readonly Problem[] } {
  const document = readYaml(text, POLICY_YAML);
  const positionOf: ReadTestFile['positionOf'] = (...where) => ({ file, ...document.positionOf(...where) });
  if (document.problems.length > 0) {
    return {
      problems: document.problems.map((problem) => ({
        file,
        line: problem.line,
        column: problem.column,
        message: toWords(problem),
      })),
    };
  }
  if (document.value === null) {
    return { problems: [{ ...positionOf([]), message: 'the file is empty; begin with `tests:`' }] };
  }
  const result = PolicyTestFile.safeParse(document.value);
  if (result.success) return { file, content: result.data, positionOf };
  const problems = result.error.issues
    .flatMap((issue) => toComplaints(document.value, issue, [], testKeysAt))
    .map(({ path, part, message }) => ({ ...positionOf(path, part), message }));
  return { problems: inFileOrder(problems) };
}

function toWords(problem: YamlProblem): string {
  if (problem.kind === 'too-long')
    return `the file has ${problem.detail} characters; a file of tests may have ${POLICY_YAML.maxLength}`;
  if (problem.kind === 'several-documents')
    return 'a second YAML document begins here; write all tests into one, or another file';
  return describeYaml(problem);
}
